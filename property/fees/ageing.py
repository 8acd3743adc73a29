"""How old what is owed is, by building: no names, no doors."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F

from property.fees.querysets import OWNER
from property.models import Bill, Book
from property.querysets import fen_of, yuan_of

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
    """What is owed at the end of `on`, a row a building that owes anything, in the order of the buildings."""
    owing: dict[tuple[UUID, str], list[tuple[int, int, str]]] = defaultdict(list)
    rows = Bill.objects.unscoped(reason="what a book found already is owed").filter(book=book, day__lte=on)
    rows = rows.with_paid(on).annotate(owner=OWNER, amount_fen=fen_of(F("amount"))).exclude(amount_fen=F("paid_fen"))
    wanted = ("owner", "fund", "due_on", "amount_fen", "paid_fen", "household__building__label")
    ordered = rows.order_by("household__building__order", "household__building__number", "month", "due_on", "pk")
    for owner, fund, due_on, amount, paid, label in ordered.values_list(*wanted):
        owing[owner, fund].append((bucket(due_on, on), amount - paid, label))
    sums: dict[str, list[int]] = {}
    for bills in owing.values():
        for place, left, label in _set_off(bills):
            sums.setdefault(label, [0, 0, 0, 0])[place] += left
    return [AgeingRow(label, _four(fen)) for label, fen in sums.items() if any(fen)]


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


def _set_off(bills: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Bills of one household and fund, oldest first, less its credits; a credit on the whole is no debt."""
    credit = sum(-left for _place, left, _label in bills if left < 0)
    open_bills = []
    for place, left, label in bills:
        if left > 0:
            used = min(left, credit)
            credit -= used
            open_bills.append((place, left - used, label))
    return open_bills


def _four(fen: list[int]) -> Any:
    return tuple(yuan_of(amount) for amount in fen)
