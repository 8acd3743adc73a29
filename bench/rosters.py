"""Rosters of 12, 40 and 120 volunteers over 28 days: how soon there is one, how good it is, and beside it the greedy order."""

from __future__ import annotations

import random

from core.rosters.problem import DAY, Person, Problem, Slot, Span

HOUR = 60


def volunteers(count: int, seed: int = 1, days: int = 28) -> Problem:
    """So many invented volunteers with their hours, skills and prior load, and the shifts of a community of that size."""
    chance = random.Random(f"{seed}/{count}")
    slots = tuple(slot for day in range(days) for slot in _slots(day, count))
    people = tuple(_person(f"p{number:03}", chance, days) for number in range(count))
    keys = [person.key for person in people]
    apart = frozenset(frozenset(chance.sample(keys, 2)) for _pair in range(count // 12))
    return Problem(slots=slots, people=people, apart=apart)


def _slots(day: int, count: int) -> list[Slot]:
    """About four shifts of every volunteer in four weeks, at the service point and as a watch across midnight."""
    places = max(1, count // 20)
    kinds = [("morning", 8, 12, "", 1), ("evening", 18, 21, "", 0), ("night", 22, 30, "", 0)]
    found = []
    for name, begins, ends, skill, reserves in kinds:
        span = Span(day * DAY + begins * HOUR, day * DAY + ends * HOUR)
        if name == "night" and day % 7 not in (4, 5):
            continue
        found.append(Slot(f"{day}-{name}", f"{day}-{name}", span, places, reserves, skill))
        if name == "morning" and day % 7 in (1, 5):
            found.append(Slot(f"{day}-{name}-wiring", f"{day}-{name}", span, 1, 0, "wiring"))
    return found


def _person(key: str, chance: random.Random, days: int) -> Person:
    """Somebody with a week of their own: pensioners by day, people in work in the evening and at the weekend."""
    parts = [(7, 13), (13, 18), (17, 22), (21, 31)]
    likely = (0.7, 0.5, 0.4, 0.15) if chance.random() < 0.6 else (0.1, 0.1, 0.6, 0.2)
    week = [
        (day, part)
        for day in range(7)
        for part, p in zip(parts, likely, strict=True)
        if chance.random() < p or day > 4 and chance.random() < 0.4
    ]
    free = tuple(
        Span((first + day) * DAY + begins * HOUR, (first + day) * DAY + ends * HOUR)
        for first in range(0, days, 7)
        for day, (begins, ends) in week
    )
    skills = frozenset({"wiring"} if chance.random() < 0.3 else ())
    cap = chance.choice([240, 480, 480, 720])
    return Person(key, free, cap, skills, prior=chance.choice([0, 0, 240, 480, 720]))
