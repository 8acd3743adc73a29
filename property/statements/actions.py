"""Matching rows of a statement: the cashier says what each one is; every match can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core import clock
from core.money import yuan
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from property.actions.books import require
from property.fees.actions.payments import take_payment
from property.fees.posting import ACCOUNT_OF_MEANS
from property.models import Book, Means, Payment, Posting, StatementRow, Voucher
from property.querysets import fen_sum, yuan_of
from property.statements.cells import ZERO
from property.statements.matching import Suggestion, suggest

Match = StatementRow.Match
_WHY = "what a statement's row that was found before is matched with"


@transaction.atomic
def match_household(row: StatementRow, household: Household, *, by: User) -> Payment:
    """The row is money from this household: take it as a payment with a receipt, of the day on the statement."""
    book, row = _open_row(row, by)
    if row.amount <= 0:
        raise Refused(_("这一笔是支出，不能登记成住户缴费。"))
    payment = take_payment(
        book,
        household,
        by=by,
        amount=row.amount,
        means=means_of(row.account.code),
        paid_on=row.day,
        account=row.account,
        reference=row.reference,
        payer=row.counterparty.plain[:60],
        row=row,
    )
    _mark(row, by, match=Match.PAYMENT, payment=payment)
    return payment


@transaction.atomic
def match_payment(row: StatementRow, payment: Payment, *, by: User) -> StatementRow:
    """The row is a payment or a refund that is booked already."""
    book, row = _open_row(row, by)
    payment = locked(payment)
    if payment.book_id != book.pk or payment.account_id != row.account_id:
        raise Refused(_("这笔收款记在别的账户上，请先核对。"))
    if payment.amount != row.amount:
        words = {"row": yuan(row.amount), "payment": yuan(payment.amount)}
        raise Refused(_("对账单上是 %(row)s 元，收款记的是 %(payment)s 元，对不上。") % words)
    if payment.kind == Payment.Kind.UNDO or payment.followed_by.unscoped(reason=_WHY).filter(kind="undo").exists():
        raise Refused(_("这笔收款已经撤销了。"))
    if StatementRow.objects.unscoped(reason=_WHY).filter(payment=payment).exists():
        raise Refused(_("这笔收款已经和另一行流水对上了。"))
    return _mark(row, by, match=Match.PAYMENT, payment=payment)


@transaction.atomic
def match_voucher(row: StatementRow, voucher: Voucher, *, by: User) -> StatementRow:
    """The row is on this posted voucher, alone or with other rows."""
    book, row = _open_row(row, by)
    voucher = locked(voucher)
    if voucher.book_id != book.pk or not voucher.is_posted:
        raise Refused(_("只能和本账本里已入账的凭证核对。"))
    moved, taken = moved_on(voucher, row.account_id), _taken(voucher, row.account_id)
    together = taken + row.amount
    if not moved or (together > 0) != (moved > 0) or abs(together) > abs(moved):
        words = {"moved": yuan(moved), "taken": yuan(taken), "row": yuan(row.amount)}
        raise Refused(
            _("这张凭证在这个账户上动了 %(moved)s 元，已经对上 %(taken)s 元，再加 %(row)s 元就对不上了。") % words
        )
    return _mark(row, by, match=Match.VOUCHER, voucher=voucher)


@transaction.atomic
def set_aside(row: StatementRow, *, note: str, by: User) -> StatementRow:
    """The row is something else; `note` says what. It stays among the items of the cash proof."""
    _book, row = _open_row(row, by)
    if not note.strip():
        raise Refused(_("请写一句这是什么。"))
    return _mark(row, by, match=Match.OTHER, note=note.strip()[:120])


@transaction.atomic
def unmatch(row: StatementRow, *, by: User) -> StatementRow:
    """Take a match back. A payment that was made of the row stays and can be undone on its own page."""
    require(by, row.account.book.estate_id, Office.CASHIER)
    row = locked(row)
    if not row.is_matched:
        raise Refused(_("这一笔还没有核对。"))
    before = row.match
    row.match, row.payment, row.voucher, row.note = Match.NONE, None, None, ""
    row.matched_by = row.matched_at = None
    row.save()
    audit.record("statement_row_unmatched", row, by=by, changes={"match": [before, row.match]})
    return row


def confirm(row: StatementRow, suggestion: Suggestion, *, by: User) -> None:
    """Match a row with what was suggested for it."""
    if suggestion.kind == "household":
        match_household(row, suggestion.target, by=by)
    elif suggestion.kind == "payment":
        match_payment(row, suggestion.target, by=by)
    else:
        match_voucher(row, suggestion.target, by=by)


@transaction.atomic
def confirm_sure(book: Book, rows: Iterable[StatementRow], *, by: User) -> tuple[int, list[str]]:
    """Match every row that has one sure suggestion; gives how many, and why others could not be."""
    require(by, book.estate_id, Office.CASHIER)
    book = locked(book)
    chosen = list(rows)
    found = suggest(book, chosen)
    done, refused = 0, []
    for row in chosen:
        suggestions = found.get(row.pk, [])
        if not suggestions or not suggestions[0].is_sure:
            continue
        try:
            with transaction.atomic():
                confirm(row, suggestions[0], by=by)
        except Refused as refusal:
            refused.append(str(refusal))
        else:
            done += 1
    return done, refused


def means_of(code: str) -> str:
    """How money came to the account of this code: by WeChat, Alipay or bank."""
    for means in (Means.WECHAT, Means.ALIPAY):
        if code.startswith(ACCOUNT_OF_MEANS[means]):
            return means.value
    return Means.BANK.value


def moved_on(voucher: Voucher, account_id: int) -> Decimal:
    """What a voucher moved on an account, in yuan, in positive."""
    lines = Posting.objects.unscoped(reason=_WHY).filter(voucher=voucher, account=account_id)
    return yuan_of(lines.aggregate(fen=fen_sum("debit", less="credit"))["fen"])


def _taken(voucher: Voucher, account_id: int) -> Decimal:
    rows = StatementRow.objects.unscoped(reason=_WHY).filter(voucher=voucher, account=account_id)
    return yuan_of(rows.aggregate(fen=fen_sum("amount"))["fen"])


def _open_row(row: StatementRow, by: User) -> tuple[Book, StatementRow]:
    """Book and row, locked in this order everywhere."""
    account = row.account
    require(by, account.book.estate_id, Office.CASHIER)
    book = locked(account.book)
    row = locked(row)
    row.account = account
    if row.is_matched:
        raise Refused(_("这一笔刚才已经核对过了，请看现在的内容。"))
    if row.amount == ZERO:
        raise Refused(_("这一笔没有动账户里的钱，不用核对。"))
    return book, row


def _mark(row: StatementRow, by: User, **match: Any) -> StatementRow:
    for name, value in match.items():
        setattr(row, name, value)
    row.matched_by, row.matched_at = by, clock.now()
    row.save()
    audit.record("statement_row_matched", row, by=by, changes={"match": [Match.NONE, row.match]}, reason=row.note)
    return row
