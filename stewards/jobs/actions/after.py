"""What the household says of the work; then, and not before, it comes into the book of hours."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from helpdesk.actions import add_update
from stewards.hours.actions import enter
from stewards.jobs import words
from stewards.jobs.actions.going import seats_with_minutes
from stewards.jobs.actions.held import going, held, require, save
from stewards.jobs.states import CONFIRM_DAYS, HOUSEHOLD, JOBS, LEADER, SYSTEM, State
from stewards.models import HoursEntry, Job

if TYPE_CHECKING:
    from community.models import User

Word = Job.Word


@transaction.atomic
def confirm(job: Job, *, by: User, note: str = "", via: str = Word.PORTAL) -> Job:
    """The household says: they were here and it is done. The hours come into the book, vouched for by it."""
    _request, job = held(job)
    found = require(job, by, HOUSEHOLD)
    JOBS.find(job.state, "confirm", found)
    return _confirmed(job, by, via, note)


@transaction.atomic
def confirm_for(job: Job, *, by: User, reason: str) -> Job:
    """Who leads the request has asked the household and says how; nobody for themselves."""
    _request, job = held(job)
    found = require(job, by, LEADER)
    JOBS.find(job.state, "confirm_for", found, {"reason": reason.strip()})
    if any(one.steward.user_id == by.pk for one in going(job)):
        raise Refused(_("自己去的，要请别的同志来确认。"))
    return _confirmed(job, by, Word.PHONE, reason)


def _confirmed(job: Job, by: User, via: str, note: str) -> Job:
    before, job.state = job.state, State.CONFIRMED
    job.confirmed_at, job.confirmed_by, job.confirmed_via = clock.now(), by, via
    job.confirm_note = note.strip()[:200]
    save(job)
    audit.record("job_confirmed", job, by=by, changes={"state": [before, job.state]}, reason=job.confirm_note)
    seats = sorted(seats_with_minutes(job), key=lambda one: one.steward.user_id)
    for seat in seats:
        assert job.done_at
        assert seat.minutes
        enter(
            volunteer=seat.steward.user,
            community=job.community,
            kind=HoursEntry.Kind.JOB,
            day=clock.local(job.done_at).date(),
            minutes=seat.minutes,
            what=job.what,
            about=f"stewards.job:{job.pk}",
            by=by,
        )
    words.tell([one.steward.user for one in seats], job, "confirmed", words.CONFIRMED, what=job.what)
    return job


@transaction.atomic
def doubt(job: Job, *, by: User, text: str) -> Job:
    """The household says that it is not so: it stands in the request, and who checks the work reads it."""
    _request, job = held(job)
    found = require(job, by, HOUSEHOLD)
    if not text.strip():
        raise Refused(_("请写一句，哪里还没办好。"))
    JOBS.find(job.state, "doubt", found, {"text": text.strip()})
    job.doubted_at, job.doubt = clock.now(), text.strip()[:200]
    save(job)
    audit.record("job_doubted", job, by=by, reason=job.doubt)
    add_update(job.request, by=by, text=job.doubt)
    words.tell([job.asked_by], job, "doubted", words.DOUBTED, what=job.what)
    return job


def lapse() -> int:
    """The daily duty: what nobody has confirmed for a week is marked as that. Gives how many."""
    before = clock.now() - timedelta(days=CONFIRM_DAYS)
    rows = Job.objects.unscoped(reason="a duty marks what nobody confirmed")
    return sum(_lapse(job) for job in rows.filter(state=State.DONE, done_at__lte=before).order_by("done_at"))


@transaction.atomic
def _lapse(job: Job) -> bool:
    _request, job = held(job)
    if job.state != State.DONE:
        return False
    job.state = JOBS.find(job.state, "lapse", {SYSTEM}).target
    save(job)
    audit.record("job_lapsed", job, by=None, changes={"state": [State.DONE, job.state]})
    return True
