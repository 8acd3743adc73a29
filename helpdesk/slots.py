"""When somebody comes: from one hour to another, which there can be, and in words; asks no database."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.refusal import Refused
from core.templatetags.portal import moment

Slot = tuple[datetime, datetime]
LONGEST = timedelta(hours=12)


def check_slot(start: datetime | None, end: datetime | None) -> None:
    """Raise Refused where these hours cannot be agreed on; none at all can."""
    if start is None and end is None:
        return
    if start is None or end is None or not start < end <= start + LONGEST:
        raise Refused(_("约的时间要有开始和结束，最长 12 个小时。"))
    if end <= clock.now():
        raise Refused(_("约的时间已经过了，请写以后的。"))


def slot_words(start: datetime | None, end: datetime | None, note: str = "") -> str:
    """ "11月20日 周五 14:30–16:00（带钥匙）"; the note alone where no hours are kept, "" for nothing at all."""
    if start is None or end is None:
        return note
    until = clock.local(end)
    hours = f"{moment(start)}–{until.hour}:{until.minute:02}"
    return _("%(hours)s（%(note)s）") % {"hours": hours, "note": note} if note else hours


def as_details(start: datetime | None, end: datetime | None, note: str) -> dict[str, Any]:
    """What an update keeps of an appointment."""
    slot = {"slot": [start.isoformat(), end.isoformat()]} if start and end else {}
    return {**slot, "appointment": note}


def of_details(details: dict[str, Any]) -> Slot | None:
    """The hours that an update keeps, or None."""
    if not details.get("slot"):
        return None
    start, end = (datetime.fromisoformat(one) for one in details["slot"])
    return start, end


def said(details: dict[str, Any]) -> str:
    """The appointment that an update keeps, in words."""
    start, end = of_details(details) or (None, None)
    return slot_words(start, end, details.get("appointment", ""))
