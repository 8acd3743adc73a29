"""Deadlines in working hours, working days and plain time, and how each was counted.

Pure: the calendar comes from outside. Days follow the Civil Code: the day on which a period begins is not counted
(art. 201), a last day that is no working day moves to the next, and it ends when business closes (art. 203). Hours run
from the moment itself, while the office is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

import chinese_calendar
from django.utils.translation import gettext as _

ZONE = ZoneInfo("Asia/Shanghai")
Pause = tuple[datetime, datetime]

_LONGEST_SEARCH = 3 * 366


@dataclass(frozen=True, slots=True)
class DayCount:
    """One line of "how the deadline is counted": the days `first` to `last`, what they count for, and why.

    `counted` is the number of the working day, or the working minutes of the day, or None where nothing is counted.
    """

    first: date
    last: date
    counted: int | None
    note: str


def _every_year(year: int) -> bool:
    return True


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked, and from when to when. All moments are aware; answers are in Asia/Shanghai.

    `paused` are the times, as (from, to), in which a clock stood still: hours and minutes inside do not count, and a
    day does not count when the office closes inside. Raises ValueError for naive moments, for nothing to count, and
    where no working day comes within three years.
    """

    is_workday: Callable[[date], bool]
    opens: time = time(9)
    closes: time = time(17, 30)
    # Whether the holidays of a year are announced; until then `is_workday` can only say Monday to Friday.
    is_known: Callable[[int], bool] = _every_year

    def unknown_years(self, first: date, last: date) -> list[int]:
        """The years between two days whose holidays are not announced yet."""
        return [year for year in range(first.year, last.year + 1) if not self.is_known(year)]

    def add_minutes(self, start: datetime, minutes: int, paused: Sequence[Pause] = ()) -> datetime:
        """The moment after so many minutes round the clock."""
        left = _at_least_something(timedelta(minutes=minutes))
        moment = _local(start)
        for begin, end in _gaps(moment, paused):
            if left <= begin - moment:
                break
            left -= begin - moment
            moment = end
        return _later(moment, left)

    def add_working_hours(self, start: datetime, hours: int | Decimal, paused: Sequence[Pause] = ()) -> datetime:
        """The moment after so many hours of open office."""
        left = _at_least_something(timedelta(seconds=float(hours * 3600)))
        for begin, end in self._open_spans(_local(start), paused):
            if left <= end - begin:
                return begin + left
            left -= end - begin
        raise AssertionError

    def add_working_days(self, start: datetime, days: int, paused: Sequence[Pause] = ()) -> datetime:
        """When the office closes on the last of so many working days after the day of `start`."""
        _at_least_something(timedelta(days=days))
        due = self._nth(
            _local(start).date(), days, lambda day: self.is_workday(day) and not self._closes_in(day, paused)
        )
        return self.closing(due)

    def add_days(self, start: datetime, days: int, paused: Sequence[Pause] = ()) -> datetime:
        """When the office closes on the last of so many days after the day of `start`, or on the next working day."""
        _at_least_something(timedelta(days=days))
        last = self._nth(_local(start).date(), days, lambda day: not self._closes_in(day, paused))
        while not self.is_workday(last):
            last = self._nth(last, 1, self.is_workday)
        return self.closing(last)

    def working_time(self, start: datetime, end: datetime, paused: Sequence[Pause] = ()) -> timedelta:
        """How long the office was open between two moments; nothing when `end` is not after `start`."""
        total, end = timedelta(), _local(end)
        for begin, until in self._open_spans(_local(start), paused, end.date()):
            total += max(min(until, end) - begin, timedelta())
        return total

    def explain(self, start: datetime, due: datetime, paused: Sequence[Pause] = ()) -> list[DayCount]:
        """The days from `start` to `due` as `add_working_days` counts them, idle ones in one line."""
        start, due = _local(start), _local(due)
        lines = [DayCount(start.date(), start.date(), None, self._first_note(start))]
        number = 0
        for day in _days(start.date() + timedelta(1), due.date()):
            if not self.is_workday(day):
                lines.append(DayCount(day, day, None, self._idle_note(day)))
            elif self._closes_in(day, paused):
                lines.append(DayCount(day, day, None, _("等待补充，不计")))
            else:
                number += 1
                note = _("到期") if day == due.date() else _("第 %(number)s 个工作日") % {"number": number}
                lines.append(DayCount(day, day, number, note))
        return _merged(lines)

    def explain_hours(self, start: datetime, due: datetime, paused: Sequence[Pause] = ()) -> list[DayCount]:
        """The days from `start` to `due` as `add_working_hours` counts them, with the minutes of each."""
        start, due = _local(start), _local(due)
        lines = []
        for day in _days(start.date(), due.date()):
            begin = max(start, datetime.combine(day, time.min, ZONE))
            end = min(due, datetime.combine(day + timedelta(1), time.min, ZONE))
            minutes = round(self.working_time(begin, end, paused) / timedelta(minutes=1))
            if minutes:
                text = _("计 %(hours)s 小时 %(minutes)s 分") % {"hours": minutes // 60, "minutes": minutes % 60}
                if day == due.date():
                    text = _("%(counted)s，%(time)s 到期") % {"counted": text, "time": f"{due:%H:%M}"}
                lines.append(DayCount(day, day, minutes, text))
            elif not self.is_workday(day):
                lines.append(DayCount(day, day, None, self._idle_note(day)))
            elif day == start.date() and start.time() >= self.closes:
                lines.append(DayCount(day, day, None, _("下班后，下次上班起算")))
            else:
                lines.append(DayCount(day, day, None, _("等待补充，不计")))
        return _merged(lines)

    def explain_days(self, start: datetime, due: datetime, days: int, paused: Sequence[Pause] = ()) -> list[DayCount]:
        """The days from `start` to `due` as `add_days` counts `days` of them, neighbours of a kind in one line."""
        start, due = _local(start), _local(due)
        lines = [DayCount(start.date(), start.date(), None, _("当日不计，次日起算"))]
        number, run = 0, start.date()
        for day in _days(start.date() + timedelta(1), due.date()):
            if day == due.date():
                lines.append(DayCount(day, day, days, _("到期")))
            elif self._closes_in(day, paused):
                lines.append(DayCount(day, day, None, _("等待补充，不计")))
            elif number == days:
                lines.append(DayCount(day, day, None, _("休息日，顺延到下一个工作日")))
            else:
                number += 1
                if lines[-1].counted:
                    lines.pop()
                else:
                    run = day
                words = {"first": number - (day - run).days, "last": number}
                lines.append(DayCount(run, day, number, _("第 %(first)s 天到第 %(last)s 天") % words))
        return _merged(lines)

    def _first_note(self, start: datetime) -> str:
        if not self.is_workday(start.date()):
            return _("休息日，下一个工作日起算")
        return _("下班后，次日起算") if start.time() >= self.closes else _("当日不计，次日起算")

    def _idle_note(self, day: date) -> str:
        return _("周末，不计") if day.weekday() >= 5 else _("放假，不计")

    def closing(self, day: date) -> datetime:
        """The moment at which the office closes, or would close, on a day."""
        return datetime.combine(day, self.closes, ZONE)

    def _closes_in(self, day: date, paused: Sequence[Pause]) -> bool:
        closing = self.closing(day)
        return any(begin <= closing < end for begin, end in paused)

    def _nth(self, after: date, number: int, counts: Callable[[date], bool]) -> date:
        """The `number`-th day after `after` that counts."""
        day, idle = after, 0
        while number:
            day += timedelta(1)
            idle = 0 if counts(day) else idle + 1
            number -= idle == 0
            if idle > _LONGEST_SEARCH:
                raise ValueError("no working day within three years")
        return day

    def _open_spans(
        self, start: datetime, paused: Sequence[Pause], last: date | None = None
    ) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of open office from `start` on, pauses cut out; endless without `last`."""
        gaps = _gaps(start, paused)
        day = start.date() if self.is_workday(start.date()) else self._nth(start.date(), 1, self.is_workday)
        while last is None or day <= last:
            begin = max(start, datetime.combine(day, self.opens, ZONE))
            end = self.closing(day)
            for gap_begin, gap_end in gaps:
                if gap_begin < end and gap_end > begin:
                    if begin < gap_begin:
                        yield begin, gap_begin
                    begin = gap_end
            if begin < end:
                yield begin, end
            day = self._nth(day, 1, self.is_workday)


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("deadlines are counted between aware moments")
    return moment.astimezone(ZONE)


def _later(moment: datetime, by: timedelta) -> datetime:
    return (moment.astimezone(UTC) + by).astimezone(ZONE)


def _at_least_something(period: timedelta) -> timedelta:
    if period <= timedelta():
        raise ValueError("a deadline is at least something after its start")
    return period


def _gaps(start: datetime, paused: Sequence[Pause]) -> list[Pause]:
    """The pauses after `start` in order, without overlap."""
    gaps: list[Pause] = []
    for begin, end in sorted((max(_local(begin), start), _local(end)) for begin, end in paused):
        if gaps and begin <= gaps[-1][1]:
            gaps[-1] = (gaps[-1][0], max(end, gaps[-1][1]))
        elif begin < end:
            gaps.append((begin, end))
    return gaps


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(1)


def _merged(lines: Sequence[DayCount]) -> list[DayCount]:
    """Idle neighbours with the same reason become one line."""
    merged: list[DayCount] = []
    for line in lines:
        if merged and line.counted is None and (merged[-1].counted, merged[-1].note) == (None, line.note):
            merged[-1] = replace(merged[-1], last=line.last)
        else:
            merged.append(line)
    return merged


class SeedDay(NamedTuple):
    """A day as the State Council has set it; `name` is the holiday, also on a day worked for it 调休, or ""."""

    day: date
    is_workday: bool
    name: str


class YearOfDays(list[SeedDay]):
    """All days of a year; `known` is False where the holidays are not yet announced and every weekday counts."""

    known = True

    def special(self) -> list[SeedDay]:
        """Those that are not as every week: holidays from Monday to Friday, and weekends on which one works."""
        return [one for one in self if one.is_workday != (one.day.weekday() < 5)]


def seed_days(year: int) -> YearOfDays:
    """Every day of the year with holidays and swapped working days 调休, to seed the calendar that people then edit."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    days = YearOfDays()
    try:
        for day in _days(first, last):
            name = names.get(chinese_calendar.get_holiday_detail(day)[1], "")
            works = chinese_calendar.is_workday(day)
            days.append(SeedDay(day, works, name))
    except NotImplementedError:
        days = YearOfDays(SeedDay(day, day.weekday() < 5, "") for day in _days(first, last))
        days.known = False
    return days
