"""A session as a file that phones and desks take into their calendars (RFC 5545)."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from alliance.advice.states import State
from alliance.models import AdviceSession
from core.calendar_files import Entry, as_ics

USUAL = timedelta(hours=2)


def calendar_file(session: AdviceSession, *, url: str) -> bytes:
    """The session; called off, it comes as a cancelled event of the same name, so that the entry goes again."""
    entry = Entry(
        key=str(session.pk),
        starts_at=session.starts_at,
        ends_at=session.starts_at + USUAL,
        summary=_("顾问会议：%(topic)s") % {"topic": session.topic},
        place=session.place,
        url=url,
        version=session.version,
        stands=session.state != State.CALLED_OFF,
    )
    return as_ics([entry], room="advice")
