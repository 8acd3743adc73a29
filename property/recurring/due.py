"""What should have come back by now and has no voucher yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from core import clock
from core.quarters import Month
from property.models import Book, LedgerMonth, RecurringVoucher


def missing(book: Book, upto: Month, *, since: Month | None = None) -> list[tuple[RecurringVoucher, Month]]:
    """What is due from `since` (the oldest open month) to `upto` and was not drafted, oldest first.

    A month counts from its day on; months that are closed take nothing any more and are left out. Of a book found
    through its own `visible_to`.
    """
    running = list(RecurringVoucher.objects.of_book(book).running().for_page().order_by("pk"))
    if not running:
        return []
    closed = set(LedgerMonth.objects.of_book(book).closed().values_list("month", flat=True))
    return not_drafted(running, closed, upto, since=since)


def not_drafted(
    running: Iterable[RecurringVoucher], closed: Collection[str], upto: Month, *, since: Month | None = None
) -> list[tuple[RecurringVoucher, Month]]:
    """As `missing`, of what comes back in one book, with its drafts and its book, and of the months that are closed."""
    return sorted(
        (
            (recurring, month)
            for recurring in running
            for month in Month.range(max(Month.parse(recurring.first), Month.of(recurring.book.opened_on)), upto)
            if str(month) not in closed and (since is None or month >= since)
            if recurring.due_in(month) and _has_come(recurring, month)
            if not any(draft.month == str(month) and draft.counts for draft in recurring.drafted)
        ),
        key=lambda pair: (pair[1], pair[0].pk),
    )


def _has_come(recurring: RecurringVoucher, month: Month) -> bool:
    from property.recurring.actions import day_in

    return day_in(month, recurring.day) <= clock.today()
