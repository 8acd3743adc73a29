"""Agree on when somebody comes, on another time, or that nobody comes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core.refusal import Refused
from core.scoping import locked
from helpdesk import reactions, slots
from helpdesk.actions.steps import too_late
from helpdesk.actions.updates import tell, write
from helpdesk.models import ServiceRequest, Update
from helpdesk.parties import SIDE, WORKING, parties_of, side_of
from helpdesk.states import REPORTER, State

if TYPE_CHECKING:
    from community.models import User


@transaction.atomic
def appoint(
    request: ServiceRequest,
    *,
    by: User,
    appointment_from: datetime,
    appointment_until: datetime,
    appointment: str = "",
    text: str = "",
    version: int | None = None,
) -> ServiceRequest:
    """Agree on a time, or move it; whoever reads the request hears of it. For those who work on it.

    Raises Refused where it is not in hand, where the hours make no sense, or where somebody else was faster.
    """
    row = _held(request, by, version)
    if not parties_of(row, by) & WORKING or row.state != State.IN_PROGRESS:
        raise Refused(_("签收以后、报告结果以前，由办理的人来约时间。"))
    slots.check_slot(appointment_from, appointment_until)
    if (row.appointment_from, row.appointment_until) == (appointment_from, appointment_until):
        raise Refused(_("和原来约的一样，请换一个时间。"))
    moved = bool(row.appointment_from or row.appointment)
    row.appointment_from, row.appointment_until, row.appointment = appointment_from, appointment_until, appointment
    return _written(row, by, "rebooked" if moved else "appointed", text)


@transaction.atomic
def call_off(request: ServiceRequest, *, by: User, text: str, version: int | None = None) -> ServiceRequest:
    """Say that nobody comes at the agreed time: those who work on it, and those who would have been at home.

    Raises Refused where nothing is agreed on, or where it is not theirs to say.
    """
    row = _held(request, by, version)
    if not parties_of(row, by) & (WORKING | {REPORTER, SIDE}):
        raise Refused(_("这件事要由提出的人和办理的人来约。"))
    if row.state != State.IN_PROGRESS or not (row.appointment_from or row.appointment):
        raise Refused(_("现在没有约好的时间。"))
    return _written(row, by, "called_off", text)


def _held(request: ServiceRequest, by: User, version: int | None) -> ServiceRequest:
    row = locked(request)
    if version is not None and version != row.version:
        raise Refused(too_late(row, by))
    return row


def _written(row: ServiceRequest, by: User, said: str, text: str) -> ServiceRequest:
    details = {"said": said, **slots.as_details(row.appointment_from, row.appointment_until, row.appointment)}
    if said == "called_off":
        row.appointment, row.appointment_from, row.appointment_until = "", None, None
    row.version += 1
    row.save(update_fields=["appointment", "appointment_from", "appointment_until", "version"])
    party = side_of(row, by) if row.has_parties else None
    update = write(row, Update.Kind.REMARK, by=by, text=text, details=details, party=party)
    audit.record(f"request_{said}", row, by=by, changes={"appointment": ["", slots.said(details)]})
    tell(row, update, by)
    reactions.tell(row, said, by, {"text": text})
    return row
