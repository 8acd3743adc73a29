"""A week of a roster as a table: a row a day, a column a shift; the same on the page and on paper."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from core import clock
from core.addresses import address
from stewards.duty.states import LIVE, PROMISED, SeatState
from stewards.duty.wording import SEAT_TONES, hours
from stewards.models import Assignment, Shift, ShiftSlot

if TYPE_CHECKING:
    from uuid import UUID

    from community.models import User
    from stewards.models import Roster

WEEK = timedelta(days=7)
_STANDING = {SeatState.ASKED: _("还没答复"), SeatState.SWAPPING: _("在找人换")}


@dataclass(frozen=True)
class Name:
    """Somebody in a shift, and how that stands where it is not simply so."""

    name: str
    is_reserve: bool
    is_own: bool
    is_locked: bool
    word: str
    tone: str


@dataclass
class Cell:
    """One shift: its hours, who is in it, and how many are missing."""

    url: str
    hours: str
    names: list[Name] = field(default_factory=list)
    lacking: int = 0
    lacking_reserves: int = 0
    is_over: bool = False


@dataclass(frozen=True)
class Day:
    """A row of the table; a cell for each column, None where that shift is not on this day."""

    day: date
    is_today: bool
    cells: list[tuple[str, Cell | None]]


@dataclass(frozen=True)
class Week:
    """A week of the roster, counted from 1, with its neighbours' numbers (0 where there is none)."""

    number: int
    first: date
    last: date
    columns: list[str]
    days: list[Day]
    earlier: int
    later: int


def number_of(roster: Roster, asked: str) -> int:
    """The week that a page asked for; else the present one, else the first."""
    last = weeks_in(roster)
    if asked.isdecimal() and len(asked) < 4 and 1 <= int(asked) <= last:
        return int(asked)
    return min(max((clock.today() - roster.first).days // 7 + 1, 1), last)


def weeks_in(roster: Roster) -> int:
    return (roster.last - roster.first).days // 7 + 1


def week_of(roster: Roster, number: int, reader: User) -> Week:
    """The table of one week; three queries, however many shifts and people."""
    first = roster.first + WEEK * (number - 1)
    last = min(roster.last, first + timedelta(days=6))
    shifts = list(Shift.objects.visible_to(reader).filter(roster=roster, day__range=(first, last)))
    cells = _cells(shifts, reader)
    columns = list(dict.fromkeys(shift.name for shift in sorted(shifts, key=_clock_time)))
    by_day: dict[date, dict[str, Cell]] = defaultdict(dict)
    for shift in shifts:
        by_day[shift.day][shift.name] = cells[shift.pk]
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return Week(
        number=number,
        first=first,
        last=last,
        columns=columns,
        days=[Day(one, one == clock.today(), [(name, by_day[one].get(name)) for name in columns]) for one in days],
        earlier=number - 1,
        later=number + 1 if number < weeks_in(roster) else 0,
    )


def _cells(shifts: list[Shift], reader: User) -> dict[UUID, Cell]:
    now = clock.now()
    cells = {
        shift.pk: Cell(
            url=address("stewards:shift", shift.pk),
            hours=hours(shift.starts_at, shift.ends_at),
            is_over=shift.ends_at <= now,
        )
        for shift in shifts
    }
    shift_of: dict[int, UUID] = {}
    for slot in ShiftSlot.objects.visible_to(reader).filter(shift__in=shifts):
        shift_of[slot.pk] = slot.shift_id
        cells[slot.shift_id].lacking += slot.minimum
        cells[slot.shift_id].lacking_reserves += slot.reserves
    rows = Assignment.objects.visible_to(reader).filter(slot__in=list(shift_of), state__in=LIVE)
    for seat in rows.select_related("steward__user"):
        cell = cells[shift_of[seat.slot_id]]
        cell.names.append(_name(seat, reader))
        if seat.is_reserve:
            cell.lacking_reserves -= 1
        else:
            cell.lacking -= 1
    return cells


def _name(seat: Assignment, reader: User) -> Name:
    return Name(
        name=seat.steward.user.name,
        is_reserve=seat.is_reserve,
        is_own=seat.steward.user_id == reader.pk,
        is_locked=seat.is_locked and seat.state not in PROMISED,
        word=str(_STANDING.get(SeatState(seat.state), "")),
        tone=SEAT_TONES[SeatState(seat.state)],
    )


def _clock_time(shift: Shift) -> tuple[object, str]:
    return clock.local(shift.starts_at).time(), shift.name
