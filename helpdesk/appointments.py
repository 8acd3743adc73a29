"""An agreed time as the page of a request shows it, and as a calendar takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.addresses import address
from core.calendar_files import Entry, as_ics
from helpdesk import slots
from helpdesk.models import Update
from helpdesk.parties import SIDE, WORKING
from helpdesk.states import REPORTER, State

if TYPE_CHECKING:
    from collections.abc import Collection

    from community.models import User
    from helpdesk.models import ServiceRequest


@dataclass(frozen=True)
class Appointment:
    """What the page of a request says and offers of the time; an address is "" where it is not offered."""

    words: str
    calendar_url: str = ""
    change_url: str = ""
    call_off_url: str = ""


def shown(found: ServiceRequest, parties: Collection[str]) -> Appointment | None:
    """The agreed time, or the offer to agree on one; None where neither is due. Asks no database."""
    if found.state != State.IN_PROGRESS:
        return None
    works, concerned = not WORKING.isdisjoint(parties), not {REPORTER, SIDE}.isdisjoint(parties)
    words = slots.slot_words(found.appointment_from, found.appointment_until, found.appointment)
    if not words and not works:
        return None
    takes = found.appointment_from and (works or concerned)
    return Appointment(
        words=words,
        calendar_url=address("helpdesk:appointment_file", found.pk) if takes else "",
        change_url=address("helpdesk:appoint", found.pk) if works else "",
        call_off_url=address("helpdesk:call_off", found.pk) if words and (works or concerned) else "",
    )


def calendar_file(found: ServiceRequest, reader: User, *, title: str, url: str) -> bytes | None:
    """The time as a file that phones and desks take into their calendars (RFC 5545); None where none was agreed on.

    What was called off comes as a cancelled event of the same name, so that the entry goes again. No number or name
    of a resident is in it: calendars are often read by others.
    """
    slot = _kept(found) or _called_off(found)
    if slot is None:
        return None
    (start, end), note, stands = slot
    entry = Entry(
        key=str(found.pk),
        starts_at=start,
        ends_at=end,
        summary=_("上门：%(title)s") % {"title": title},
        place=found.place_for(reader),
        url=url,
        description="\n".join(part for part in (found.number, note, url) if part),
        version=found.version,
        stands=stands,
    )
    return as_ics([entry], room="requests")


def _kept(found: ServiceRequest) -> tuple[slots.Slot, str, bool] | None:
    if found.state != State.IN_PROGRESS or not found.appointment_from or not found.appointment_until:
        return None
    return (found.appointment_from, found.appointment_until), found.appointment, True


def _called_off(found: ServiceRequest) -> tuple[slots.Slot, str, bool] | None:
    """The last time that was agreed on and is no more."""
    updates: Any = Update.objects.of(found).filter(details__has_key="slot").order_by("-at", "-pk")
    last = updates.first()
    slot = slots.of_details(last.details) if last else None
    return (slot, last.details.get("appointment", ""), False) if slot and last else None
