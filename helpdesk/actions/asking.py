"""A question to the reporter: the clock stands still until it is answered, or until nobody answers any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from community.calendar import work_calendar
from community.models import User
from core import clock
from helpdesk import deadlines
from helpdesk.actions import leave
from helpdesk.actions.updates import Details
from helpdesk.models import Approval, Pause, ServiceRequest
from helpdesk.states import ANSWER_DAYS


def _ask_info(row: ServiceRequest, by: User, *, text: str, **_given: Any) -> Details:
    now, calendar = clock.now(), work_calendar()
    Pause.objects.unscoped(reason="of a request already found").create(
        community_id=row.community_id, request=row, question=text[:500], began_at=now
    )
    row.resume_state, row.answer_due_at = row.state, calendar.add_days(now, ANSWER_DAYS)
    row.questions += 1
    leave.grant(row, by, Approval.Step.ASK_INFO)
    # As though the answer came at the last moment: what is counted anew when it comes can only be earlier.
    deadlines.recount(row, calendar, Pause.objects.spans_of(row))
    return {"until": clock.local(row.answer_due_at).date().isoformat()}


def _go_on(row: ServiceRequest, by: User | None, **_given: Any) -> Details:
    return _going_on_since(row, clock.now())


def _unanswered(row: ServiceRequest, by: User | None, **_given: Any) -> Details:
    """The clock runs again from when the answer was due, however late that is noticed."""
    return _going_on_since(row, min(clock.now(), row.answer_due_at or clock.now()))


def _going_on_since(row: ServiceRequest, moment: datetime) -> Details:
    rows = Pause.objects.unscoped(reason="of a request already found")
    rows.filter(request=row, ended_at__isnull=True).update(ended_at=moment)
    row.resume_state, row.answer_due_at = "", None
    deadlines.recount(row, work_calendar(), Pause.objects.spans_of(row))
    return {"due": clock.local(row.due_at).date().isoformat()}


def _ask_again(row: ServiceRequest, by: User, *, text: str, **_given: Any) -> Details:
    leave.ask(row, by, Approval.Step.ASK_INFO, text)
    return {}


EFFECTS: dict[str, Callable[..., Details]] = {
    "ask_info": _ask_info,
    "answer": _go_on,
    "answer_for": _go_on,
    "unanswered": _unanswered,
    "ask_again": _ask_again,
}
