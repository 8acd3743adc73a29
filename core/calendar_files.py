"""Times as files that phones and desks take into their calendars (RFC 5545): every room's entries are made here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from icalendar import Calendar, Event

from core import clock


@dataclass(frozen=True)
class Entry:
    """One entry. The `key` is the same in every file about the same thing, the `version` higher after each change, so
    that a calendar replaces what it has; what does not stand any more comes as a cancelled entry and goes again.
    """

    key: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str
    url: str
    description: str = ""
    version: int = 0
    stands: bool = True
    takes_time: bool = True


def as_ics(entries: Iterable[Entry], *, room: str) -> bytes:
    """The entries as one file; `room` says in English which part of the portal wrote it."""
    found = list(entries)
    calendar = Calendar()
    calendar.add("prodid", f"-//Gongzhi//{room}//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if found and not any(one.stands for one in found) else "PUBLISH")
    for one in found:
        calendar.add_component(_event(one))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def calendar_answer(content: bytes, *, name: str) -> HttpResponse:
    """The file for whoever asked, under a name without its ending; kept by nobody on the way."""
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.ics") or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer


def _event(one: Entry) -> Event:
    event = Event()
    event.add("uid", f"{one.key}@gongzhi")
    event.add("sequence", one.version)
    event.add("dtstamp", clock.now())
    event.add("dtstart", clock.local(one.starts_at))
    event.add("dtend", clock.local(one.ends_at))
    event.add("summary", one.summary)
    event.add("location", one.place)
    if one.description:
        event.add("description", one.description)
    event.add("url", one.url)
    event.add("status", "CONFIRMED" if one.stands else "CANCELLED")
    event.add("transp", "OPAQUE" if one.takes_time else "TRANSPARENT")
    return event
