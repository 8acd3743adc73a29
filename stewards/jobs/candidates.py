"""Whom a job is offered to, in which order, and why just them (domain §6).

Who could: serves, has the skill on that day, is free, has promised nothing else, is not kept apart from the household
or from who goes along, has hours left in the week. Who first: knows the household, has given less than the middle of
all in 90 days, lives near, was asked longest ago.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any
from uuid import UUID

from django.db.models import Max

from community.models import Appointment
from community.roles import Role
from core import clock
from helpdesk.querysets import living_in
from stewards.hours.totals import minutes_since
from stewards.jobs.states import WORKED
from stewards.members.blocked import blocked_households, blocked_with
from stewards.members.busy import minutes_in, overlapping, taken, week_of
from stewards.members.free import free_between
from stewards.models import Job, JobOffer, JobSteward, Steward

Slot = tuple[datetime, datetime]
Reason = list[Any]
HOURS_COUNT = timedelta(days=90)
_WHY = "whom a job of a request already found is offered to"


@dataclass(frozen=True)
class Candidate:
    """Somebody who could go: why just them, as [code, value] pairs that `words.reason` says in words."""

    steward: Steward
    reasons: list[Reason]


@dataclass(frozen=True)
class _Known:
    """What the order is made of, for all candidates at once."""

    been: Collection[UUID]
    homes: dict[int, tuple[Any, Any, Any]]
    minutes: dict[int, int]
    middle: float
    asked: dict[UUID, datetime]
    place: tuple[Any, Any, Any]


def candidates(job: Job, wishes: Sequence[Slot], *, without: Collection[UUID] = ()) -> list[Candidate]:
    """All who could go to one of these times, the one to be asked first in front; a fixed number of queries a time."""
    could = _could(job, wishes, without)
    if not could:
        return []
    known = _known(job, could)
    return [Candidate(one, _reasons(job, one, known)) for one in sorted(could, key=lambda one: _rank(one, known))]


def may_go(job: Job, steward: Steward, day: datetime) -> bool:
    """Whether a steward serves and has the skill on the day of a time."""
    on = clock.local(day).date()
    rows = Steward.objects.unscoped(reason=_WHY).filter(pk=steward.pk)
    return bool(rows.serving(on).with_skill(job.skill, on).exists())


def kept_apart(job: Job) -> set[UUID]:
    """The stewards whom nobody brings together with this household or with who goes there already."""
    going = list(_going(job))
    pairs = blocked_with(going) if going else set()
    partners = {one for pair in pairs for one in pair if one not in going}
    return (blocked_households(job.home) if job.home else set()) | partners


def _could(job: Job, wishes: Sequence[Slot], without: Collection[UUID], *, named: bool = False) -> list[Steward]:
    """Those who pass every filter for one of the times; who is `named` by a friend need neither have said that they are
    free nor have hours left in the week: they say so themselves.
    """
    rows = Steward.objects.unscoped(reason=_WHY).filter(community=job.community_id)
    living = living_in(job.home_id) if job.home_id else []
    rows = rows.exclude(user__in=[*(one.pk for one in living), job.request.reporter_id or 0])
    rows = rows.exclude(pk__in={*without, *kept_apart(job)})
    found: dict[UUID, Steward] = {}
    for slot in wishes:
        day = clock.local(slot[0]).date()
        skilled = {one.pk: one for one in rows.serving(day).with_skill(job.skill, day).select_related("user")}
        free = set(skilled) if named else free_between(list(skilled), *slot) if skilled else set()
        week = week_of(slot[0])
        promised = taken(free, min(week[0], slot[0]), max(week[1], slot[1]))
        for key in free:
            held = promised[key]
            given = [one.slot for one in held if one.counts]
            fits = named or minutes_in([*given, slot], week) <= skilled[key].weekly_minutes
            if fits and not overlapping(held, slot):
                found.setdefault(key, skilled[key])
    return list(found.values())


def _going(job: Job) -> Any:
    rows = JobSteward.objects.unscoped(reason=_WHY).filter(job=job, left_at__isnull=True)
    return rows.values_list("steward", flat=True)


def _known(job: Job, could: Sequence[Steward]) -> _Known:
    users = [one.user_id for one in could]
    minutes = minutes_since(users, clock.today() - HOURS_COUNT)
    before = JobSteward.objects.unscoped(reason=_WHY).filter(
        steward__in=could, handed_on=False, job__home=job.home_id, job__state__in=WORKED
    )
    offers = JobOffer.objects.unscoped(reason=_WHY).filter(steward__in=could).order_by()
    building = job.building
    return _Known(
        been=set(before.values_list("steward", flat=True)) if job.home_id else set(),
        homes=_homes(users),
        minutes=minutes,
        middle=median(minutes.values()),
        asked=dict(offers.values_list("steward").annotate(Max("offered_at"))),
        place=(building.pk, building.estate_id, building.grid_id) if building else (None, None, None),
    )


def _homes(users: Collection[int]) -> dict[int, tuple[Any, Any, Any]]:
    """The building, estate and grid in which each of these people lives, where the register knows."""
    held = Appointment.objects.unscoped(reason=_WHY).current().filter(user__in=users, role=Role.RESIDENT)
    columns = ("user", "household__building", "household__building__estate", "household__building__grid")
    return {user: tuple(place) for user, *place in held.values_list(*columns)}


def _near(steward: Steward, known: _Known) -> str:
    """How near they live: "building", "estate", "grid" or ""."""
    home = known.homes.get(steward.user_id, (None, None, None))
    for name, theirs, there in zip(("building", "estate", "grid"), home, known.place, strict=True):
        if theirs is not None and theirs == there:
            return name
    return ""


def _rank(steward: Steward, known: _Known) -> tuple[Any, ...]:
    near = _near(steward, known)
    knows = 2 if steward.pk in known.been else 1 if near == "building" else 0
    below = known.minutes[steward.user_id] < known.middle
    asked = known.asked.get(steward.pk)
    since = asked.timestamp() if asked else 0.0
    return -knows, not below, ("building", "estate", "grid", "").index(near), since, str(steward.pk)


def _reasons(job: Job, steward: Steward, known: _Known) -> list[Reason]:
    reasons: list[Reason] = [["skill", job.skill.name]]
    if steward.pk in known.been:
        reasons.append(["been", ""])
    if near := _near(steward, known):
        reasons.append([near, ""])
    if known.minutes[steward.user_id] < known.middle:
        reasons.append(["fewer", ""])
    asked = known.asked.get(steward.pk)
    reasons.append(["asked", max((clock.now() - asked).days, 0)] if asked else ["never", ""])
    return reasons


def could_go_instead(job: Job) -> list[Steward]:
    """Who could take over the agreed time, by name; those who said no to it before may be asked again by a friend."""
    return sorted(_could(job, job.slots, list(_going(job)), named=True), key=lambda one: one.user.name)
