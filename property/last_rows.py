"""The last kept row of every account and fund up to a month: one look each into the index that keeps rows once, however
long the book is. Each database has its own words for that with which it answers fast; who sees what is said where the
book, or the queryset of its accounts, was found.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection

from core.sql import rows, rows_within
from property.chart import Fund

if TYPE_CHECKING:
    from property.querysets import AccountQuerySet

# What is told of an account.
ACCOUNT = ("id", "code", "name", "kind", "normal_side", "is_money")
# An account (a), one of the funds (f), their last row (k) up to a month, and what rows from another month on add up to.
_FUNDS = " UNION ALL ".join(f"SELECT '{fund}' AS fund" for fund in Fund)
_ASKED = f"narrowed a CROSS JOIN ({_FUNDS}) f CROSS JOIN (SELECT %s AS until, %s AS since) asked"
_UP_TO = """property_monthlybalance n
 WHERE n.book_id = a.book_id AND n.account_id = a.id AND n.fund = f.fund AND n.month <= asked.until
 ORDER BY n.month DESC LIMIT 1"""
_WITHIN = """property_monthlybalance m
 WHERE m.book_id = a.book_id AND m.account_id = a.id AND m.fund = f.fund AND m.month BETWEEN asked.since AND k.month"""


class _Words(NamedTuple):
    """Parts of a statement: how the last row is joined, its balance, the sums as columns and what they need joined."""

    last: str
    balance: str
    sums: str
    summed: str = ""


def _fen(yuan: str) -> str:
    """SQLite keeps decimals as binary fractions: they are added in whole fen."""
    return f"CAST(ROUND({yuan} * 100) AS INTEGER)"


_SQLITE = _Words(
    f"JOIN property_monthlybalance k ON k.id = (SELECT n.id FROM {_UP_TO})",  # noqa: S608 written here
    _fen("k.balance"),
    ", ".join(f"(SELECT SUM({_fen(column)}) FROM {_WITHIN})" for column in ("m.debit", "m.credit")),  # noqa: S608
)
_POSTGRESQL = _Words(
    f"CROSS JOIN LATERAL (SELECT n.month, n.balance FROM {_UP_TO}) k",  # noqa: S608
    "k.balance",
    "d.debit, d.credit",
    f"CROSS JOIN LATERAL (SELECT SUM(m.debit) AS debit, SUM(m.credit) AS credit FROM {_WITHIN}) d",  # noqa: S608
)


def balances(accounts: AccountQuerySet, until: str) -> list[tuple[str, str, Decimal]]:
    """Code, fund and balance at the end of a month, of each account and fund with any posting by then."""
    words = _words()
    told = f"SELECT a.code, f.fund, {words.balance} FROM {_ASKED} {words.last}"  # noqa: S608
    return [(code, fund, in_yuan(balance)) for code, fund, balance in _asked(accounts, told, until, until)]


def movements(book: int, since: str, until: str) -> list[tuple[Any, ...]]:
    """Of a book already found the columns of an account, the fund, the balance at the end of `until`, the sums of
    debits and credits from `since` to `until` (None: no row). Amounts are in whole fen or in yuan; `in_yuan` reads what
    comes of them."""
    return rows(_movements(connection.vendor), book, until, since)


@cache
def _movements(_vendor: str) -> str:
    """Written once a database: the ORM takes a tenth of what the answer does."""
    words = _words()
    told = ", ".join(f"a.{name}" for name in ACCOUNT)
    accounts = "narrowed AS (SELECT * FROM property_account WHERE book_id = %s)"
    columns = f"SELECT {told}, f.fund, {words.balance}, {words.sums}"
    return f"WITH {accounts} {columns} FROM {_ASKED} {words.last} {words.summed}"


def in_yuan(amount: Any) -> Decimal:
    """An amount as this database told it."""
    return amount if isinstance(amount, Decimal) else Decimal(amount).scaleb(-2)


def _words() -> _Words:
    return _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL


def _asked(accounts: AccountQuerySet, statement: str, *values: str) -> list[tuple[Any, ...]]:
    # All columns: the ORM writes them sooner than some of them.
    columns = ", ".join([str(field.column) for field in accounts.model._meta.concrete_fields])
    return rows_within(accounts.order_by(), columns, statement, *values)
