"""What every account and fund has come to at the end of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.quarters import Month
from property.models import Account, Book, Posting, Voucher
from property.querysets import fen_sum, yuan_of

ZERO = Decimal("0.00")
REASON = "the balances of a book named on the command line"


@dataclass(frozen=True, slots=True, order=True)
class Balance:
    """An account and fund with any posting; `balance` in yuan, debit positive."""

    code: str
    fund: str
    balance: Decimal


def trial_balance(book: Book, until: date | None = None) -> list[Balance]:
    """Every account and fund of the book that has a posting of a day as far as `until` (None: at all), by code.

    Whole months come from the kept totals; only the lines of the month in which `until` lies are added up.
    """
    totals = Account.objects.of_book(book).balances(Month.of(until).previous() if until else None)
    if until is not None:
        for code, fund, fen in _of_month(book, until):
            totals[code, fund] = totals.get((code, fund), ZERO) + yuan_of(fen)
    return sorted(Balance(code, fund, balance) for (code, fund), balance in totals.items())


def _of_month(book: Book, until: date) -> Iterable[tuple[str, str, int]]:
    """By code and fund, what was posted in the month of a day up to it, in fen."""
    posted = Posting.objects.unscoped(reason=REASON).filter(
        voucher__book=book,
        voucher__state=Voucher.State.POSTED,
        voucher__month__month=str(Month.of(until)),
        voucher__day__lte=until,
    )
    sums = posted.order_by().values("account__code", "fund").annotate(fen=fen_sum("debit", less="credit"))
    found: Iterable[tuple[str, str, int]] = sums.values_list("account__code", "fund", "fen")
    return found
