"""Postings made from what a volunteer says: money came in, went out, or moved. Pure; nothing is stored here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from property.chart import AccountKind
from property.models import Account, Posting

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Line:
    """A posting that is about to be made; exactly one of `debit` and `credit` (yuan) is above zero."""

    account: Account
    fund: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    note: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing money came in or went out for: an account, the fund it belongs to, yuan above zero."""

    account: Account
    fund: str
    amount: Decimal
    note: str = ""


def _per_fund(items: Iterable[Item]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for item in items:
        sums[item.fund] += item.amount
    return sums


def paid(items: Sequence[Item], paid_from: Account) -> list[Line]:
    """Money went out: every item is debited, the account it was paid from credited once a fund."""
    return [
        *(Line(item.account, item.fund, debit=item.amount, note=item.note) for item in items),
        *(Line(paid_from, fund, credit=amount) for fund, amount in _per_fund(items).items()),
    ]


def received(items: Sequence[Item], paid_into: Account) -> list[Line]:
    """Money came in: the account it was paid into is debited once a fund, every item credited."""
    return [
        *(Line(paid_into, fund, debit=amount) for fund, amount in _per_fund(items).items()),
        *(Line(item.account, item.fund, credit=item.amount, note=item.note) for item in items),
    ]


def moved(items: Sequence[Item], taken_from: Account) -> list[Line]:
    """Money moved between the estate's own accounts: each item names the account it went to."""
    return paid(items, taken_from)


def swapped(postings: Iterable[Posting]) -> list[Line]:
    """The same lines with debit and credit exchanged: what undoes them."""
    return [Line(line.account, line.fund, debit=line.credit, credit=line.debit, note=line.note) for line in postings]


def amount_of(lines: Iterable[Line]) -> Decimal:
    """What a voucher moves: the sum of its debits, in yuan."""
    return sum((line.debit for line in lines), ZERO)


def spending(lines: Iterable[Line | Posting]) -> Decimal:
    """How much of the residents' money is spent or promised: what leaves cash and banks, or is booked as cost or
    property bought, whichever is more; never below zero."""
    left = incurred = ZERO
    for line in lines:
        if line.account.is_money:
            left += line.credit - line.debit
        if line.account.kind == AccountKind.EXPENSE or line.account.code.startswith("15"):
            incurred += line.debit - line.credit
    return max(left, incurred, ZERO)


def items_of(kind: str, postings: Sequence[Posting]) -> tuple[list[Item], Account | None]:
    """Read postings made by `paid`, `received` or `moved` back into items and the money account.

    `kind` is "payment", "receipt" or "transfer". The account is None where the postings say nothing that simple.
    """
    money, rest = ("debit", "credit") if kind == "receipt" else ("credit", "debit")
    accounts = {line.account for line in postings if getattr(line, money)}
    items = [Item(line.account, line.fund, getattr(line, rest), line.note) for line in postings if getattr(line, rest)]
    if len(accounts) != 1:
        return items, None
    return items, accounts.pop()
