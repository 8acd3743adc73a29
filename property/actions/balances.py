"""The kept balances of a book: what a posted voucher adds to them, in two statements for each account and fund."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from core import clock
from core.sql import changed
from property.entries import Line
from property.models import Book

# Rounded, because SQLite adds decimals as binary fractions.
_OF_MONTH = """
INSERT INTO property_monthlybalance AS kept
 (community_id, created_at, book_id, account_id, fund, month, debit, credit, balance)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, ROUND(%s + COALESCE((
 SELECT n.balance FROM property_monthlybalance n
 WHERE n.book_id = %s AND n.account_id = %s AND n.fund = %s AND n.month < %s ORDER BY n.month DESC LIMIT 1), 0), 2))
ON CONFLICT (book_id, account_id, fund, month) DO UPDATE SET
 debit = ROUND(kept.debit + excluded.debit, 2),
 credit = ROUND(kept.credit + excluded.credit, 2),
 balance = ROUND(kept.balance + excluded.debit - excluded.credit, 2)"""
_AFTER = """
UPDATE property_monthlybalance SET balance = ROUND(balance + %s, 2)
WHERE book_id = %s AND account_id = %s AND fund = %s AND month > %s"""


def take_up(book: Book, month: str, lines: Iterable[Line]) -> None:
    """Take lines that are posted in a month ("2026-09") up into its totals and the balances from its end on.

    The caller has locked the book, so nobody else changes them meanwhile.
    """
    for (account, fund), (debit, credit) in _sums(lines).items():
        kept = (book.pk, account, fund, month)
        changed(_OF_MONTH, book.community_id, clock.now(), *kept, debit, credit, debit - credit, *kept)
        changed(_AFTER, debit - credit, *kept)


def _sums(lines: Iterable[Line]) -> dict[tuple[int, str], tuple[Decimal, Decimal]]:
    """Debits and credits by account and fund, in yuan."""
    sums: dict[tuple[int, str], tuple[Decimal, Decimal]] = {}
    for line in lines:
        debit, credit = sums.get((line.account.pk, line.fund), (Decimal(0), Decimal(0)))
        sums[line.account.pk, line.fund] = (debit + line.debit, credit + line.credit)
    return sums
