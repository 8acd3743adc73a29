"""When stewards are free: the week's rule, less and more what was said for single times, less their pauses.

A window is half open, from a moment to another, aware. What a steward said last holds; in a pause nothing does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core import clock
from stewards.models import Availability, AvailabilityException, StewardPause

Interval = tuple[datetime, datetime]
DAY = timedelta(days=1)
_WHY = "when stewards already found are free"


class Rule(Protocol):
    """A time of every week: the weekday (0 is Monday) and minutes from its midnight, up to 2,880."""

    weekday: int
    starts_at: int
    ends_at: int


class Exceptional(Protocol):
    """A single time that was said apart, and when it was said."""

    starts_at: datetime
    ends_at: datetime
    is_free: bool
    created_at: datetime


class Pause(Protocol):
    """Days without any, both included; no end means until further notice."""

    starts_on: date
    ends_on: date | None


def windows(
    rules: Iterable[Rule], exceptions: Iterable[Exceptional], pauses: Iterable[Pause], first: date, last: date
) -> list[Interval]:
    """When one steward is free from the beginning of `first` to the end of `last`: merged, in order; pure."""
    span = (_midnight(first), _midnight(last + DAY))
    found = merged(_of_the_week(list(rules), first, last))
    for said in sorted(exceptions, key=lambda one: one.created_at):
        time_said = (said.starts_at, said.ends_at)
        found = merged([*found, time_said]) if said.is_free else without(found, time_said)
    for pause in pauses:
        end = _midnight(pause.ends_on + DAY) if pause.ends_on else span[1]
        found = without(found, (_midnight(pause.starts_on), max(end, _midnight(pause.starts_on))))
    return [(max(start, span[0]), min(end, span[1])) for start, end in found if start < span[1] and end > span[0]]


def windows_of(steward_ids: Collection[UUID], first: date, last: date) -> dict[UUID, list[Interval]]:
    """The same for many, by steward; those who are never free have an empty list. Three queries."""
    span = (_midnight(first), _midnight(last + DAY))
    pauses = StewardPause.objects.unscoped(reason=_WHY).filter(steward__in=steward_ids, starts_on__lte=last)
    rules = _by_steward(Availability.objects.unscoped(reason=_WHY).filter(steward__in=steward_ids))
    said = _by_steward(_said(steward_ids, *span))
    away = _by_steward(pauses.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=first)))
    return {key: windows(rules[key], said[key], away[key], first, last) for key in steward_ids}


def free_between(steward_ids: Collection[UUID], start: datetime, end: datetime) -> set[UUID]:
    """Which of them are free for the whole time. Two queries."""
    first, last = clock.local(start).date(), clock.local(end - timedelta(microseconds=1)).date()
    paused = StewardPause.objects.unscoped(reason=_WHY).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first), steward=OuterRef("steward"), starts_on__lte=last
    )
    weekdays = {(first - DAY + DAY * number).weekday() for number in range((last - first).days + 2)}
    week = Availability.objects.unscoped(reason=_WHY).filter(steward__in=steward_ids, weekday__in=weekdays)
    rules = _by_steward(week.exclude(Exists(paused)))
    said = _by_steward(_said(steward_ids, start, end).exclude(Exists(paused)))
    return {
        key
        for key in {*rules, *said}
        if any(opens <= start and end <= closes for opens, closes in windows(rules[key], said[key], (), first, last))
    }


def merged(times: Iterable[Interval]) -> list[Interval]:
    """In order, and those that touch made one."""
    found: list[Interval] = []
    for start, end in sorted(times):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def without(times: Iterable[Interval], away: Interval) -> list[Interval]:
    """What is left of `times` when `away` is taken out of them."""
    found = []
    for start, end in times:
        found += [(start, min(end, away[0])), (max(start, away[1]), end)]
    return [(start, end) for start, end in found if start < end]


def _of_the_week(rules: list[Rule], first: date, last: date) -> Iterable[Interval]:
    """Every time the rules name, also of the day before the first, which may go on past midnight."""
    for number in range(-1, (last - first).days + 1):
        day = first + DAY * number
        midnight = _midnight(day)
        for rule in rules:
            if rule.weekday == day.weekday():
                yield midnight + timedelta(minutes=rule.starts_at), midnight + timedelta(minutes=rule.ends_at)


def _said(steward_ids: Collection[UUID], start: datetime, end: datetime) -> QuerySet[AvailabilityException]:
    rows = AvailabilityException.objects.unscoped(reason=_WHY)
    return rows.filter(steward__in=steward_ids, starts_at__lt=end, ends_at__gt=start)


def _by_steward(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.steward_id].append(row)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
