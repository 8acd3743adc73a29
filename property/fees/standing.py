"""Where a household stands: its bills with what was paid of them, and what it has prepaid."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID

from django.db.models import F

from core.sql import Given, Statement, written
from grids.models import Household
from property.chart import Fund
from property.fees.querysets import BILL_OWNER, OWNER, BillQuerySet
from property.fees.spread import Position
from property.models import Allocation, Bill, Book, Payment
from property.querysets import fen_of, fen_sum, yuan_of

_WHY = "where households of a book found already stand"
_BATCH = 400


def fen(yuan: Decimal) -> int:
    """Yuan as whole fen."""
    return int((yuan * 100).to_integral_value())


@dataclass(frozen=True, slots=True)
class Standing:
    """What one household owes by fund and what it has prepaid, in yuan; its bills oldest first, in fen."""

    positions: tuple[Position, ...]
    prepaid_fen: int

    @property
    def prepaid(self) -> Decimal:
        return yuan_of(self.prepaid_fen)

    @property
    def owed(self) -> Decimal:
        """What is open of all funds; credits of a fund count against it."""
        return yuan_of(sum(position.left for position in self.positions))

    @property
    def owed_by_fund(self) -> dict[str, Decimal]:
        """The same by fund, those that are settled left out."""
        sums: dict[str, int] = {}
        for position in self.positions:
            sums[position.fund] = sums.get(position.fund, 0) + position.left
        return {fund: yuan_of(left) for fund, left in sums.items() if left}

    @property
    def refundable(self) -> Decimal:
        """What can be given back: what is prepaid, and credits of other funds."""
        credit = sum(-one.left for one in self.positions if one.left < 0 and one.fund != Fund.FEE)
        return yuan_of(self.prepaid_fen + credit)


def standing(household: Household) -> Standing:
    """Where a household found already stands now; three queries."""
    bills, paid, used = (statement.rows(household.pk) for statement in _asked())
    prepaid = sum(fen for (fen,) in paid) - sum(fen for (fen,) in used)
    return Standing(tuple(Position(*bill) for bill in bills), prepaid)


@cache
def _asked() -> tuple[Statement, Statement, Statement]:
    """What is asked of every household that pays, written once: its bills, what it paid, and what of it is used."""
    whoever = Household(pk=Given())  # type: ignore[misc] # its id is given each time
    bills = Bill.objects.of_household(whoever)
    rows = bills.with_paid().annotate(amount_fen=fen_of(F("amount"))).oldest_first()
    sums = (Payment.objects.of_household(whoever), Allocation.objects.of_bills(bills.order_by().values("pk")))
    paid, used = (each.order_by().values("community").annotate(fen=fen_sum("amount")) for each in sums)
    return (
        written(rows.values_list("pk", "fund", "amount_fen", "paid_fen")),
        written(paid.values_list("fen")),
        written(used.values_list("fen")),
    )


def standings(book: Book, households: Collection[UUID], on: date | None = None) -> dict[UUID, list[Position]]:
    """The bills of these households that are not settled (at the end of `on`; None: now), oldest first."""
    found: dict[UUID, list[Position]] = {}
    for owners, rows in bills_of(book, households, on):
        columns = ("household", "pk", "fund", "amount_fen", "paid_fen")
        for household, bill, fund, amount, paid in rows.oldest_first().values_list(*columns):
            if amount != paid:
                found.setdefault(owners[household], []).append(Position(bill, fund, amount, paid))
    return found


def bills_of(
    book: Book, households: Collection[UUID], on: date | None = None
) -> Iterator[tuple[dict[UUID, UUID], BillQuerySet]]:
    """The bills of these households in parts, with `amount_fen` and `paid_fen` at the end of `on`; with each part
    which of them each record belongs to."""
    wanted = list(households)
    for start in range(0, len(wanted), _BATCH):
        owners = {household: household for household in wanted[start : start + _BATCH]}
        merged = Household.objects.unscoped(reason=_WHY).filter(merged_into__in=list(owners))
        owners |= dict(merged.order_by().values_list("pk", "merged_into"))
        rows = Bill.objects.of_book(book).filter(household__in=list(owners))
        if on is not None:
            rows = rows.filter(day__lte=on)
        yield owners, rows.with_paid(on).annotate(amount_fen=fen_of(F("amount")))


def prepaid_by_household(book: Book) -> dict[UUID, int]:
    """What each household has prepaid, in fen; those without are left out. Two queries."""
    return prepaid_until(book, None)


def prepaid_until(book: Book, day: date | None) -> dict[UUID, int]:
    """The same at the end of a day; None: now."""
    payments = Payment.objects.of_book(book)
    used = Allocation.objects.of_book(book)
    if day is not None:
        payments, used = payments.filter(paid_on__lte=day), used.filter(day__lte=day)
    held = dict(
        payments.annotate(owner=OWNER)
        .order_by()
        .values("owner")
        .annotate(fen=fen_sum("amount"))
        .values_list("owner", "fen")
    )
    taken = used.annotate(owner=BILL_OWNER).order_by().values("owner").annotate(fen=fen_sum("amount"))
    for owner, amount in taken.values_list("owner", "fen"):
        held[owner] = held.get(owner, 0) - amount
    return {owner: amount for owner, amount in held.items() if amount}
