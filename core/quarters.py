"""Quarters and months: the periods in which the community visits, counts and publishes."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

_QUARTER = re.compile(r"([0-9]{4})[Qq]([1-4])")
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def _day(value: date) -> date:
    """The calendar day of a date, or of an aware datetime where the community lives."""
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month; `str()` is "2026-09". Raises ValueError outside January to December of 1–9999."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"not a month: {self.year}-{self.number}")

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def of(cls, day: date) -> Self:
        """The month that holds this day."""
        day = _day(day)
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026-09"; raises ValueError with a sentence."""
        match = _MONTH.fullmatch(text.strip())
        if not match:
            raise ValueError(_("“%(text)s”不是月份，请写成 2026-09 这样。") % {"text": text})
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def range(cls, first: Self, last: Self) -> list[Self]:
        """Every month from `first` to `last`, both included; none when `last` is earlier."""
        ordinals = range(first.year * 12 + first.number - 1, last.year * 12 + last.number)
        return [cls(ordinal // 12, ordinal % 12 + 1) for ordinal in ordinals]

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, self.number, 1)

    @property
    def end(self) -> date:
        """The last day."""
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    @property
    def label(self) -> str:
        """As people say it: "2026 年 9 月", "September 2026"."""
        return date_format(self.start, _("Y 年 n 月"))

    @property
    def quarter(self) -> Quarter:
        """The quarter that this month belongs to."""
        return Quarter(self.year, (self.number + 2) // 3)

    def next(self) -> Self:
        """The month after."""
        return type(self)(self.year + self.number // 12, self.number % 12 + 1)

    def previous(self) -> Self:
        """The month before."""
        return type(self)(self.year, self.number - 1) if self.number > 1 else type(self)(self.year - 1, 12)

    def contains(self, day: date) -> bool:
        """Whether this day lies in the month."""
        return self.start <= _day(day) <= self.end


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """A quarter of a calendar year; `str()` is "2026Q3". Raises ValueError outside 1–4 of 1–9999."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 4 and 1 <= self.year <= 9999):
            raise ValueError(f"not a quarter: {self.year}Q{self.number}")

    def __str__(self) -> str:
        return f"{self.year:04}Q{self.number}"

    @classmethod
    def of(cls, day: date) -> Self:
        """The quarter that holds this day."""
        day = _day(day)
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2026Q3"; raises ValueError with a sentence."""
        match = _QUARTER.fullmatch(text.strip())
        if not match:
            raise ValueError(_("“%(text)s”不是季度，请写成 2026Q3 这样。") % {"text": text})
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def range(cls, first: Self, last: Self) -> list[Self]:
        """Every quarter from `first` to `last`, both included; none when `last` is earlier."""
        ordinals = range(first.year * 4 + first.number - 1, last.year * 4 + last.number)
        return [cls(ordinal // 4, ordinal % 4 + 1) for ordinal in ordinals]

    @property
    def months(self) -> tuple[Month, Month, Month]:
        """Its three months in order."""
        first = self.number * 3 - 2
        return Month(self.year, first), Month(self.year, first + 1), Month(self.year, first + 2)

    @property
    def start(self) -> date:
        """The first day."""
        return self.months[0].start

    @property
    def end(self) -> date:
        """The last day."""
        return self.months[2].end

    @property
    def label(self) -> str:
        """As people say it: "2026 年第三季度", "third quarter of 2026"."""
        labels = {
            1: _("%(year)s 年第一季度"),
            2: _("%(year)s 年第二季度"),
            3: _("%(year)s 年第三季度"),
            4: _("%(year)s 年第四季度"),
        }
        return labels[self.number] % {"year": self.year}

    def next(self) -> Self:
        """The quarter after."""
        return type(self)(self.year + self.number // 4, self.number % 4 + 1)

    def previous(self) -> Self:
        """The quarter before."""
        return type(self)(self.year, self.number - 1) if self.number > 1 else type(self)(self.year - 1, 4)

    def contains(self, day: date) -> bool:
        """Whether this day lies in the quarter."""
        return self.start <= _day(day) <= self.end
