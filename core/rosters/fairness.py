"""How a plan measures up: what is missing, how evenly the load lies, whose wishes are met, what changed."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from statistics import median
from typing import NamedTuple

from core.rosters.problem import Plan, Problem


class Measure(NamedTuple):
    """Compared in this order: the lower the better. `shortage` weighs one missing person above all missing reserves."""

    shortage: int
    spread: Fraction
    unmet: int
    changes: int


def shares(problem: Problem, plan: Plan) -> dict[str, Fraction]:
    """The load share of each person who could take anything: (prior + given) ÷ offered."""
    loads = {person.key: 4 * person.prior for person in problem.people}
    for seat in plan:
        loads[seat.person] += problem.weight(seat)
    return {key: Fraction(loads[key], 4 * offered) for key, offered in problem.capacity.items() if offered}


def spread(problem: Problem, plan: Plan) -> Fraction:
    """The largest load share less the smallest."""
    found = shares(problem, plan).values()
    return max(found) - min(found) if found else Fraction(0)


def middle(problem: Problem, plan: Plan) -> Fraction:
    """The load share in the middle."""
    found = shares(problem, plan).values()
    return Fraction(median(found)) if found else Fraction(0)


def missing(problem: Problem, plan: Plan) -> dict[str, tuple[int, int]]:
    """Slot → (people missing, reserves missing), of those where something is missing."""
    seats = Counter((seat.slot, seat.is_reserve) for seat in plan)
    found = {}
    for slot in problem.slots:
        lack = (max(0, slot.minimum - seats[slot.key, False]), max(0, slot.reserves - seats[slot.key, True]))
        if any(lack):
            found[slot.key] = lack
    return found


def heavy(problem: Problem) -> int:
    """What one missing person weighs in reserves: more than all of them together."""
    return 1 + sum(slot.reserves for slot in problem.slots)


def shortage(problem: Problem, plan: Plan) -> int:
    """Missing reserves, and missing people at their weight."""
    weight = heavy(problem)
    return sum(weight * people + reserves for people, reserves in missing(problem, plan).values())


def unmet(problem: Problem, plan: Plan) -> int:
    """Seats that somebody would rather not have less those that somebody likes."""
    return -sum(problem.person[seat.person].wishes.get(seat.slot, 0) for seat in plan if not seat.is_reserve)


def changes(problem: Problem, plan: Plan) -> int:
    """Seats of the plan before that are no longer there."""
    return len(problem.before - plan)


def measure(problem: Problem, plan: Plan) -> Measure:
    return Measure(shortage(problem, plan), spread(problem, plan), unmet(problem, plan), changes(problem, plan))
