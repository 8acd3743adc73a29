"""A session as a file that phones and desks take into their calendars (RFC 5545)."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from alliance.advice.states import State
from alliance.models import AdviceSession
from core import clock

USUAL = timedelta(hours=2)


def calendar_file(session: AdviceSession, *, url: str) -> bytes:
    """The session; called off, it comes as a cancelled event of the same name, so that the entry goes again."""
    stands = session.state != State.CALLED_OFF
    event = Event()
    event.add("uid", f"{session.pk}@gongzhi")
    event.add("sequence", session.version)
    event.add("dtstamp", clock.now())
    event.add("dtstart", clock.local(session.starts_at))
    event.add("dtend", clock.local(session.starts_at + USUAL))
    event.add("summary", _("顾问会议：%(topic)s") % {"topic": session.topic})
    event.add("location", session.place)
    event.add("url", url)
    event.add("status", "CONFIRMED" if stands else "CANCELLED")
    calendar = Calendar()
    calendar.add("prodid", "-//Gongzhi//advice//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH" if stands else "CANCEL")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
