"""A steward sets out, stands at the right door, does the work and says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.photos import CleanPhoto
from core.refusal import Refused
from core.scoping import locked
from helpdesk.actions import step
from helpdesk.actions.appointments import appoint
from helpdesk.slots import check_slot
from stewards.jobs import codes, words
from stewards.jobs.actions.answering import CLASH
from stewards.jobs.actions.held import going, held, require, save
from stewards.jobs.states import HOUSEHOLD, JOBS, LEADER, STEWARD
from stewards.members.busy import overlapping, taken
from stewards.models import Job, JobSteward

if TYPE_CHECKING:
    from community.models import User

Slot = tuple[datetime, datetime]
# Minutes that a visit can come to: a little is rounded up, the way there and back is added, a slip is capped.
LEAST, ROUND, WAY, MOST = 5, 5, 30, 480


@transaction.atomic
def set_out(job: Job, *, by: User) -> Job:
    """The steward is on the way; the household hears of it."""
    _request, job = held(job)
    found = require(job, by, STEWARD)
    before = job.state
    job.state = JOBS.find(job.state, "set_out", found).target
    job.set_out_at = clock.now()
    save(job)
    audit.record("job_set_out", job, by=by, changes={"state": [before, job.state]})
    who = words.names(one.steward for one in going(job))
    if job.request.reporter:
        words.tell([job.request.reporter], job, "set_out", words.SET_OUT, who=who, what=job.what, urgent=True)
    return job


@transaction.atomic
def try_code(job: Job, *, by: User, code: str) -> str:
    """Whether the household's code is right: "" or what is wrong with it. A wrong one is counted, whatever follows."""
    job = locked(job)
    require(job, by, STEWARD)
    trouble = codes.wrong(job, code.strip())
    job.save(update_fields=["code_tries", "code_shut_until"])
    return trouble


@transaction.atomic
def arrive(job: Job, *, by: User, code: str) -> Job:
    """The steward stands at the door: the household has said its code. Raises Refused where it is another."""
    _request, job = held(job)
    found = require(job, by, STEWARD)
    target = JOBS.find(job.state, "arrive", found, {"code": code}).target
    if trouble := codes.wrong(job, code.strip()):
        raise Refused(trouble)
    return _arrived(job, target, Job.Arrival.CODE, "", by)


@transaction.atomic
def arrive_for(job: Job, *, by: User, reason: str) -> Job:
    """Who leads the request has spoken with the household by phone: the steward is there; with the reason."""
    _request, job = held(job)
    found = require(job, by, LEADER)
    target = JOBS.find(job.state, "arrive_for", found, {"reason": reason.strip()}).target
    if any(one.steward.user_id == by.pk for one in going(job)):
        raise Refused(_("自己到没到，请别的同志来核实。"))
    return _arrived(job, target, Job.Arrival.PHONE, reason.strip(), by)


def _arrived(job: Job, target: str, arrival: str, reason: str, by: User) -> Job:
    before, job.state = job.state, target
    job.arrived_at, job.arrival, job.arrival_reason = clock.now(), arrival, reason[:120]
    codes.drop(job)
    save(job)
    audit.record("job_arrived", job, by=by, changes={"state": [before, job.state]}, reason=reason)
    return job


@transaction.atomic
def check_visitor(job: Job, *, by: User) -> Job:
    """The household has compared the code that somebody said at the door: it is right."""
    _request, job = held(job)
    require(job, by, HOUSEHOLD)
    if not job.steward_code:
        raise Refused(_("现在不用核对了。"))
    job.checked_at = job.checked_at or clock.now()
    save(job)
    audit.record("job_checked", job, by=by)
    return job


@transaction.atomic
def rebook(job: Job, *, by: User, slot: Slot) -> Job:
    """Another time, agreed with the household; everybody who goes has to be free then."""
    _request, job = held(job)
    found = require(job, by, STEWARD, LEADER)
    JOBS.find(job.state, "rebook", found, {"slot": slot})
    check_slot(*slot)
    move(job, slot, by=by)
    appoint(job.request, by=by, appointment_from=slot[0], appointment_until=slot[1])
    return job


def move(job: Job, slot: Slot, *, by: User) -> None:
    """Of a locked job: to another time; Refused where one of those who go has promised something else."""
    before = job.slots[0]
    there = going(job)
    for seat in there:
        promised = [one for one in taken([seat.steward_id], *slot)[seat.steward_id] if one.slot != before]
        if overlapping(promised, slot):
            raise Refused(_("%(who)s那个时间已经答应了别的事。") % {"who": words.names([seat.steward])})
        seat.starts_at, seat.ends_at = slot
    try:
        with transaction.atomic():
            for seat in there:
                seat.save(update_fields=["starts_at", "ends_at"])
    except IntegrityError:
        raise Refused(str(CLASH)) from None
    job.starts_at, job.ends_at = slot
    save(job)
    audit.record("job_rebooked", job, by=by, changes={"starts_at": [before[0].isoformat(), slot[0].isoformat()]})
    told = [one.steward.user for one in there if one.steward.user_id != by.pk]
    words.tell(told, job, "rebooked", words.REBOOKED, slot=words.when_of(job), what=job.what, urgent=True)


@transaction.atomic
def finish(job: Job, *, by: User, result: str, text: str, minutes: int, photos: Sequence[CleanPhoto] = ()) -> Job:
    """The work is done, or cannot be: the request is answered with words and photos, the household is asked.

    `minutes` each of those who went has given. Raises Refused for more than there was time for.
    """
    _request, job = held(job)
    found = require(job, by, STEWARD)
    target = JOBS.find(job.state, "finish", found, {"result": result, "text": text.strip()}).target
    if job.steward is None or job.steward.user_id != by.pk:
        raise Refused(_("请由%(who)s来写结果。") % {"who": words.names([job.steward] if job.steward else [])})
    if not LEAST <= minutes <= most_minutes(job):
        raise Refused(
            _("这次最多记 %(most)s 分钟，最少 %(least)s 分钟。") % {"most": most_minutes(job), "least": LEAST}
        )
    before, job.state = job.state, target
    job.done_at, job.result, job.text = clock.now(), result, text.strip()
    save(job)
    for seat in going(job):
        seat.left_at, seat.minutes = job.done_at, minutes
        seat.save(update_fields=["left_at", "minutes"])
    audit.record("job_done", job, by=by, changes={"state": [before, job.state]})
    job.request = step(job.request, "reply", by=by, result=result, text=text.strip(), photos=photos)
    if job.request.reporter:
        who = words.names([job.steward])
        words.tell([job.request.reporter], job, "done", words.DONE, who=who, what=job.what)
    return job


def proposed_minutes(job: Job) -> int:
    """From the door to now, rounded up to five minutes."""
    assert job.arrived_at
    return min(_rounded(clock.now() - job.arrived_at), most_minutes(job))


def most_minutes(job: Job) -> int:
    """From setting out, or from the door, to now, and the way back."""
    began = job.set_out_at or job.arrived_at
    assert began
    return min(_rounded(clock.now() - began) + WAY, MOST)


def _rounded(span: timedelta) -> int:
    return max(LEAST, ceil(span / timedelta(minutes=ROUND)) * ROUND)


def seats_with_minutes(job: Job) -> list[JobSteward]:
    """Those who went, with the minutes that they have given."""
    return [one for one in going(job) if one.minutes]
