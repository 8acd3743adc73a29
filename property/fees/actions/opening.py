"""What households owed and had prepaid before the book began. The opening voucher holds the sums."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core import clock
from core.quarters import Month
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from property.actions.books import require
from property.chart import Fund
from property.fees.actions.reliefs import check_household
from property.fees.posting import accounts_of
from property.models import Account, Bill, Book, Means, Payment

ZERO = Decimal("0.00")
INCOME = "430101"


@transaction.atomic
def bring_forward(
    book: Book,
    household: Household,
    *,
    by: User,
    owed: Decimal = ZERO,
    prepaid: Decimal = ZERO,
    month: Month | None = None,
    due_on: date | None = None,
    account: Account | None = None,
    fund: str = Fund.FEE,
) -> None:
    """What a household owed (for `month`, the one before the book unless named) and had prepaid when the book began.

    Nothing is posted: 1121 and 2203 of the opening voucher hold the sums. Owed and prepaid are not set off against each
    other here; the first run or payment does. Raises Refused for a month of the book itself.
    """
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    check_household(book, household)
    before = book.opened_on - timedelta(days=1)
    month = month or Month.of(before)
    if month.start >= book.opened_on:
        raise Refused(_("期初欠费是启用账本以前的，请看一看月份。"))
    if min(owed, prepaid) < 0 or any(one != one.quantize(Decimal("0.01")) for one in (owed, prepaid)):
        raise Refused(_("金额不能小于零，最多两位小数。"))
    if owed:
        Bill.objects.create(
            community_id=book.community_id,
            book=book,
            household=household,
            dwelling_id=household.dwelling_id,
            kind=Bill.Kind.OPENING,
            month=str(month),
            account=account or accounts_of(book)[INCOME],
            fund=fund,
            gross=owed,
            amount=owed,
            day=before,
            due_on=due_on or month.end,
        )
    if prepaid:
        Payment.objects.create(
            community_id=book.community_id,
            book=book,
            household=household,
            kind=Payment.Kind.OPENING,
            amount=prepaid,
            means=Means.NONE,
            paid_on=before,
            taken_by=by,
            taken_at=clock.now(),
        )
    if owed or prepaid:
        changes = {"owed": [None, str(owed)], "prepaid": [None, str(prepaid)]}
        audit.record("fees_brought_forward", book, by=by, changes=changes, household_id=household.pk)
