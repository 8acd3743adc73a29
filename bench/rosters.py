"""Rosters of 12, 40 and 120 volunteers over 28 days: how soon there is one, how good, beside the greedy order.

Asks the engine alone, no database: the same problem is planned in order and searched, in one run.
"""

from __future__ import annotations

import random
import sys
import time
from typing import Any

import stage

sys.path.insert(0, str(stage.REPOSITORY))

from core.rosters import fairness
from core.rosters.greedy import greedy
from core.rosters.problem import DAY, Person, Problem, Slot, Span
from core.rosters.rules import broken
from core.rosters.solver import Aim, Effort, solve

VOLUNTEERS = (12, 40, 120)
DAYS = 28
HOUR = 60
EFFORT = Effort(work=20, seconds=600)


def volunteers(count: int, seed: int = 5) -> Problem:
    """So many invented volunteers with hours, skills and prior load, and shifts for a third of their time."""
    chance = random.Random(f"{seed}/{count}")
    slots = tuple(slot for day in range(DAYS) for slot in _slots(day, max(1, count // 12)))
    people = tuple(_person(f"p{number:03}", chance) for number in range(count))
    keys = [person.key for person in people]
    apart = frozenset(frozenset(chance.sample(keys, 2)) for _pair in range(count // 12))
    return Problem(slots=slots, people=people, apart=apart)


def _slots(day: int, places: int) -> list[Slot]:
    """A service point by day, twice a week with an electrician, and a watch across midnight at the weekend."""
    found = [_slot(day, "morning", 8, 12, places, places)]
    if day % 7 in (1, 5):
        found.append(Slot(f"{day}-wiring", f"{day}-morning", found[0].span, 1, 0, "wiring"))
    if day % 7 in (4, 5):
        found.append(_slot(day, "night", 22, 26, places, 0))
    return found


def _slot(day: int, name: str, begins: int, ends: int, places: int, reserves: int) -> Slot:
    span = Span(day * DAY + begins * HOUR, day * DAY + ends * HOUR)
    return Slot(f"{day}-{name}", f"{day}-{name}", span, places, reserves)


def _person(key: str, chance: random.Random) -> Person:
    """Somebody with a week of their own: most by day, some in the evening, more of all at the weekend."""
    likely = ((7, 13, 0.7), (13, 18, 0.4), (17, 28, 0.5)) if chance.random() < 0.6 else ((7, 13, 0.2), (17, 28, 0.6))
    week = [
        (day, begins, ends)
        for day in range(7)
        for begins, ends, chances in likely
        if chance.random() < chances + (0.2 if day > 4 else 0)
    ]
    free = tuple(
        Span((first + day) * DAY + begins * HOUR, (first + day) * DAY + ends * HOUR)
        for first in range(0, DAYS, 7)
        for day, begins, ends in week
    )
    return Person(
        key=key,
        free=free,
        cap=chance.choice([480, 480, 720]),
        skills=frozenset({"wiring"} if chance.random() < 0.4 else ()),
        prior=chance.choice([0, 240, 240, 480]),
    )


def bench(sizes: tuple[int, ...] = VOLUNTEERS, effort: Effort = EFFORT) -> list[dict[str, Any]]:
    """What each size came to."""
    return [_one(count, effort) for count in sizes]


def _one(count: int, effort: Effort) -> dict[str, Any]:
    stage.say(f"{count} volunteers, {DAYS} days")
    problem = volunteers(count)
    begun = time.perf_counter()
    by_hand = greedy(problem)
    first = time.perf_counter() - begun
    found = solve(problem, effort)
    spread = next(one for one in found.stages if one.aim is Aim.SPREAD)
    return {
        "volunteers": count,
        "shifts": len(problem.slots),
        "seats": sum(slot.minimum + slot.reserves for slot in problem.slots),
        "first_ms": first * 1000,
        "final_s": found.seconds,
        "missing": [_missing(problem, by_hand), _missing(problem, found.plan)],
        "spread": [float(100 * fairness.spread(problem, plan)) for plan in (by_hand, found.plan)],
        "bound": spread.bound / 100,
        "gap": spread.gap,
        "met": not broken(problem, found.plan)
        and (found.measure.shortage, found.measure.spread) <= (found.greedy.shortage, found.greedy.spread),
    }


def _missing(problem: Problem, plan: Any) -> int:
    return sum(people + reserves for people, reserves in fairness.missing(problem, plan).values())


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as Markdown; of each pair the greedy order comes first."""
    lines = [
        "| volunteers | seats | first plan | final | seats empty: greedy → found | max−min of share | bound | gap |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        spread, missing = row["spread"], row["missing"]
        lines.append(
            f"| {row['volunteers']} | {row['seats']} | {row['first_ms']:.0f} ms | {row['final_s']:.0f} s "
            f"| {missing[0]} → {missing[1]} | {spread[0]:.1f} % → {spread[1]:.1f} % | {row['bound']:.1f} % "
            f"| {row['gap']:.0%} |{'' if row['met'] else ' MISSED'}"
        )
    return "\n".join(lines)
