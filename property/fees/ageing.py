"""How old what is owed is, by building: no names, no doors."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from grids.models import Building
from property.fees.querysets import BILL_OWNER, OWNER
from property.fees.standing import bills_of
from property.models import Allocation, Bill, Book
from property.querysets import fen_sum, yuan_of

_WHY = "what a book found already is owed"

# Months from the day a bill was due; what is older than the last falls into a fourth.
BOUNDS = (3, 12, 24)


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What the households of a building owe, in yuan, by the age of the bill: to 3 months (also what is not due yet),
    3 to 12, one to two years, older. What a household has to its credit is set off against its oldest bill first."""

    label: str
    buckets: tuple[Decimal, Decimal, Decimal, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.buckets, Decimal("0.00"))


def ageing(book: Book, on: date) -> list[AgeingRow]:
    """What is owed at the end of `on`, a row a building that owes anything, in the order of the buildings.

    Who owes nothing on the whole is known from two sums; single bills are read of the others alone.
    """
    owing: dict[tuple[UUID, str], list[tuple[int, int, int]]] = defaultdict(list)
    for owners, rows in bills_of(book, _owing(book, on), on):
        columns = ("household", "fund", "due_on", "amount_fen", "paid_fen", "household__building")
        for household, fund, due_on, amount, paid, building in rows.oldest_first().values_list(*columns):
            if amount != paid:
                owing[owners[household], fund].append((bucket(due_on, on), amount - paid, building))
    sums: dict[int, list[int]] = {}
    for bills in owing.values():
        for place, left, building in _set_off(bills):
            sums.setdefault(building, [0, 0, 0, 0])[place] += left
    buildings = Building.objects.unscoped(reason=_WHY).filter(pk__in=list(sums)).order_by("order", "number", "pk")
    return [AgeingRow(one.label, _four(sums[one.pk])) for one in buildings if any(sums[one.pk])]


def _owing(book: Book, on: date) -> set[UUID]:
    """Households that owe something of some fund at the end of `on`."""
    left: dict[tuple[UUID, str], int] = defaultdict(int)
    made = Bill.objects.of_book(book).filter(day__lte=on).annotate(owner=OWNER).order_by().values("owner", "fund")
    for owner, fund, fen in made.annotate(fen=fen_sum("amount")).values_list("owner", "fund", "fen"):
        left[owner, fund] += fen
    paid = Allocation.objects.of_book(book).filter(day__lte=on).annotate(owner=BILL_OWNER).order_by()
    sums = paid.values("owner", "bill__fund").annotate(fen=fen_sum("amount"))
    for owner, fund, fen in sums.values_list("owner", "bill__fund", "fen"):
        left[owner, fund] -= fen
    return {owner for (owner, _fund), fen in left.items() if fen > 0}


def bucket(due_on: date, on: date) -> int:
    """Which of the four ages a bill has; what becomes due later is of the first."""
    return sum(months_after(due_on, bound) < on for bound in BOUNDS)


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    ordinal = day.year * 12 + day.month - 1 + months
    year, month = ordinal // 12, ordinal % 12 + 1
    for number in range(day.day, 27, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    return date(year, month, day.day)


def _set_off(bills: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Bills of one household and fund, oldest first, less its credits; a credit on the whole is no debt."""
    credit = sum(-left for _place, left, _building in bills if left < 0)
    open_bills = []
    for place, left, building in bills:
        if left > 0:
            used = min(left, credit)
            credit -= used
            open_bills.append((place, left - used, building))
    return open_bills


def _four(fen: list[int]) -> Any:
    return tuple(yuan_of(amount) for amount in fen)
