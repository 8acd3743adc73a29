"""Stewards are asked: one, then three, then everybody who could; and nobody is asked any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from helpdesk.actions import why_not
from helpdesk.parties import parties_of
from helpdesk.slots import check_slot
from helpdesk.states import LEADER, SECRETARY
from helpdesk.states import State as RequestState
from stewards.jobs import forbidden, waves, words
from stewards.jobs.actions.driving import take_back
from stewards.jobs.actions.held import going, held, live_job_of, offers_of, require, save
from stewards.jobs.candidates import candidates
from stewards.jobs.states import JOBS, TAKEN, State
from stewards.jobs.states import LEADER as LEADS
from stewards.members.safety import needs_two as two_by_rule
from stewards.models import Job, JobOffer, Skill, Steward

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

Offered = JobOffer.State
MOST_WISHES = 3


@transaction.atomic
def ask(
    request: ServiceRequest,
    *,
    by: User,
    skill: Skill,
    wishes: Sequence[tuple[datetime, datetime]],
    what: str,
    bring: str = "",
    needs_two: bool = False,
    is_safe: bool = False,
) -> Job:
    """Ask the red stewards to see to a request at one of the times that suit the household (`wishes`, three at most).

    `is_safe`: whoever asks has made sure that it is neither gas, mains nor a lift. Two go together where the safety
    settings say so, whatever is asked for. Raises Refused where the request is not to be handed out, by somebody else,
    or is nothing for volunteers.
    """
    row = locked(request)
    if not parties_of(row, by) & {LEADER, SECRETARY}:
        raise Refused(_("请红管家要由管这件事的网格长或社区来请。"))
    _check_request(row, by, skill)
    forbidden.refuse(row.title, row.description, what)
    if not is_safe:
        raise Refused(_("请先确认：不是燃气、总管总闸和电梯的活。"))
    for start, end in wishes[:MOST_WISHES]:
        check_slot(start, end)
    JOBS.find("", "ask", {LEADS}, {"skill": skill, "wishes": wishes})
    home = row.home if row.place_kind == row.Place.HOME else None
    job = Job(
        community_id=row.community_id,
        request=row,
        skill=skill,
        home=home,
        building=row.building,
        what=what.strip(),
        bring=bring.strip(),
        urgency=waves.urgency_of(row.sign_kind),
        needs_two=needs_two or (home is not None and two_by_rule(home)),
        wishes=[[start.isoformat(), end.isoformat()] for start, end in sorted(wishes[:MOST_WISHES])],
        asked_by=by,
        asked_at=clock.now(),
    )
    job.save(force_insert=True)
    audit.record("job_asked", job, by=by, changes={"skill": [None, skill.name]})
    _next_wave(job)
    return job


def _check_request(row: ServiceRequest, by: User, skill: Skill) -> None:
    if row.has_parties or row.is_confidential or row.has_informant or row.category.is_mediation:
        raise Refused(_("这样的事不能请志愿者上门。"))
    if row.state != RequestState.ACCEPTED:
        raise Refused(_("受理以后、派人以前，才能请红管家。"))
    if refusal := why_not(row, "dispatch", by=by):
        raise Refused(refusal)
    if skill.community_id != row.community_id or not skill.is_active:
        raise Refused(_("请从名单里选一样手艺。"))
    if live_job_of(row):
        raise Refused(_("已经在请红管家了。"))


@transaction.atomic
def widen(job: Job, *, by: User) -> Job:
    """Do not wait for the timer: ask the next ones now."""
    _request, job = held(job)
    found = require(job, by, LEADS)
    JOBS.find(job.state, "widen", found)
    if job.wave >= waves.POOL and not candidates(job, job.slots_to_come, without=_asked(job)):
        raise Refused(_("能问的都问过了。可以换个时间再请，或者派给别人。"))
    audit.record("job_widened", job, by=by)
    _next_wave(job)
    return job


def move_on(job: Job) -> bool:
    """Do what the clock asks of a job that is still offered; whether anything was done. Safe to call at any time."""
    with transaction.atomic():
        _request, job = held(job)
        if job.state != State.OFFERED:
            return False
        if not job.slots_to_come:
            _give_up(job)
            return True
        late = job.wave_due_at is not None and job.wave_due_at <= clock.now()
        if not late and (job.wave >= waves.POOL or _open(job).exists()):
            return False
        _next_wave(job)
        return True


def move_all_on() -> int:
    """The duty of every few minutes: jobs whose wave has had its time, or whose times are over. Gives how many."""
    rows = Job.objects.unscoped(reason="a duty asks the next stewards").filter(state=State.OFFERED)
    return sum(move_on(job) for job in rows.order_by("wave_due_at", "pk"))


def go_on_asking(job: Job) -> None:
    """Of a locked job: the next wave at once where nobody is left of whom an answer is awaited."""
    if job.wave < waves.POOL and not _open(job).exists():
        _next_wave(job)


def _next_wave(job: Job) -> None:
    """Ask the next ones of a locked job; a wave in which there is nobody to ask is passed over."""
    now = clock.now()
    _open(job).filter(due_at__lte=now).update(state=Offered.LAPSED)
    asked = job.wave >= waves.POOL and _ask_some(job)
    while not asked and job.wave < waves.POOL:
        job.wave += 1
        asked = _ask_some(job)
    job.wave_due_at = waves.due_of(job.wave, job.urgency, job.slots_to_come, now) if asked else None
    _open(job).filter(wave=job.wave).update(due_at=job.wave_due_at)
    save(job)
    if job.wave >= waves.POOL and not _open(job).exists():
        words.tell([job.asked_by], job, "nobody", words.NOBODY, what=job.what, urgent=True)


def _ask_some(job: Job) -> bool:
    """Offer a locked job to those of this wave; whether there was anybody."""
    missing = job.needed - len(going(job))
    found = candidates(job, job.slots_to_come, without=_asked(job))[: waves.size_of(job.wave, missing)]
    for one in found:
        _offer(job, one.steward, one.reasons)
    return bool(found)


def _offer(job: Job, steward: Steward, reasons: list[list[Any]]) -> None:
    """One offer; who was asked before and never answered, is asked again by the same row."""
    fresh = {"wave": job.wave, "reasons": reasons, "state": Offered.OPEN, "offered_at": clock.now(), "due_at": None}
    offer, _made = offers_of(job).update_or_create(
        job=job, steward=steward, defaults=fresh, create_defaults={**fresh, "community_id": job.community_id}
    )
    if not steward.by_phone:
        slot = words.when_of(job)
        urgent = job.urgency != Job.Urgency.ORDINARY
        words.tell([steward.user], offer, "offered", words.OFFERED, what=job.what, slot=slot, urgent=urgent)


def _asked(job: Job) -> list[Any]:
    """The stewards who are not asked again: all but those who were told that it had been settled."""
    return list(offers_of(job).exclude(state=Offered.WITHDRAWN).values_list("steward", flat=True))


def _open(job: Job) -> Any:
    """The questions of the waves that wait for an answer."""
    return offers_of(job).filter(state=Offered.OPEN, passed_by__isnull=True)


@transaction.atomic
def stop(job: Job, *, by: User, reason: str) -> Job:
    """Ask nobody any more, or call back who was to go; the request waits to be handed out again."""
    _request, job = held(job)
    found = require(job, by, LEADS)
    JOBS.find(job.state, "stop", found, {"reason": reason})
    was_taken = job.state in TAKEN
    end(job, reason, by=by)
    if was_taken:
        take_back(job, reason)
    return job


def end(job: Job, reason: str, *, by: User | None) -> None:
    """Of a locked job: it is over, who was to go is free again and is told why."""
    before = job.state
    going_there = [one for one in going(job) if one.left_at is None]
    for one in going_there:
        one.left_at = clock.now()
        one.save(update_fields=["left_at"])
    offers_of(job).filter(state=Offered.OPEN).update(state=Offered.WITHDRAWN)
    job.state, job.stopped_at, job.stop_reason = State.STOPPED, clock.now(), reason[:120]
    job.wave_due_at = None
    job.steward_code = job.home_code = ""
    save(job)
    audit.record("job_stopped", job, by=by, changes={"state": [before, job.state]}, reason=reason)
    told = [one.steward.user for one in going_there]
    words.tell(told, job, "stopped", words.NO_MORE, what=job.what, reason=reason, urgent=True)


def _give_up(job: Job) -> None:
    """The times that suited are over, and not enough have said that they come."""
    end(job, _("约的时间过了，没有请到人"), by=None)
    words.tell([job.asked_by], job, "times_over", words.TIMES_OVER, what=job.what, urgent=True)
