"""How long the office was open between two moments, for very many pairs of them: each day is looked at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from core.workdays import ZONE

if TYPE_CHECKING:
    from core.workdays import Pause, WorkCalendar


class OpenHours:
    """The same as `WorkCalendar.working_time` for moments from the day `first` to the day `last`."""

    def __init__(self, calendar: WorkCalendar, first: date, last: date) -> None:
        self._first = first
        self._opens = timedelta(hours=calendar.opens.hour, minutes=calendar.opens.minute).total_seconds()
        closes = timedelta(hours=calendar.closes.hour, minutes=calendar.closes.minute).total_seconds()
        self._whole = closes - self._opens
        self._works: list[bool] = []
        self._before: list[float] = []
        total = 0.0
        for number in range((last - first).days + 1):
            works = calendar.is_workday(first + timedelta(days=number))
            self._works.append(works)
            self._before.append(total)
            total += self._whole if works else 0

    def between(self, start: datetime, end: datetime, paused: Iterable[Pause] = ()) -> float:
        """Seconds of open office; nothing when `end` is not after `start`. `paused` do not overlap."""
        if end <= start:
            return 0
        cut = sum(self._span(max(begin, start), min(until, end)) for begin, until in paused)
        return self._span(start, end) - cut

    def _span(self, start: datetime, end: datetime) -> float:
        return self._until(end) - self._until(start) if end > start else 0

    def _until(self, moment: datetime) -> float:
        """Seconds of open office from the first day until the moment."""
        local = moment.astimezone(ZONE)
        day = (local.date() - self._first).days
        if not self._works[day]:
            return self._before[day]
        passed = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6 - self._opens
        return self._before[day] + min(max(passed, 0), self._whole)


def clock_time(start: datetime, end: datetime, paused: Iterable[Pause] = ()) -> float:
    """Seconds between two moments day and night, without the pauses, which do not overlap."""
    if end <= start:
        return 0
    cut = sum(max((min(until, end) - max(begin, start)).total_seconds(), 0) for begin, until in paused)
    return (end - start).total_seconds() - cut
