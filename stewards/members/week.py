"""The week as a person says it: parts of a day to tick, and exact hours where those do not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.hashing import digest
from stewards.members.free import Rule
from stewards.models.members import Weekday

DAY = 1440


class Part(NamedTuple):
    """A part of a day, in minutes from its midnight; the night goes on into the morning after."""

    slug: str
    label: str | Promise
    starts_at: int
    ends_at: int


PARTS = (
    Part("morning", gettext_lazy("上午"), 6 * 60, 12 * 60),
    Part("noon", gettext_lazy("中午"), 12 * 60, 14 * 60),
    Part("afternoon", gettext_lazy("下午"), 14 * 60, 18 * 60),
    Part("evening", gettext_lazy("晚上"), 18 * 60, 22 * 60),
    Part("night", gettext_lazy("夜里"), 22 * 60, 30 * 60),
)
PART = {part.slug: part for part in PARTS}
_BY_TIMES = {(part.starts_at, part.ends_at): part for part in PARTS}


class Hours(NamedTuple):
    """A time of every week: weekday (0 is Monday), and minutes from its midnight up to 2,880."""

    weekday: int
    starts_at: int
    ends_at: int

    @property
    def words(self) -> str:
        """周一 8:00–12:00; what ends on the next day says so."""
        times = {"day": Weekday(self.weekday).label, "start": clock_of(self.starts_at), "end": clock_of(self.ends_at)}
        if self.ends_at > DAY:
            return _("%(day)s %(start)s 到第二天 %(end)s") % times
        return _("%(day)s %(start)s–%(end)s") % times


def clock_of(minutes: int) -> str:
    """8:00; the end of a day is 24:00."""
    shown = minutes if minutes <= DAY else minutes - DAY
    return f"{shown // 60}:{shown % 60:02d}"


def ticked(rules: Iterable[Rule]) -> list[str]:
    """Which parts of which days the rules name, as a form sends them: "0-morning"."""
    found = ((one.weekday, _BY_TIMES.get((one.starts_at, one.ends_at))) for one in rules)
    return [f"{weekday}-{part.slug}" for weekday, part in found if part]


def exact(rules: Iterable[Rule]) -> list[Hours]:
    """What is no part of a day."""
    others = (one for one in rules if (one.starts_at, one.ends_at) not in _BY_TIMES)
    return sorted(Hours(one.weekday, one.starts_at, one.ends_at) for one in others)


def hours_of(parts: Iterable[str], others: Iterable[Hours] = ()) -> list[Hours]:
    """Both as times of the week; of two that begin together the longer stays."""
    longest: dict[tuple[int, int], Hours] = {}
    split = (key.split("-") for key in parts)
    named = [Hours(int(weekday), PART[slug].starts_at, PART[slug].ends_at) for weekday, slug in split]
    for one in (*named, *others):
        before = longest.setdefault((one.weekday, one.starts_at), one)
        if one.ends_at > before.ends_at:
            longest[one.weekday, one.starts_at] = one
    return sorted(longest.values())


def seen(rules: Iterable[Rule]) -> str:
    """What a form carries of the week it showed: the second of two people is told."""
    return digest([list(one) for one in sorted((one.weekday, one.starts_at, one.ends_at) for one in rules)])


class Cell(NamedTuple):
    """A part of a day in the table: what it is called, whether it is ticked; `value` is what a form sends."""

    value: str
    label: str
    is_ticked: bool


class Day(NamedTuple):
    label: str
    cells: list[Cell]


def table(parts: Sequence[str]) -> list[Day]:
    """Seven days of five parts, with these ticked."""
    chosen = set(parts)
    return [Day(str(day.label), [_cell(day, part, chosen) for part in PARTS]) for day in Weekday]


def _cell(day: Weekday, part: Part, chosen: set[str]) -> Cell:
    value = f"{day.value}-{part.slug}"
    return Cell(value, f"{day.label} {part.label}", value in chosen)
