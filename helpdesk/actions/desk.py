"""What the steps of those who triage and check change in a request; each gives the words that its sentence needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from community.calendar import work_calendar
from community.models import User
from core import clock
from core.refusal import Refused
from helpdesk import deadlines, sides
from helpdesk.actions import following
from helpdesk.actions.telling import tell_one
from helpdesk.actions.updates import Details
from helpdesk.models import Category, Pause, ServiceRequest
from helpdesk.querysets import possible_handlers
from helpdesk.states import LEADER, SECRETARY
from helpdesk.words import NO_LONGER_YOURS

LEADS = frozenset({LEADER, SECRETARY})


def _accept(row: ServiceRequest, by: User, *, category: Category, **_given: Any) -> Details:
    if category.community_id != row.community_id:
        raise Refused(_("请从本社区的类别里选一个。"))
    if row.has_parties and not category.is_mediation:
        raise Refused(_("两家之间的调解，不能改成别的类别。"))
    changed = category.pk != row.category_id
    if changed and row.followers and (category.is_confidential, category.is_mediation) != following.kind_of(row):
        raise Refused(_("有别的诉求并在这一件里，不能改成这个类别；要改，请先拆出来。"))
    row.accepted_at, row.accepted_by = clock.now(), by
    row.category, row.is_confidential = category, category.is_confidential
    if category.never_public:
        row.visibility = ServiceRequest.Visibility.HANDLERS
    if changed:
        deadlines.promise(row, category, work_calendar(), Pause.objects.spans_of(row))
    return {"category": category.name} if changed else {}


def _reject(row: ServiceRequest, by: User, *, reason: str, **_given: Any) -> Details:
    row.reject_reason = reason
    return {"reason": reason}


def _decline(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.reject_reason = ServiceRequest.RejectReason.NOT_AGREED
    return {"reason": row.reject_reason}


def _dispatch(
    row: ServiceRequest, by: User, *, handler: User, co_handlers: Iterable[User] = (), **_given: Any
) -> Details:
    roles = {one.user_id: one.role for one in possible_handlers(row.community_id, row.category)}
    helpers = [one for one in co_handlers if one.pk != handler.pk]
    if any(one.pk not in roles for one in (handler, *helpers)):
        raise Refused(_("请从名单里选一位办理人。"))
    if row.reporter_id == handler.pk:
        raise Refused(_("请派给提出人以外的人来办。"))
    if sides.live_in(row) & {one.pk for one in (handler, *helpers)}:
        raise Refused(_("请派给两家以外的人来说和。"))
    row.handler, row.handler_role = handler, roles[handler.pk]
    row.co_handlers.set(helpers)
    return {
        "handler": handler.name,
        "handler_role": roles[handler.pk],
        "helpers": [[one.name, roles[one.pk]] for one in helpers],
    }


def _hand_on(row: ServiceRequest, by: User, *, handler: User, **given: Any) -> Details:
    """Somebody else goes on watching what waits for a part or for another body."""
    before = row.handler
    if before == handler:
        raise Refused(_("现在就是这一位在办，请换一位。"))
    details = _dispatch(row, by, handler=handler, **given)
    _no_longer(before, row, by)
    return details


def _recall(row: ServiceRequest, by: User, **_given: Any) -> Details:
    before = row.handler
    row.handler, row.handler_role = None, ""
    row.co_handlers.clear()
    row.signed_at, row.signed_by = None, None
    row.review_on, row.next_check_on = None, None
    _no_appointment(row)
    _no_longer(before, row, by)
    return {}


def _no_longer(before: User | None, row: ServiceRequest, by: User) -> None:
    if before and before != by:
        tell_one(before, row, "reassign", NO_LONGER_YOURS, url="helpdesk:list")


def _reassign(row: ServiceRequest, by: User, *, handler: User, **given: Any) -> Details:
    before = row.handler
    if before == handler:
        raise Refused(_("现在就是这一位在办，请换一位。"))
    details = _dispatch(row, by, handler=handler, **given)
    row.signed_at, row.signed_by = None, None
    _no_appointment(row)
    _no_longer(before, row, by)
    return details


def _no_appointment(row: ServiceRequest) -> None:
    row.appointment, row.appointment_from, row.appointment_until = "", None, None


def _send_back(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.result, row.replied_at = "", None
    return {}


def _resolve(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.resolved_at, row.resolved_by = clock.now(), by
    following.resolved(row)
    return {}


def _conclude(row: ServiceRequest, by: User, *, follow_up_on: date | None = None, **_given: Any) -> Details:
    if row.has_parties and row.result != ServiceRequest.Result.IMPOSSIBLE and follow_up_on is None:
        raise Refused(_("请写明哪天去两家回访。"))
    if follow_up_on is not None and follow_up_on <= clock.today():
        raise Refused(_("回访的日子要在今天以后。"))
    row.follow_up_on = follow_up_on if row.has_parties else None
    return _resolve(row, by)


def _reopen(row: ServiceRequest, by: User, *, parties: frozenset[str], **_given: Any) -> Details:
    """A new round: with another promise, another handler and another who checks it; what was late stays so."""
    row.late_rounds += row.is_overdue
    row.reopenings += parties.isdisjoint(LEADS)
    row.round += 1
    row.last_resolved_by, row.resolved_by, row.resolved_at = row.resolved_by, None, None
    row.handler, row.handler_role = None, ""
    row.co_handlers.clear()
    row.first_contact_at, row.signed_at, row.signed_by = None, None, None
    _no_appointment(row)
    row.result, row.replied_at, row.follow_up_on = "", None, None
    row.referred_to = row.referred_number = ""
    row.extended_to, row.escalation, row.questions, row.hop_count = None, ServiceRequest.Escalation.NONE, 0, 0
    row.clock_from = clock.now()
    deadlines.promise(row, row.category, work_calendar())
    following.resolved(row)
    return {"round": row.round}


def _withdraw(row: ServiceRequest, by: User, **_given: Any) -> Details:
    following.go_on_without(row)
    return {}


EFFECTS: dict[str, Callable[..., Details]] = {
    "accept": _accept,
    "reject": _reject,
    "decline": _decline,
    "dispatch": _dispatch,
    "reassign": _reassign,
    "hand_on": _hand_on,
    "recall": _recall,
    "send_back": _send_back,
    "resolve": _resolve,
    "conclude": _conclude,
    "reopen": _reopen,
    "withdraw": _withdraw,
}
