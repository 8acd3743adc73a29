"""What the steps of who handles a request, and the rating, change in it; each gives the words of its sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from community.models import User
from core import clock
from core.files import Cleaned
from core.photos import CleanPhoto
from core.refusal import Refused
from helpdesk import slots
from helpdesk.actions.updates import Details
from helpdesk.informants import unnamed
from helpdesk.models import Rating, ServiceRequest
from helpdesk.states import State


def _sign(
    row: ServiceRequest,
    by: User,
    *,
    first_contact_at: datetime,
    appointment: str = "",
    appointment_from: datetime | None = None,
    appointment_until: datetime | None = None,
    **_given: Any,
) -> Details:
    submitted = row.submitted_at.replace(second=0, microsecond=0)  # a form gives whole minutes
    if not submitted <= first_contact_at <= clock.now():
        raise Refused(_("第一次联系的时间要在提交之后、现在以前。"))
    row.first_contact_at = row.first_contact_at or first_contact_at
    slots.check_slot(appointment_from, appointment_until)
    row.signed_at, row.signed_by, row.appointment = clock.now(), by, appointment
    row.appointment_from, row.appointment_until = appointment_from, appointment_until
    return slots.as_details(appointment_from, appointment_until, appointment)


def _hand_back(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.handler, row.handler_role = None, ""
    row.co_handlers.clear()
    row.hop_count += 1
    return {}


def _reply(
    row: ServiceRequest,
    by: User,
    *,
    result: str,
    photos: Sequence[CleanPhoto],
    agreement: Sequence[Cleaned] = (),
    **_given: Any,
) -> Details:
    if row.has_parties and result != ServiceRequest.Result.IMPOSSIBLE and not agreement:
        raise Refused(_("谈拢了，请附上两家签过字的调解协议，拍照或 PDF 都可以。"))
    if row.category.needs_photo and not photos:
        raise Refused(_("请附一张办完以后的照片，让居民和审核的人都看得到。"))
    row.result, row.replied_at = result, clock.now()
    row.appointment, row.appointment_from, row.appointment_until = "", None, None
    return {"result": result}


def _refer(
    row: ServiceRequest, by: User, *, referred_to: str, next_check_on: date, referred_number: str = "", **_given: Any
) -> Details:
    row.referred_to, row.referred_number = referred_to.strip(), referred_number.strip()
    row.appointment, row.appointment_from, row.appointment_until = "", None, None
    return {"body": row.referred_to, "body_number": row.referred_number, **_check_again(row, next_check_on)}


def _checked(row: ServiceRequest, by: User, *, next_check_on: date, **_given: Any) -> Details:
    return {"body": row.referred_to, **_check_again(row, next_check_on)}


def _check_again(row: ServiceRequest, on: date) -> Details:
    if on <= clock.today():
        raise Refused(_("下次去问的日子要在今天以后。"))
    row.next_check_on = on
    return {"until": on.isoformat()}


def _take_back(row: ServiceRequest, by: User, **_given: Any) -> Details:
    row.next_check_on = None
    return {"body": row.referred_to}


def _report_back(row: ServiceRequest, by: User, *, result: str, **_given: Any) -> Details:
    row.next_check_on = None
    row.result, row.replied_at = result, clock.now()
    return {"result": result, "body": row.referred_to}


def _rate(
    row: ServiceRequest, by: User, *, solved: str, score: int, text: str, reasons: Sequence[str] = (), **_given: Any
) -> Details:
    # Who follows another request rates each of its rounds, besides those of the own one before it was merged.
    number = row.round + row.master.round - 1 if row.state == State.MERGED and row.master else row.round
    Rating.objects.create(
        community=row.community,
        request=row,
        round=number,
        solved=solved,
        score=score,
        reasons=list(reasons),
        text=text,
        by=unnamed(row, by, {})[0],
    )
    return {"solved": solved, "score": int(score)}


EFFECTS: dict[str, Callable[..., Details]] = {
    "sign": _sign,
    "hand_back": _hand_back,
    "reply": _reply,
    "refer": _refer,
    "checked": _checked,
    "take_back": _take_back,
    "report_back": _report_back,
    "rate": _rate,
}
