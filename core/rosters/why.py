"""Why a seat is whose it is, in figures that a page can put into words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from typing import TypedDict

from core.rosters import fairness
from core.rosters.greedy import Hand
from core.rosters.problem import Plan, Problem, Seat


class Why(TypedDict):
    """`share` and `middle` are hundredths of the duty that each offered; `could` counts the others who were free and
    fit, `also` those of them to whom nothing else in the plan stood in the way; `lighter` the people who carry less."""

    skill: str
    share: int
    middle: int
    could: int
    also: int
    lighter: int
    wish: int
    locked: bool
    kept: bool


def why(problem: Problem, plan: Plan) -> dict[Seat, Why]:
    """What speaks for each seat of a finished plan."""
    shares = fairness.shares(problem, plan)
    middle = fairness.middle(problem, plan)
    able: dict[str, set[str]] = defaultdict(set)
    for key, slots in problem.could.items():
        for slot in slots:
            able[slot.key].add(key)
    hand = Hand(problem)
    for seat in sorted(plan):
        hand.give(seat)
    found: dict[Seat, Why] = {}
    for seat in sorted(plan):
        others = able[seat.slot] - {seat.person}
        slot = problem.slot[seat.slot]
        own = shares.get(seat.person, Fraction(0))
        found[seat] = Why(
            skill=slot.skill,
            share=_hundredths(own),
            middle=_hundredths(middle),
            could=len(others),
            also=sum(hand.may(problem.person[other], slot) for other in others),
            lighter=sum(share < own for share in shares.values()),
            wish=problem.person[seat.person].wishes.get(seat.slot, 0),
            locked=seat in problem.kept,
            kept=seat in problem.before,
        )
    return found


def who_could(problem: Problem, plan: Plan, slot: str) -> list[str]:
    """Those who could take one more seat of a slot beside a plan, whoever carries least first."""
    hand = Hand(problem)
    for seat in sorted(plan):
        hand.give(seat)
    able = [person for person in hand.able[slot] if hand.may(person, problem.slot[slot])]
    return _lightest(problem, plan, (person.key for person in able))


def _lightest(problem: Problem, plan: Plan, keys: Iterable[str]) -> list[str]:
    shares = fairness.shares(problem, plan)
    return sorted(keys, key=lambda key: (shares.get(key, Fraction(0)), key))


def _hundredths(share: Fraction) -> int:
    return round(100 * share)
