"""Households that paid, for tests of what is published of them, and hands in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from core.quarters import Quarter
from grids.models import Household
from property.fees import actions as fees
from property.models import Payment, Publication
from tests.factories import FullCommittee, GridFactory, household_in

DAY = date(2025, 10, 8)


def home_of(committee: FullCommittee) -> Household:
    """A household of the committee's estate."""
    grid = GridFactory(community=committee.book.community)
    return household_in(grid, dwelling__unit__building__estate=committee.book.estate)


def pay(committee: FullCommittee, household: Household, amount: str, day: date = DAY) -> Payment:
    """Money of what the household owed before the book began, or, below zero, of what it had prepaid then."""
    book, sum_ = committee.book, Decimal(amount)
    if sum_ > 0:
        fees.bring_forward(book, household, by=committee.bookkeeper, owed=sum_)
        return fees.take_payment(book, household, by=committee.cashier, amount=sum_, means="bank", paid_on=day)
    fees.bring_forward(book, household, by=committee.bookkeeper, prepaid=-sum_)
    return fees.refund(book, household, by=committee.cashier, amount=-sum_, means="bank", paid_on=day, reason="多交了")


def publish(committee: FullCommittee, quarter: Quarter, **texts: Any) -> Publication:
    """As the committee publishes, each day's payments posted before."""
    book_days(committee, quarter)
    return committee.publish(quarter, **texts)


def book_days(committee: FullCommittee, quarter: Quarter) -> None:
    """Post a voucher for every day of the quarter on which somebody paid or got something back."""
    paid = Payment.objects.filter(book=committee.book, voucher=None, paid_on__range=(quarter.start, quarter.end))
    for day in sorted(set(paid.exclude(kind="opening").values_list("paid_on", flat=True))):
        voucher = fees.draft_day(committee.book, day, by=committee.bookkeeper)
        if voucher is not None:
            committee.post(voucher)


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
