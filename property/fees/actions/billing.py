"""Making bills: once for what is due, later for what differs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core import clock
from core.quarters import Month
from core.refusal import Refused
from core.scoping import locked
from core.sql import insert
from property.actions.books import require
from property.actions.vouchers import draft_voucher
from property.chart import Fund
from property.fees.billing import Preview, PreviewRow, preview_billing
from property.fees.posting import run_lines, run_sums
from property.fees.spread import cover
from property.fees.standing import prepaid_by_household, standings
from property.models import Allocation, Bill, BillingRun, Book, LedgerMonth, Voucher
from property.querysets import yuan_of

MOST_MONTHS = 12
_WHY = "runs of a book found already"


@transaction.atomic
def run_billing(book: Book, *, by: User, first: Month, last: Month, due_on: date) -> BillingRun:
    """Bill these months, or what differs from what was billed of them; pay from what is prepaid; draft the voucher.

    Where nothing differs, nothing is written and the latest run of these months is returned. Raises Refused for months
    before the book or that have not begun, and where there is nothing to bill at all.
    """
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    _check_months(book, first, last, due_on)
    preview = preview_billing(book, first, last)
    if preview.is_empty:
        return _latest(book, first, last)
    day = _day(book, last)
    run = BillingRun(
        community_id=book.community_id,
        book=book,
        first_month=str(first),
        last_month=str(last),
        day=day,
        due_on=due_on,
        bills=len(preview.rows),
        households=preview.households,
        gross=preview.gross,
        relief=preview.relief,
        amount=preview.amount,
        run_by=by,
        run_at=clock.now(),
    )
    # Written last, with all that it says: it is never changed.
    insert(_bills(run, preview.rows))
    run.prepaid_used = yuan_of(_settle(run, preview))
    run.voucher = _voucher(run, by=by)
    run.save(force_insert=True)
    changes = {"bills": [None, run.bills], "amount": [None, str(run.amount)]}
    audit.record("fees_billed", run, by=by, changes=changes)
    return run


@transaction.atomic
def draft_run(run: BillingRun, *, by: User) -> Voucher | None:
    """Draft the voucher of a run again whose draft was given up; the one it has while it has one."""
    require(by, run.book.estate_id, Office.BOOKKEEPER)
    locked(run.book)
    run = locked(run)
    if run.voucher is not None and run.voucher.state != Voucher.State.VOIDED:
        return run.voucher
    run.voucher = _voucher(run, by=by)
    run.save(update_fields=["voucher"])
    return run.voucher


def _check_months(book: Book, first: Month, last: Month, due_on: date) -> None:
    if last < first:
        raise Refused(_("结束的月份不能早于开始的月份。"))
    if len(Month.range(first, last)) > MOST_MONTHS:
        raise Refused(_("一次最多出 %(most)d 个月的账。") % {"most": MOST_MONTHS})
    if first < Month.of(book.opened_on):
        raise Refused(_("账本从 %(day)s 开始，更早的欠费请作为期初欠费记入。") % {"day": book.opened_on.isoformat()})
    if first.start > clock.today():
        raise Refused(_("这几个月最早 %(day)s 出账。") % {"day": first.start.isoformat()})
    if due_on < first.start:
        raise Refused(_("交费的期限不能早于第一个月。"))


def _latest(book: Book, first: Month, last: Month) -> BillingRun:
    runs = BillingRun.objects.of_book(book).filter(first_month__lte=str(last), last_month__gte=str(first))
    latest: BillingRun | None = runs.latest_first().first()
    if latest is None:
        raise Refused(_("这几个月没有要出的账单，请先看看收费标准和住户登记。"))
    return latest


def _day(book: Book, last: Month) -> date:
    """The day of the bills in the books: the last of the months billed where that one is over and still open."""
    today = clock.today()
    if last.end >= today:
        return today
    months = LedgerMonth.objects.of_book(book).filter(month=str(last))
    closed = months.filter(state=LedgerMonth.State.CLOSED).exists()
    return today if closed else last.end


def _bills(run: BillingRun, rows: Iterable[PreviewRow]) -> list[Bill]:
    return [
        Bill(
            community_id=run.community_id,
            book_id=run.book_id,
            household_id=row.charge.household,
            dwelling_id=row.charge.dwelling,
            kind=Bill.Kind.ADJUSTMENT if row.is_adjustment else Bill.Kind.FEE,
            run=run,
            schedule=row.charge.schedule,
            vehicle_id=row.charge.vehicle,
            month=str(row.charge.month),
            account_id=row.charge.schedule.account_id,
            fund=row.charge.schedule.fund,
            quantity=row.charge.quantity,
            rate=row.charge.schedule.rate,
            relief_percent=row.charge.percent,
            gross=yuan_of(row.gross),
            relief=yuan_of(row.relief),
            amount=row.amount,
            day=run.day,
            due_on=run.due_on,
        )
        for row in rows
    ]


def _settle(run: BillingRun, preview: Preview) -> int:
    """Pay from what is prepaid and set credits off; gives the fen of prepaid money used (below zero: more is prepaid
    than before, because bills that were paid became smaller)."""
    prepaid = prepaid_by_household(run.book)
    billed = {row.charge.household for row in preview.rows}
    smaller = {row.charge.household for row in preview.rows if row.gross < row.relief}
    touched = {household for household in billed if prepaid.get(household, 0) > 0} | smaller
    made: list[Allocation] = []
    used = 0
    funds: dict[int, str] = {}
    for household, positions in standings(run.book, touched).items():
        funds |= {position.bill: position.fund for position in positions}
        for bill, fen in cover(positions, prepaid=prepaid.get(household, 0)).moves.items():
            made.append(
                Allocation(community_id=run.community_id, bill_id=bill, run=run, amount=yuan_of(fen), day=run.day)
            )
            used += fen if funds[bill] == Fund.FEE else 0
    insert(made)
    return used


def _voucher(run: BillingRun, *, by: User) -> Voucher | None:
    """The draft of a run's voucher; none where its bills cancel each other out."""
    lines = run_lines(run.book, run_sums(run))
    if not lines:
        return None
    return draft_voucher(run.book, by=by, kind=Voucher.Kind.JOURNAL, day=run.day, summary=_summary(run), lines=lines)


def _summary(run: BillingRun) -> str:
    words = {"period": run.period, "households": run.households}
    return _("%(period)s 应收住户费用，%(households)d 户") % words
