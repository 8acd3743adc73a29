"""The time of a job as phones and desks take it into their calendars (RFC 5545)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.calendar_files import Entry, as_ics
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
    entry = Entry(
        key=f"job-{job.pk}",
        starts_at=job.starts_at,
        ends_at=job.ends_at,
        summary=_("上门帮忙：%(what)s") % {"what": job.what},
        place=job.request.place_for(reader),
        url=url,
        description="\n".join(part for part in (job.request.number, job.bring, url) if part),
        version=job.version,
        stands=job.state != State.STOPPED,
    )
    return as_ics([entry], room="jobs")
