"""When stewards are taken already: by jobs that they have promised, and by the duty roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from uuid import UUID

from core import clock
from stewards.models import Assignment, Job

Slot = tuple[datetime, datetime]


def taken(steward_ids: Collection[UUID], start: datetime, end: datetime) -> dict[UUID, list[Slot]]:
    """What each of them has promised that touches the time from `start` to `end`; two queries."""
    found: dict[UUID, list[Slot]] = defaultdict(list)
    for steward, since, until in (
        *Job.objects.busy(steward_ids, start, end),
        *Assignment.objects.busy(steward_ids, start, end),
    ):
        found[steward].append((since, until))
    return found


def overlaps(promised: Iterable[Slot], slot: Slot) -> bool:
    """Whether one of these touches the slot; what ends as the other begins does not."""
    return any(start < slot[1] and slot[0] < end for start, end in promised)


def week_of(moment: datetime) -> Slot:
    """The week, Monday to Monday, in which a moment lies where the community lives."""
    local = clock.local(moment)
    monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return monday, monday + timedelta(days=7)


def minutes_in(promised: Iterable[Slot], week: Slot) -> float:
    """How many minutes of these lie within the week."""
    inside = (min(end, week[1]) - max(start, week[0]) for start, end in promised)
    return sum(max(one, timedelta()) / timedelta(minutes=1) for one in inside)
