"""What should be in the box: the book, and the cash that changed hands and is not posted yet."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from core.quarters import Month
from property.chart import Fund
from property.models import Account, Book, CashCount, Means, Payment
from property.querysets import fen_sum, yuan_of

CASH = "1001"
ZERO = Decimal("0.00")


def cash_accounts(book: Book) -> list[Account]:
    """The accounts of a book found already in which there is cash to be counted."""
    return list(Account.objects.of_book(book).postable().filter(is_money=True, code__startswith=CASH))


def book_balance(book: Book, account: Account) -> Decimal:
    """What the book says is in an account now, all funds together, in yuan."""
    return sum(Account.objects.of_book(book).filter(pk=account.pk).balances().values(), ZERO)


def taken_not_posted(book: Book, account: Account) -> Decimal:
    """Fees taken in cash, less what was given back, whose voucher of the day is not posted yet, in yuan."""
    rows = Payment.objects.unscoped(reason="cash taken for a book found already").filter(
        book=book, account=account, means=Means.CASH
    )
    return yuan_of(rows.exclude(voucher__state="posted").aggregate(fen=fen_sum("amount"))["fen"])


def latest_count(book: Book, account: Account, on: date) -> CashCount | None:
    """The newest witnessed count of a cash account up to a day; of a book found already."""
    found: CashCount | None = (
        CashCount.objects.of_book(book)
        .filter(account=account, counted_on__lte=on)
        .witnessed()
        .select_related("counted_by", "witnessed_by")
        .order_by("-counted_at")
        .first()
    )
    return found


def uncounted(book: Book, month: Month) -> list[Account]:
    """Cash accounts that hold something at the end of a month and were not counted, before a witness, in it or in the
    ten days after it."""
    held = Account.objects.of_book(book).balances(month)
    filled = [account for account in cash_accounts(book) if sum(held.get((account.code, fund), ZERO) for fund in Fund)]
    if not filled:
        return []
    counts = CashCount.objects.of_book(book).witnessed().between(month.start, month.end + timedelta(days=10))
    counted = set(counts.values_list("account_id", flat=True))
    return [account for account in filled if account.pk not in counted]
