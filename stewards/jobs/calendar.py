"""The time of a job as phones and desks take it into their calendars (RFC 5545)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from core import clock
from stewards.jobs.states import TAKEN, State
from stewards.models import Job

if TYPE_CHECKING:
    from community.models import User


def calendar_file(job: Job, reader: User, *, url: str) -> bytes | None:
    """The agreed time; None where there never was one. What was stopped comes as a cancelled event of the same name, so
    that the entry goes again. No name, number or code of a resident is in it: calendars are often read by others.
    """
    if not job.starts_at or not job.ends_at or job.state not in (*TAKEN, State.STOPPED):
        return None
    stands = job.state != State.STOPPED
    event = Event()
    event.add("uid", f"job-{job.pk}@gongzhi")
    event.add("sequence", job.version)
    event.add("dtstamp", clock.now())
    event.add("dtstart", clock.local(job.starts_at))
    event.add("dtend", clock.local(job.ends_at))
    event.add("summary", _("上门帮忙：%(what)s") % {"what": job.what})
    event.add("location", job.request.place_for(reader))
    event.add("description", "\n".join(part for part in (job.request.number, job.bring, url) if part))
    event.add("url", url)
    event.add("status", "CONFIRMED" if stands else "CANCELLED")
    calendar = Calendar()
    calendar.add("prodid", "-//Gongzhi//jobs//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH" if stands else "CANCEL")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
