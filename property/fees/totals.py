"""What was billed and received: by household, by item, and for the whole estate. Yuan, days included on both ends."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from grids.models import Household
from property.chart import Fund
from property.fees.ageing import AgeingRow, ageing
from property.fees.querysets import BILL_OWNER, OWNER
from property.fees.standing import prepaid_until, standing
from property.models import Allocation, Bill, Book, Payment
from property.querysets import fen_sum, yuan_of

ZERO = Decimal("0.00")
PREPAID = "2203"


@dataclass(frozen=True, slots=True)
class ItemTotals:
    """Of one income account and fund: what was billed (after relief) and what was paid of bills, in yuan."""

    billed: Decimal = ZERO
    received: Decimal = ZERO
    relief: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Collection:
    """How fees came in between two days. `households_due` were billed something in these days, `households_paid` of
    them owe nothing of it at the end of the last day; the rate is in percent, None while nobody was billed."""

    households_due: int
    households_paid: int
    billed: Decimal
    relief: Decimal
    received: Decimal
    prepaid: Decimal

    @property
    def rate(self) -> Decimal | None:
        """Households paid of households due, in percent with one decimal."""
        if not self.households_due:
            return None
        return (Decimal(self.households_paid) * 100 / self.households_due).quantize(Decimal("0.1"))

    @property
    def net(self) -> Decimal:
        """What was to be paid after reliefs."""
        return self.billed - self.relief


def paid_by_household(book: Book, first: date, last: date) -> dict[UUID, Decimal]:
    """What every household paid in these days, less what it got back; those with a sum of 0 are left out.

    Two records that are one household count as the one that stays. Balances brought forward are not paid in them.
    """
    rows = Payment.objects.of_book(book).within(first, last).annotate(owner=OWNER)
    sums = rows.order_by().values("owner").annotate(fen=fen_sum("amount")).values_list("owner", "fen")
    return {owner: yuan_of(amount) for owner, amount in sums if amount}


def received(book: Book, first: date, last: date) -> Decimal:
    """The sum of `paid_by_household`."""
    rows = Payment.objects.of_book(book).within(first, last)
    return yuan_of(rows.aggregate(fen=fen_sum("amount"))["fen"])


def collection(book: Book, first: date, last: date) -> Collection:
    """Section 5 of a quarter: how the fees of these days came in. No names, nothing of a single household."""
    made = Bill.objects.of_book(book).filter(day__range=(first, last)).exclude(kind="opening")
    sums = made.aggregate(gross=fen_sum("gross"), relief=fen_sum("relief"))
    billed: dict[UUID, int] = defaultdict(int)
    left: dict[UUID, int] = defaultdict(int)
    rows = made.annotate(owner=OWNER).order_by().values("owner").annotate(fen=fen_sum("amount"))
    for owner, amount in rows.values_list("owner", "fen"):
        billed[owner] = left[owner] = amount
    for owner, amount in _paid_of(book, first, last):
        left[owner] -= amount
    due = [owner for owner, amount in billed.items() if amount > 0]
    return Collection(
        households_due=len(due),
        households_paid=sum(left[owner] <= 0 for owner in due),
        billed=yuan_of(sums["gross"]),
        relief=yuan_of(sums["relief"]),
        received=received(book, first, last),
        prepaid=yuan_of(sum(prepaid_until(book, last).values())),
    )


def item_totals(book: Book, first: date, last: date) -> dict[tuple[str, str], ItemTotals]:
    """Billed and received in these days by (income account, fund).

    ("2203", "fee") holds what was prepaid in them less what of it was used, so that everything received adds up to
    `received(book, first, last)`.
    """
    billed = Bill.objects.of_book(book).filter(day__range=(first, last)).exclude(kind="opening")
    sums = billed.order_by().values("account__code", "fund").annotate(net=fen_sum("amount"), less=fen_sum("relief"))
    made = {
        (code, fund): (net, less) for code, fund, net, less in sums.values_list("account__code", "fund", "net", "less")
    }
    paid = (
        Allocation.objects.of_book(book)
        .filter(day__range=(first, last))
        .order_by()
        .values("bill__account__code", "bill__fund")
    )
    got = {
        (code, fund): amount
        for code, fund, amount in paid.annotate(fen=fen_sum("amount")).values_list(
            "bill__account__code", "bill__fund", "fen"
        )
    }
    totals = {
        key: ItemTotals(yuan_of(made.get(key, (0, 0))[0]), yuan_of(got.get(key, 0)), yuan_of(made.get(key, (0, 0))[1]))
        for key in made.keys() | got.keys()
    }
    change = received(book, first, last) - yuan_of(sum(got.values()))
    if change:
        totals[PREPAID, str(Fund.FEE)] = ItemTotals(received=change)
    return totals


def owed(household: Household) -> Decimal:
    """What a household found already owes now of all funds, in yuan; below zero where it has a credit."""
    return standing(household).owed


def _paid_of(book: Book, first: date, last: date) -> list[tuple[UUID, int]]:
    """By household: what was paid until `last` of bills made in these days."""
    rows = Allocation.objects.of_book(book).filter(bill__day__range=(first, last), day__lte=last)
    rows = rows.exclude(bill__kind="opening").annotate(owner=BILL_OWNER).order_by().values("owner")
    return list(rows.annotate(fen=fen_sum("amount")).values_list("owner", "fen"))


__all__ = [
    "AgeingRow",
    "Collection",
    "ItemTotals",
    "ageing",
    "collection",
    "item_totals",
    "owed",
    "paid_by_household",
    "received",
]
