"""The way of a voucher: drafted by one person, reviewed by a second, settled and posted by a third."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import transaction
from django.db.models import DateField, Max
from django.utils.translation import gettext as _

from community import audit
from community.files import store
from community.models import Appointment, User
from community.notices import notify
from community.roles import Office, Role
from core import clock
from core.money import yuan
from core.refusal import Refused
from core.scoping import locked
from core.sql import Given, insert, rewrite
from core.terms import holds_on
from core.whole import Whole, WholeRows, write_whole
from property import entries
from property.actions.balances import take_up
from property.actions.books import month_of
from property.actions.checks import check_lines, check_scan, check_settlement, papers_of
from property.entries import Line
from property.fees.origins import made_by_fees
from property.models import Book, LedgerMonth, Posting, Voucher, VoucherAttachment
from property.models.ledger import VOUCHER_STEPS
from property.sealing import seal_of

State, Kind = Voucher.State, Voucher.Kind


@dataclass(frozen=True, slots=True)
class Paper:
    """A cleaned file that is to hang on a voucher; `is_resolution` marks the scan of the resolution it rests on."""

    content: bytes
    name: str
    content_type: str
    is_resolution: bool = False


@transaction.atomic
def draft_voucher(
    book: Book,
    *,
    by: User,
    kind: str,
    day: date,
    summary: str,
    lines: Sequence[Line],
    payee: str = "",
    resolution_ref: str = "",
    papers: Iterable[Paper] = (),
    reverses: Voucher | None = None,
    of_fees: bool = False,
) -> Voucher:
    """A new draft; it has no number until it is posted. `of_fees`: what households paid and got back."""
    book = locked(book)
    voucher = Voucher(
        community_id=book.community_id,
        book=book,
        kind=kind,
        day=day,
        summary=summary,
        payee=payee,
        resolution_ref=resolution_ref,
        reverses=reverses,
        drafted_by=by,
        drafted_at=clock.now(),
    )
    given = {"day": day, "summary": summary, "lines": lines}
    VOUCHER_STEPS.find("", "draft", by.scope.offices(book.estate_id), given)
    voucher.month = month_of(book, day)
    check_lines(voucher, lines, of_fees=of_fees)
    voucher.amount = entries.amount_of(lines)
    voucher.save(force_insert=True)
    write_lines(voucher, lines)
    _hang(voucher, papers, by=by)
    audit.record("voucher_drafted", voucher, by=by, changes={"amount": [None, str(voucher.amount)]})
    return voucher


@transaction.atomic
def change_draft(
    voucher: Voucher,
    *,
    by: User,
    version: int,
    day: date,
    summary: str,
    lines: Sequence[Line],
    kind: str | None = None,
    payee: str | None = None,
    resolution_ref: str = "",
    papers: Iterable[Paper] = (),
    dropped: Collection[int] = (),
) -> Voucher:
    """Change a draft or a returned voucher. `payee` None keeps it; `dropped` are the lines of papers to take off."""
    book, voucher = _locked(voucher)
    given = {"day": day, "summary": summary, "lines": lines}
    VOUCHER_STEPS.find(voucher.state, "change", voucher.parties(by), given)
    _check_version(voucher, version)
    _refuse_of_fees(voucher)
    if voucher.kind != Kind.OPENING:
        voucher.month = month_of(book, day)
        voucher.day = day
    if kind is not None and voucher.kind not in {Kind.OPENING, Kind.REVERSAL}:
        voucher.kind = kind
    before = voucher.amount
    voucher.summary, voucher.resolution_ref = summary, resolution_ref
    voucher.payee = voucher.payee if payee is None else payee
    voucher.drafted_by, voucher.drafted_at = by, clock.now()
    check_lines(voucher, lines)
    voucher.amount = entries.amount_of(lines)
    voucher.version += 1
    rewrite(voucher)
    _lines_of(voucher).delete()
    write_lines(voucher, lines)
    papers_of(voucher).filter(line__in=dropped).delete()
    _hang(voucher, papers, by=by)
    audit.record("voucher_changed", voucher, by=by, changes={"amount": [str(before), str(voucher.amount)]})
    return voucher


@transaction.atomic
def submit(voucher: Voucher, *, by: User) -> Voucher:
    """Hand a draft to the reviewer; whoever does is the one who signs for it."""
    book, voucher = _locked(voucher)
    step = VOUCHER_STEPS.find(voucher.state, "submit", voucher.parties(by))
    lines = _as_lines(voucher)
    check_lines(voucher, lines)
    check_scan(voucher, lines)
    voucher.drafted_by, voucher.drafted_at = by, clock.now()
    _take(voucher, step.target, "voucher_submitted", by=by)
    text = _("有一张 %(amount)s 元的凭证等您审核。") % {"amount": yuan(voucher.amount)}
    notify(holders(book, Office.REVIEWER), about=voucher, kind="voucher_submitted", text=text)
    return voucher


@transaction.atomic
def approve(voucher: Voucher, *, by: User, version: int) -> Voucher:
    """The reviewer's signature on the voucher as it was seen (`version`)."""
    book, voucher = _locked(voucher)
    step = VOUCHER_STEPS.find(voucher.state, "approve", voucher.parties(by))
    _check_version(voucher, version)
    voucher.reviewed_by, voucher.reviewed_at = by, clock.now()
    _take(voucher, step.target, "voucher_approved", by=by)
    text = _("有一张 %(amount)s 元的凭证审核通过，等您收付。") % {"amount": yuan(voucher.amount)}
    notify(holders(book, Office.CASHIER), about=voucher, kind="voucher_approved", text=text)
    return voucher


@transaction.atomic
def send_back(voucher: Voucher, *, by: User, version: int, note: str) -> Voucher:
    """Back to whoever drafted it, with what is missing; the reviewer's signature, if there was one, is gone."""
    _book, voucher = _locked(voucher)
    step = VOUCHER_STEPS.find(voucher.state, "send_back", voucher.parties(by), {"note": note.strip()})
    _check_version(voucher, version)
    voucher.reviewed_by = voucher.reviewed_at = None
    voucher.returned_by, voucher.returned_at, voucher.return_note = by, clock.now(), note.strip()
    _take(voucher, step.target, "voucher_sent_back", by=by, reason=note)
    text = _("一张 %(amount)s 元的凭证退回给您：%(note)s") % {"amount": yuan(voucher.amount), "note": note}
    notify([voucher.drafted_by], about=voucher, kind="voucher_sent_back", text=text)
    return voucher


@transaction.atomic
def void(voucher: Voucher, *, by: User, reason: str = "") -> Voucher:
    """Give a draft up; it never had a number, so none is missing."""
    _book, voucher = _locked(voucher)
    step = VOUCHER_STEPS.find(voucher.state, "void", voucher.parties(by))
    if voucher.kind == Kind.OPENING:
        raise Refused(_("期初余额不能作废，请把数字改对再送审。"))
    _take(voucher, step.target, "voucher_voided", by=by, reason=reason)
    return voucher


@transaction.atomic
def settle(voucher: Voucher, *, by: User, version: int, settled_on: date, means: str, settled_ref: str = "") -> Voucher:
    """The cashier's signature: how and when the money changed hands. The voucher is posted in the same breath.

    It gets the next number of its month and the next place in the chain; the balances of the month take it up. The
    book is locked from here on, so two cashiers cannot draw one number.
    """
    book, voucher = _locked(voucher)
    given = {"settled_on": settled_on, "means": means}
    step = VOUCHER_STEPS.find(voucher.state, "settle", voucher.parties(by), given)
    _check_version(voucher, version)
    lines = _as_lines(voucher)
    check_lines(voucher, lines)
    check_scan(voucher, lines)
    check_settlement(lines, settled_on, means)
    month = locked(LedgerMonth(pk=voucher.month_id))
    if month.is_closed:
        raise Refused(_("%(month)s已经结账，不能再记。请退回，改到还没结账的月份。") % {"month": month})
    month.last_number += 1
    month.save(update_fields=["last_number"])
    voucher.settled_by, voucher.settled_at = by, clock.now()
    voucher.settled_on, voucher.means, voucher.settled_ref = settled_on, means, settled_ref
    voucher.number, voucher.sequence = month.last_number, book.last_sequence + 1
    voucher.previous_hash = book.last_hash
    voucher.book, voucher.month = book, month
    voucher.hash = seal_of(voucher, book.last_hash)
    take_up(book, month.month, lines)
    book.last_sequence, book.last_hash = voucher.sequence, voucher.hash
    book.save(update_fields=["last_sequence", "last_hash"])
    _take(voucher, step.target, "voucher_posted", by=by)
    return voucher


@transaction.atomic
def reverse(voucher: Voucher, *, by: User, day: date, reason: str) -> Voucher:
    """Draft the voucher that undoes a posted one, in an open month; it goes through the three offices as well."""
    book = locked(voucher.book)
    voucher = locked(voucher)
    if not voucher.is_posted:
        raise Refused(_("只有已入账的凭证才需要冲销，没入账的直接修改或作废就好。"))
    if voucher.kind == Kind.REVERSAL:
        raise Refused(_("冲销凭证不能再冲销，请重新制一张正确的凭证。"))
    _refuse_of_fees(voucher)
    earlier = Voucher.objects.of_book(book).filter(reverses=voucher).exclude(state=State.VOIDED)
    if earlier.exists():
        raise Refused(_("这张凭证已经有人在冲销了，请看凭证页上的链接。"))
    if not reason.strip():
        raise Refused(_("请写明为什么冲销。"))
    lines = entries.swapped(_lines_of(voucher).select_related("account"))
    summary = _("冲销 %(number)s：%(reason)s") % {"number": voucher.label, "reason": reason.strip()}
    return draft_voucher(
        book,
        by=by,
        kind=Kind.REVERSAL,
        day=day,
        summary=summary[:120],
        payee=voucher.payee.plain,
        lines=lines,
        reverses=voucher,
    )


def write_lines(voucher: Voucher, lines: Sequence[Line]) -> None:
    """Store the lines of a draft, whose amount is theirs."""
    insert(
        Posting(
            community_id=voucher.community_id,
            voucher=voucher,
            line=number,
            account=line.account,
            fund=line.fund,
            debit=line.debit,
            credit=line.credit,
            note=line.note,
        )
        for number, line in enumerate(lines, start=1)
    )


def _locked(voucher: Voucher) -> tuple[Book, Voucher]:
    """Book and voucher, locked in this order everywhere."""
    book = locked(voucher.book)
    voucher = locked(voucher)
    voucher.book = book
    return book, voucher


def _take(voucher: Voucher, target: str, verb: str, *, by: User, reason: str = "") -> None:
    before, voucher.state = voucher.state, target
    voucher.version += 1
    rewrite(voucher)
    audit.record(verb, voucher, by=by, changes={"state": [before, target]}, reason=reason)


def _refuse_of_fees(voucher: Voucher) -> None:
    """What bills and payments say is corrected there; the books follow."""
    if made_by_fees(voucher):
        raise Refused(_("这张凭证由账单和收款自动生成，不能直接改。请在收费里更正，再重新制单。"))


def _check_version(voucher: Voucher, version: int) -> None:
    if voucher.version != version:
        raise Refused(_("这张凭证刚才有人改过，请看一看现在的内容再决定。"))


def _hang(voucher: Voucher, papers: Iterable[Paper], *, by: User) -> None:
    last: int = papers_of(voucher).aggregate(last=Max("line"))["last"] or 0
    for number, paper in enumerate(papers, start=last + 1):
        attachment = store(
            paper.content, name=paper.name, content_type=paper.content_type, community=voucher.community, by=by
        )
        VoucherAttachment.objects.create(
            community_id=voucher.community_id,
            voucher=voucher,
            attachment=attachment,
            line=number,
            is_resolution=paper.is_resolution,
        )


def _lines_of(voucher: Voucher) -> Any:
    return Posting.objects.unscoped(reason="lines of a voucher already found").filter(voucher=voucher)


def _as_lines(voucher: Voucher) -> list[Line]:
    return [Line(row.account, row.fund, row.debit, row.credit, row.note) for row in _lines_asked().rows(voucher.pk)]


@cache
def _lines_asked() -> WholeRows:
    """The lines of a voucher, written once."""
    lines = Posting.objects.unscoped(reason="lines of a voucher already found")
    return write_whole(Whole(lines.filter(voucher=Given()), ("account",)))


def holders(book: Book, office: str) -> list[User]:
    """Who holds an office of the estate today."""
    return [held.user for held in _holding().rows(book.estate_id, office, clock.today())]


@cache
def _holding() -> WholeRows:
    """The appointments to an office of an estate that hold on a day, written once."""
    held = Appointment.objects.unscoped(reason="who is told about a voucher").filter(
        holds_on(Given(2, DateField())), estate=Given(0), role=Role.COMMITTEE, office=Given(1)
    )
    return write_whole(Whole(held, ("user",)))
