"""As an office would do it by hand: shift by shift, to whoever carries least. The ground for comparison."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction

from core.rosters.problem import Person, Plan, Problem, Seat, Slot, Span, too_close
from core.rosters.rules import by_week


def greedy(problem: Problem, begun: Plan = frozenset()) -> Plan:
    """A plan that breaks no hard rule, made in one go: people first, then reserves, each shift to who carries least.

    Of a plan that was `begun` what may stay is kept.
    """
    hand = Hand(problem)
    for seat in sorted(problem.kept):
        hand.give(seat)
    for seat in sorted(begun - problem.kept):
        hand.keep(seat)
    for is_reserve in (False, True):
        for slot in sorted(problem.slots, key=lambda slot: (slot.span, slot.key)):
            places = slot.reserves if is_reserve else slot.minimum
            hand.fill(slot, places, is_reserve)
    return frozenset(hand.seats)


class Hand:
    """What was given so far, and to whom the next seat may go."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.seats: set[Seat] = set()
        self.spans: dict[str, list[Span]] = {person.key: list(person.held) for person in problem.people}
        self.weeks: dict[str, Counter[int]] = {person.key: Counter() for person in problem.people}
        self.loads = {person.key: 4 * person.prior for person in problem.people}
        self.taken: Counter[tuple[str, bool]] = Counter()
        self.shifts: dict[str, set[str]] = defaultdict(set)
        self.able: dict[str, list[Person]] = defaultdict(list)
        self.rivals: dict[str, set[str]] = defaultdict(set)
        for one, other in (sorted(pair) for pair in problem.apart):
            self.rivals[one].add(other)
            self.rivals[other].add(one)
        for person in problem.people:
            for span in (*person.busy, *person.held):
                for week, minutes in by_week(span):
                    self.weeks[person.key][week] += minutes
            for slot in problem.could[person.key]:
                self.able[slot.key].append(person)

    def fill(self, slot: Slot, places: int, is_reserve: bool) -> None:
        """Give what is left of a slot's places to those who may and carry least."""
        while self.taken[slot.key, is_reserve] < places:
            able = [person for person in self.able[slot.key] if self.may(person, slot)]
            if not able:
                return
            chosen = min(able, key=lambda person: (self.share(person.key), person.key))
            self.give(Seat(slot.key, chosen.key, is_reserve))

    def keep(self, seat: Seat) -> None:
        """Give a seat of an earlier plan again, if it may still be given."""
        slot, person = self.problem.slot.get(seat.slot), self.problem.person.get(seat.person)
        if slot and person and person in self.able[slot.key] and self.may(person, slot):
            places = slot.reserves if seat.is_reserve else slot.minimum
            if self.taken[slot.key, seat.is_reserve] < places:
                self.give(seat)

    def give(self, seat: Seat) -> None:
        slot = self.problem.slot[seat.slot]
        self.seats.add(seat)
        self.spans[seat.person].append(slot.span)
        self.weeks[seat.person][slot.span.week] += slot.span.minutes
        self.loads[seat.person] += self.problem.weight(seat)
        self.taken[seat.slot, seat.is_reserve] += 1
        self.shifts[slot.shift].add(seat.person)

    def share(self, key: str) -> Fraction:
        return Fraction(self.loads[key], 4 * self.problem.capacity[key])

    def may(self, person: Person, slot: Slot) -> bool:
        """Whether nothing given so far stands against it."""
        if self.rivals[person.key] & self.shifts[slot.shift] or person.key in self.shifts[slot.shift]:
            return False
        if self.weeks[person.key][slot.span.week] + slot.span.minutes > person.cap:
            return False
        spans = self.spans[person.key]
        if any(too_close(slot.span, span, self.problem.rest) for span in spans):
            return False
        return self._few_days(slot.span.day, {span.day for span in spans})

    def _few_days(self, day: int, days: set[int]) -> bool:
        """Whether one more day makes no longer row than allowed."""
        first, last = day, day
        while first - 1 in days:
            first -= 1
        while last + 1 in days:
            last += 1
        return day in days or last - first + 1 <= self.problem.running
