"""What every account and fund has come to at the end of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.quarters import Month
from property.models import Book, MonthlyBalance, Posting, Voucher
from property.querysets import fen_sum, yuan_of

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
    totals: dict[tuple[str, str], int] = {}
    for rows in _parts(book, until):
        for code, fund, fen in rows:
            totals[code, fund] = totals.get((code, fund), 0) + fen
    return sorted(Balance(code, fund, yuan_of(fen)) for (code, fund), fen in totals.items())


def _parts(book: Book, until: date | None) -> Iterable[Iterable[tuple[str, str, int]]]:
    kept = MonthlyBalance.objects.unscoped(reason=REASON).filter(book=book)
    if until is None:
        yield _added_up(kept)
        return
    month = Month.of(until)
    yield _added_up(kept.filter(month__lt=str(month)))
    posted = Posting.objects.unscoped(reason=REASON).filter(
        voucher__book=book,
        voucher__state=Voucher.State.POSTED,
        voucher__month__month=str(month),
        voucher__day__lte=until,
    )
    yield _added_up(posted)


def _added_up(rows: Any) -> Iterable[tuple[str, str, int]]:
    sums = rows.order_by().values("account__code", "fund").annotate(fen=fen_sum("debit", less="credit"))
    found: Iterable[tuple[str, str, int]] = sums.values_list("account__code", "fund", "fen")
    return found
