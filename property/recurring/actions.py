"""Writes of vouchers that come back."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core import clock
from core.quarters import Month
from core.refusal import Refused
from core.scoping import locked
from property.actions import draft_voucher
from property.actions.books import require
from property.actions.checks import check_lines
from property.entries import Line
from property.models import Book, RecurringDraft, RecurringLine, RecurringVoucher, Voucher


@transaction.atomic
def make_recurring(
    book: Book,
    *,
    by: User,
    kind: str,
    summary: str,
    lines: Sequence[Line],
    day: int,
    every: int,
    first: Month,
    last: Month | None = None,
    payee: str = "",
    resolution_ref: str = "",
) -> RecurringVoucher:
    """Keep a voucher that comes back on `day` (the last of a shorter month) every `every` months from `first` on."""
    book = locked(book)
    require(by, book.estate_id, Office.BOOKKEEPER)
    if last is not None and last < first:
        raise Refused(_("停止的月份在开始的月份之前，请改一下。"))
    if first.end < book.opened_on:
        raise Refused(_("账本从 %(day)s 开始，请从那以后的月份选。") % {"day": book.opened_on.isoformat()})
    check_lines(Voucher(book=book, kind=kind, resolution_ref=resolution_ref), lines)
    made = RecurringVoucher.objects.create(
        community_id=book.community_id,
        book=book,
        kind=kind,
        summary=summary,
        payee=payee,
        day=day,
        every=every,
        first=str(first),
        last=str(last) if last else "",
        resolution_ref=resolution_ref,
        made_by=by,
    )
    RecurringLine.objects.bulk_create(
        RecurringLine(
            community_id=book.community_id,
            recurring=made,
            line=number,
            account=line.account,
            fund=line.fund,
            debit=line.debit,
            credit=line.credit,
            note=line.note,
        )
        for number, line in enumerate(lines, start=1)
    )
    audit.record("recurring_made", made, by=by, changes={"first": [None, made.first]})
    return made


@transaction.atomic
def stop_recurring(recurring: RecurringVoucher, *, by: User) -> RecurringVoucher:
    """It comes back no more; what was drafted stays."""
    recurring = locked(recurring)
    require(by, recurring.book.estate_id, Office.BOOKKEEPER)
    if not recurring.is_running:
        raise Refused(_("这一项已经停用了。"))
    recurring.stopped_by, recurring.stopped_at = by, clock.now()
    recurring.save(update_fields=["stopped_by", "stopped_at"])
    audit.record("recurring_stopped", recurring, by=by)
    return recurring


@transaction.atomic
def draft_recurring(recurring: RecurringVoucher, *, by: User, month: Month) -> Voucher:
    """Draft the voucher of a month. Refused for a month that has one, unless that one was voided."""
    book = locked(recurring.book)
    recurring = locked(recurring)
    if not recurring.is_running or not recurring.due_in(month):
        raise Refused(_("%(month)s没有到期的这一项。") % {"month": month.label})
    before = drafts_of(recurring).filter(month=str(month)).select_related("voucher").first()
    if before is not None and before.counts:
        raise Refused(_("%(month)s的这一项已经制过单了。") % {"month": month.label})
    day = day_in(month, recurring.day)
    voucher = draft_voucher(
        book,
        by=by,
        kind=recurring.kind,
        day=min(day, clock.today()) if month == Month.of(clock.today()) else day,
        summary=_("%(summary)s（%(month)s）") % {"summary": recurring.summary, "month": month.label},
        payee=recurring.payee.plain,
        resolution_ref=recurring.resolution_ref,
        lines=lines_of(recurring),
    )
    if before is None:
        RecurringDraft.objects.create(
            community_id=book.community_id, recurring=recurring, month=str(month), voucher=voucher
        )
    else:
        before.voucher = voucher
        before.save(update_fields=["voucher"])
    return voucher


def draft_due(book: Book, *, by: User, upto: Month) -> list[Voucher]:
    """Draft everything that is due as far as a month and has no voucher yet; each once."""
    from property.recurring.due import missing

    return [draft_recurring(recurring, by=by, month=month) for recurring, month in missing(book, upto)]


def day_in(month: Month, day: int) -> date:
    """The day of a month, its last where it is shorter."""
    return date(month.year, month.number, min(day, calendar.monthrange(month.year, month.number)[1]))


def lines_of(recurring: RecurringVoucher) -> list[Line]:
    rows = RecurringLine.objects.unscoped(reason="lines of a recurring voucher found already")
    return [
        Line(row.account, row.fund, row.debit, row.credit, row.note)
        for row in rows.filter(recurring=recurring).select_related("account").order_by("line")
    ]


def drafts_of(recurring: RecurringVoucher) -> Any:
    return RecurringDraft.objects.unscoped(reason="drafts of a recurring voucher found already").filter(
        recurring=recurring
    )
