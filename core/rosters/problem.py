"""What is to be planned: slots to fill and people who offered their time; and a plan, which is a set of seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

DAY = 24 * 60
WEEK = 7 * DAY
REST = 11 * 60
RUNNING = 2


class Span(NamedTuple):
    """A stretch of time in minutes; the end is no longer part of it."""

    start: int
    end: int

    @property
    def minutes(self) -> int:
        return self.end - self.start

    @property
    def day(self) -> int:
        """The day on which it begins: a night shift belongs to the evening."""
        return self.start // DAY

    @property
    def week(self) -> int:
        return self.start // WEEK

    def meets(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end


class Seat(NamedTuple):
    """One person in one slot; a reserve stands ready at home."""

    slot: str
    person: str
    is_reserve: bool = False


Plan = frozenset[Seat]


@dataclass(frozen=True)
class Slot:
    """`minimum` people of a skill ("" is any) in a shift, and `reserves` who stand ready beside them."""

    key: str
    shift: str
    span: Span
    minimum: int = 1
    reserves: int = 0
    skill: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody who offered time. `cap` is minutes a week, `prior` minutes on duty in the weeks before; `busy` is taken
    by something else, `held` by shifts outside this problem, which count for rest, for the week and for days running.
    `wishes` maps a slot to 1 (likes it) or −1 (would rather not)."""

    key: str
    free: tuple[Span, ...]
    cap: int
    skills: frozenset[str] = frozenset()
    prior: int = 0
    busy: tuple[Span, ...] = ()
    held: tuple[Span, ...] = ()
    wishes: dict[str, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Problem:
    """Everything a plan is made from. `apart` are pairs that do not share a shift, `locked` seats that stay, `refused`
    (slot, person) that are not asked again, `before` the plan that there was."""

    slots: tuple[Slot, ...]
    people: tuple[Person, ...]
    apart: frozenset[frozenset[str]] = frozenset()
    locked: Plan = frozenset()
    refused: frozenset[tuple[str, str]] = frozenset()
    before: Plan = frozenset()
    rest: int = REST
    running: int = RUNNING

    @cached_property
    def slot(self) -> dict[str, Slot]:
        return {slot.key: slot for slot in self.slots}

    @cached_property
    def person(self) -> dict[str, Person]:
        return {person.key: person for person in self.people}

    @cached_property
    def kept(self) -> Plan:
        """The locked seats whose slot and person are still there."""
        return frozenset(seat for seat in self.locked if seat.slot in self.slot and seat.person in self.person)

    @cached_property
    def could(self) -> dict[str, tuple[Slot, ...]]:
        """The slots that each person could take, looked at one by one: skilled, free, not busy, not refused, rested.

        What a slot takes away from another is not looked at.
        """
        return {person.key: tuple(slot for slot in self.slots if self._suits(person, slot)) for person in self.people}

    @cached_property
    def capacity(self) -> dict[str, int]:
        """Minutes of duty that each person offered: of the shifts they could take, week by week up to their cap."""
        return {person.key: self._offered(person) for person in self.people}

    def weight(self, seat: Seat) -> int:
        """Quarter minutes of load: who stands ready at home carries a quarter."""
        return self.slot[seat.slot].span.minutes * (1 if seat.is_reserve else 4)

    def _suits(self, person: Person, slot: Slot) -> bool:
        if (slot.skill and slot.skill not in person.skills) or (slot.key, person.key) in self.refused:
            return False
        if not any(window.start <= slot.span.start and slot.span.end <= window.end for window in person.free):
            return False
        if any(slot.span.meets(other) for other in person.busy):
            return False
        return slot.span.minutes <= person.cap and not any(
            too_close(slot.span, other, self.rest) for other in person.held
        )

    def _offered(self, person: Person) -> int:
        weeks: dict[int, int] = defaultdict(int)
        for span in merged(slot.span for slot in self.could[person.key]):
            weeks[span.week] += span.minutes
        return sum(min(person.cap, minutes) for minutes in weeks.values())


def too_close(one: Span, other: Span, rest: int) -> bool:
    """Whether two shifts overlap or lie so close that there is no rest between them."""
    return one.start < other.end + rest and other.start < one.end + rest


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time without overlaps, in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found
