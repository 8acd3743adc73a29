"""The hard rules, said once and checked on a finished plan, without knowing how it was found.

What is locked was decided by a person: seats that break a rule among themselves are let be, but nothing is added to it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from core.rosters.problem import WEEK, Plan, Problem, Seat, Span, too_close


class Rule(StrEnum):
    UNKNOWN = "unknown"
    LOCKED = "locked"
    CROWDED = "crowded"
    SKILL = "skill"
    FREE = "free"
    BUSY = "busy"
    REFUSED = "refused"
    OVERLAP = "overlap"
    REST = "rest"
    WEEK = "week"
    RUNNING = "running"
    APART = "apart"


@dataclass(frozen=True)
class Breach:
    """A rule that a plan breaks, for whom (a person or a slot) and where (slots)."""

    rule: Rule
    who: str
    slots: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}: {self.who} {' '.join(self.slots)}".rstrip()


def broken(problem: Problem, plan: Plan) -> list[Breach]:
    """Every hard rule that the plan breaks, in a stable order; empty for a plan that may be published."""
    strange = [seat for seat in plan if seat.slot not in problem.slot or seat.person not in problem.person]
    if strange:
        return [Breach(Rule.UNKNOWN, seat.person, (seat.slot,)) for seat in sorted(strange)]
    found = [*_missing(problem, plan), *_crowded(problem, plan), *_apart(problem, plan)]
    for person in problem.people:
        seats = sorted(seat for seat in plan if seat.person == person.key)
        found += [*_alone(problem, seats), *_close(problem, seats), *_weeks(problem, person.key, seats)]
        found += _running(problem, person.key, seats)
    return found


def _missing(problem: Problem, plan: Plan) -> Iterator[Breach]:
    for seat in sorted(problem.kept - plan):
        yield Breach(Rule.LOCKED, seat.person, (seat.slot,))


def _crowded(problem: Problem, plan: Plan) -> Iterator[Breach]:
    """More people than a slot asks for, or one twice."""
    seats = Counter((seat.slot, seat.is_reserve) for seat in plan)
    locked = Counter((seat.slot, seat.is_reserve) for seat in problem.kept)
    for slot in problem.slots:
        for is_reserve, places in ((False, slot.minimum), (True, slot.reserves)):
            if seats[slot.key, is_reserve] > max(places, locked[slot.key, is_reserve]):
                yield Breach(Rule.CROWDED, slot.key, (slot.key,))


def _alone(problem: Problem, seats: list[Seat]) -> Iterator[Breach]:
    """What stands against a single seat."""
    for seat in seats:
        if seat in problem.kept:
            continue
        slot, person = problem.slot[seat.slot], problem.person[seat.person]
        if slot.skill and slot.skill not in person.skills:
            yield Breach(Rule.SKILL, person.key, (slot.key,))
        if not any(free.start <= slot.span.start and slot.span.end <= free.end for free in person.free):
            yield Breach(Rule.FREE, person.key, (slot.key,))
        if any(slot.span.meets(busy) for busy in person.busy):
            yield Breach(Rule.BUSY, person.key, (slot.key,))
        if (slot.key, person.key) in problem.refused:
            yield Breach(Rule.REFUSED, person.key, (slot.key,))


def _close(problem: Problem, seats: list[Seat]) -> Iterator[Breach]:
    """Two seats of a person at once or without rest between them; the same with a shift held elsewhere."""
    for one, other in combinations(seats, 2):
        if one in problem.kept and other in problem.kept:
            continue
        first, second = problem.slot[one.slot].span, problem.slot[other.slot].span
        if too_close(first, second, problem.rest):
            rule = Rule.OVERLAP if first.meets(second) else Rule.REST
            yield Breach(rule, one.person, (one.slot, other.slot))
    for seat in seats:
        span = problem.slot[seat.slot].span
        for held in problem.person[seat.person].held if seat not in problem.kept else ():
            if too_close(span, held, problem.rest):
                yield Breach(Rule.OVERLAP if span.meets(held) else Rule.REST, seat.person, (seat.slot,))


def _weeks(problem: Problem, key: str, seats: list[Seat]) -> Iterator[Breach]:
    """More minutes in a week than somebody said they can give."""
    person = problem.person[key]
    fixed: dict[int, int] = defaultdict(int)
    for span in (*person.busy, *person.held):
        for week, minutes in by_week(span):
            fixed[week] += minutes
    added: dict[int, int] = defaultdict(int)
    for seat in seats:
        span = problem.slot[seat.slot].span
        (fixed if seat in problem.kept else added)[span.week] += span.minutes
    for week, minutes in sorted(added.items()):
        if fixed[week] + minutes > person.cap:
            slots = tuple(seat.slot for seat in seats if problem.slot[seat.slot].span.week == week)
            yield Breach(Rule.WEEK, key, slots)


def _running(problem: Problem, key: str, seats: list[Seat]) -> Iterator[Breach]:
    """More days running than a person should; a day is that on which a shift begins."""
    fixed = {span.day for span in problem.person[key].held}
    fixed |= {problem.slot[seat.slot].span.day for seat in seats if seat in problem.kept}
    days = fixed | {problem.slot[seat.slot].span.day for seat in seats}
    for day in sorted(days):
        row = set(range(day, day + problem.running + 1))
        if row <= days and not row <= fixed:
            yield Breach(
                Rule.RUNNING, key, tuple(seat.slot for seat in seats if problem.slot[seat.slot].span.day in row)
            )


def _apart(problem: Problem, plan: Plan) -> Iterator[Breach]:
    """Two who are kept apart, in one shift."""
    shifts: dict[str, set[str]] = defaultdict(set)
    for seat in plan:
        shifts[problem.slot[seat.slot].shift].add(seat.person)
    locked = {(problem.slot[seat.slot].shift, seat.person) for seat in problem.kept}
    for shift, people in sorted(shifts.items()):
        for pair in sorted(sorted(pair) for pair in problem.apart if pair <= people):
            if not {(shift, one) for one in pair} <= locked:
                yield Breach(Rule.APART, pair[0], (shift,))


def by_week(span: Span) -> Iterator[tuple[int, int]]:
    """(week, minutes) of a stretch of time; what is none of our shifts is counted where it lies."""
    start = span.start
    while start < span.end:
        end = min(span.end, (start // WEEK + 1) * WEEK)
        yield start // WEEK, end - start
        start = end
