"""The running balance of a statement, followed in whichever order the bank printed it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

Step = tuple[Decimal, Decimal | None]
Moment = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Followed:
    """What following the balance came to.

    `order` are the places of the rows from the oldest to the newest; `breaks` the places whose balance does not come
    of the one before; `links` how many could be compared.
    """

    order: list[int]
    breaks: list[int]
    links: int
    opening: Decimal | None = None
    closing: Decimal | None = None

    @property
    def agrees(self) -> bool:
        return self.links > 0 and not self.breaks


def follow(steps: Sequence[Step], moments: Sequence[Moment]) -> Followed:
    """Follow the balance from row to row: as printed, the other way round, or sorted by moment; the best of these.

    A row without a balance counts with the next that has one. Where banks shuffle the rows of a day, it is enough
    that all rows can be put into one chain.
    """
    printed = list(range(len(steps)))
    oldest_first = _ascends(moments)
    by_moment = sorted(printed if oldest_first else printed[::-1], key=lambda place: moments[place])
    ways = [printed, printed[::-1]] if oldest_first else [printed[::-1], printed]
    tried = [_along(steps, way) for way in (*ways, by_moment)]
    best = min(tried, key=lambda one: len(one.breaks))
    if best.breaks and (ends := _chain(steps)) is not None:
        return Followed(by_moment, [], best.links, *ends)
    # Rows that nothing compares stand in the order of their moments.
    return best if best.agrees else Followed(by_moment, best.breaks, best.links, best.opening, best.closing)


def _ascends(moments: Sequence[Moment]) -> bool:
    pairs = [(one, two) for one, two in pairwise(moments) if one != two]
    up = sum(1 for one, two in pairs if one < two)
    return 2 * up >= len(pairs)


def _along(steps: Sequence[Step], order: list[int]) -> Followed:
    breaks, links = [], 0
    known: Decimal | None = None
    opening: Decimal | None = None
    pending = Decimal(0)
    for place in order:
        moved, balance = steps[place]
        pending += moved
        if balance is None:
            continue
        if known is None:
            opening = balance - pending
        else:
            links += 1
            if known + pending != balance:
                breaks.append(place)
        known, pending = balance, Decimal(0)
    return Followed(order, breaks, links, opening, None if known is None else known + pending)


def _chain(steps: Sequence[Step]) -> tuple[Decimal, Decimal] | None:
    """Where a chain of all rows begins and ends, when there is one that uses each exactly once."""
    edges = [(balance - moved, balance) for moved, balance in steps if balance is not None]
    if len(edges) != len(steps) or len(edges) < 3:
        return None
    starts = Counter(one for one, _two in edges) - Counter(two for _one, two in edges)
    ends = Counter(two for _one, two in edges) - Counter(one for one, _two in edges)
    if sum(starts.values()) != 1 or sum(ends.values()) != 1 or not _hangs_together(edges):
        return None
    return next(iter(starts)), next(iter(ends))


def _hangs_together(edges: Sequence[tuple[Decimal, Decimal]]) -> bool:
    parent: dict[Decimal, Decimal] = {}

    def root(value: Decimal) -> Decimal:
        parent.setdefault(value, value)
        while parent[value] != value:
            parent[value] = parent[parent[value]]
            value = parent[value]
        return value

    for one, two in edges:
        parent[root(one)] = root(two)
    return len({root(value) for value in parent}) == 1
