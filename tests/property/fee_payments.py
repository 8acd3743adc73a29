"""Households that paid, for tests of what is published of them, and hands in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from core import clock
from grids.models import Household
from property.models import Payment
from tests.factories import FullCommittee, GridFactory, household_in

DAY = date(2025, 10, 8)


def home_of(committee: FullCommittee) -> Household:
    """A household of the committee's estate."""
    grid = GridFactory(community=committee.book.community)
    return household_in(grid, dwelling__unit__building__estate=committee.book.estate)


def pay(committee: FullCommittee, household: Household, amount: str, day: date = DAY, **fields: Any) -> Payment:
    """Money from a household, or back to it, under the next number."""
    sum_ = Decimal(amount)
    last = Payment.objects.filter(book=committee.book, year=day.year).order_by("-number").first()
    return Payment.objects.create(
        community=committee.book.community,
        book=committee.book,
        household=household,
        kind="receipt" if sum_ > 0 else "refund",
        year=day.year,
        number=fields.pop("number", (last.number if last else 0) + 1),
        amount=sum_,
        means="bank",
        account=committee.account("1002"),
        paid_on=day,
        taken_by=committee.cashier,
        taken_at=clock.now(),
        **fields,
    )


def unguarded(*statements: str, params: Sequence[Any] = ()) -> None:
    """Run SQL with every trigger of the money's tables dropped, as somebody with the database in hand could."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(
                "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND c.relname LIKE 'property_%'"
            )
            drops = [f'DROP TRIGGER "{name}" ON "{table}"' for name, table in cursor.fetchall()]
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'property_%'")
            drops = [f'DROP TRIGGER "{name}"' for (name,) in cursor.fetchall()]
        for drop in drops:
            cursor.execute(drop)
        for statement in statements:
            cursor.execute(statement, params)
