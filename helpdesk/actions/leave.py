"""What the secretary allows: a request set aside until a day, or its end put off; and that somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from community.calendar import work_calendar
from community.models import User
from core import clock
from core.refusal import Refused
from helpdesk import deadlines
from helpdesk.actions.telling import tell_one
from helpdesk.actions.updates import Details
from helpdesk.models import Approval, Pause, ServiceRequest
from helpdesk.states import EXTEND_DAYS, REQUESTS, SUSPEND_DAYS
from helpdesk.turns import secretaries
from helpdesk.words import ASKED_LEAVE, GRANTED, NOT_GRANTED

_FOUND = "what was asked of a request already found"


def ask(row: ServiceRequest, by: User, step: str, text: str, until: date | None = None) -> None:
    """Write down what the secretary is asked to allow; one thing at a time."""
    asked = Approval.objects.unscoped(reason=_FOUND).create(
        community_id=row.community_id, request=row, step=step, text=text, until=until, asked_by=by
    )
    row.asked_for = step
    for one in secretaries(row):
        tell_one(one, row, f"ask_{step}", ASKED_LEAVE, who=by.name, what=asked.get_step_display())


def grant(row: ServiceRequest, by: User, step: str) -> None:
    """The step is taken: whoever has asked for it has been heard."""
    if row.asked_for == step:
        asked = _decide(row, by, granted=True)
        if asked.asked_by_id != row.handler_id:
            tell_one(asked.asked_by, row, "granted", GRANTED, what=asked.get_step_display())


def lapse(row: ServiceRequest) -> None:
    """Nobody waits for leave to take a step that cannot be taken any more."""
    where = row.resume_state or row.state
    if row.asked_for and not any((one.source, one.action) == (where, row.asked_for) for one in REQUESTS):
        _decide(row, None, granted=False)


def _decide(row: ServiceRequest, by: User | None, *, granted: bool) -> Approval:
    asked: Approval = Approval.objects.open_of(row)
    asked.granted, asked.decided_by, asked.decided_at = granted, by, clock.now()
    asked.save(update_fields=["granted", "decided_by", "decided_at"])
    row.asked_for = ""
    return asked


def _refuse(row: ServiceRequest, by: User, **_given: Any) -> Details:
    asked = _decide(row, by, granted=False)
    tell_one(asked.asked_by, row, "refused", NOT_GRANTED, what=asked.get_step_display())
    return {"asked": asked.step}


def _ask_suspend(row: ServiceRequest, by: User, *, text: str, until: date, **_given: Any) -> Details:
    ask(row, by, Approval.Step.SUSPEND, text, _to_review(until))
    return {"until": until.isoformat()}


def _ask_extend(row: ServiceRequest, by: User, *, text: str, until: date, **_given: Any) -> Details:
    ask(row, by, Approval.Step.EXTEND, text, _to_end(row, until))
    return {"until": until.isoformat()}


def _suspend(row: ServiceRequest, by: User, *, review_on: date, **_given: Any) -> Details:
    row.review_on = _to_review(review_on)
    grant(row, by, Approval.Step.SUSPEND)
    return {"until": review_on.isoformat()}


def _prolong(row: ServiceRequest, by: User, *, review_on: date, **_given: Any) -> Details:
    row.review_on = _to_review(review_on)
    return {"until": review_on.isoformat()}


def _resume(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.review_on = None
    return {}


def _extend(row: ServiceRequest, by: User, *, until: date, **_given: Any) -> Details:
    before = clock.local(row.due_at).date()
    row.extended_to = _to_end(row, until)
    deadlines.recount(row, work_calendar(), Pause.objects.spans_of(row))
    grant(row, by, Approval.Step.EXTEND)
    return {"from": before.isoformat(), "until": until.isoformat()}


def _to_review(on: date) -> date:
    if not clock.today() < on <= clock.today() + timedelta(SUSPEND_DAYS):
        raise Refused(_("再看的日子要在今天以后，最多 %(days)s 天。") % {"days": SUSPEND_DAYS})
    return on


def _to_end(row: ServiceRequest, until: date) -> date:
    due = clock.local(row.due_at).date()
    if not due < until <= due + timedelta(EXTEND_DAYS):
        raise Refused(_("延到的日子要在原来的期限以后，最多 %(days)s 天。") % {"days": EXTEND_DAYS})
    return until


EFFECTS: dict[str, Callable[..., Details]] = {
    "ask_suspend": _ask_suspend,
    "ask_extend": _ask_extend,
    "suspend": _suspend,
    "prolong": _prolong,
    "resume": _resume,
    "extend": _extend,
    "refuse": _refuse,
}
