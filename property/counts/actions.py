"""Writes of cash counts: one counts, another looks on, and what is too much or too little gets its voucher."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.notices import notify
from community.roles import Office, Role
from core import clock
from core.money import yuan
from core.refusal import Refused
from core.scoping import locked
from property import entries
from property.actions import draft_voucher
from property.actions.books import require
from property.actions.vouchers import holders
from property.chart import Fund
from property.counts.box import CASH, book_balance
from property.entries import Item
from property.models import Account, Book, CashCount, Voucher
from property.querysets import yuan_of

PIECES = (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10)  # notes and coins in use, in fen
SHORT, OVER = "5401", "4901"


@transaction.atomic
def count_cash(
    book: Book,
    *,
    by: User,
    account: Account,
    pieces: Mapping[int, int],
    not_posted: Decimal = Decimal("0.00"),
    not_posted_note: str = "",
    explanation: str = "",
) -> CashCount:
    """What the cashier counted now, before a witness confirms it. `pieces` maps notes and coins in fen to how many.

    `not_posted` (yuan) is what was taken in less what was paid out and is not in the book yet; it is named. A count
    that does not come out says why, or that nobody knows.
    """
    require(by, book.estate_id, Office.CASHIER)
    book = locked(book)
    if account.book_id != book.pk or not account.is_money or not account.code.startswith(CASH):
        raise Refused(_("只有现金才要点，请选一个现金账户。"))
    if any(piece not in PIECES or number < 0 for piece, number in pieces.items()):
        raise Refused(_("张数不能小于零。"))
    if not_posted and not not_posted_note.strip():
        raise Refused(_("请写明还没入账的是哪几笔。"))
    if CashCount.objects.of_book(book).filter(account=account).waiting().exists():
        raise Refused(_("上一次盘点还在等监盘人确认，请先办完或撤回。"))
    counted = yuan_of(sum(piece * number for piece, number in pieces.items()))
    held = book_balance(book, account)
    difference = counted - held - not_posted
    if difference and not explanation.strip():
        words = {"counted": yuan(counted), "wanted": yuan(held + not_posted), "difference": yuan(difference)}
        raise Refused(
            _("点到 %(counted)s 元，应该有 %(wanted)s 元，相差 %(difference)s 元。请再点一遍；还是这样，就写明原因。")
            % words
        )
    count = CashCount.objects.create(
        community_id=book.community_id,
        book=book,
        account=account,
        counted_on=clock.today(),
        pieces={str(piece): number for piece, number in pieces.items() if number},
        counted=counted,
        book_amount=held,
        not_posted=not_posted,
        not_posted_note=not_posted_note.strip(),
        difference=difference,
        explanation=explanation.strip(),
        counted_by=by,
        counted_at=clock.now(),
    )
    audit.record("cash_counted", count, by=by, changes={"counted": [None, str(counted)]})
    told = [*holders(book, Office.SUPERVISOR), *holders(book, Office.CHAIR)]
    text = _("出纳点了现金，等一位委员当面监盘确认。")
    notify([user for user in told if user.pk != by.pk], about=count, kind="voucher_cash_counted", text=text)
    return count


@transaction.atomic
def witness_count(count: CashCount, *, by: User) -> CashCount:
    """Whoever looked on confirms the count: a member of the committee or the secretary, and not who counted."""
    book = locked(count.book)
    count = locked(count)
    _check_waiting(count)
    if by.pk == count.counted_by_id:
        raise Refused(_("点钱和监盘要两个人，请另一位委员来确认。"))
    if not by.scope.offices(book.estate_id) and book.community_id not in by.scope.ids("community", Role.SECRETARY):
        raise Refused(_("监盘由本小区自管会的委员或社区书记来做。"))
    count.witnessed_by, count.witnessed_at = by, clock.now()
    count.save(update_fields=["witnessed_by", "witnessed_at"])
    audit.record("cash_witnessed", count, by=by, changes={"difference": [None, str(count.difference)]})
    if count.difference:
        text = _("现金盘点相差 %(amount)s 元，请制单入账。") % {"amount": yuan(count.difference)}
        notify(holders(book, Office.BOOKKEEPER), about=count, kind="voucher_cash_differs", text=text)
        if Office.BOOKKEEPER in by.scope.offices(book.estate_id):
            draft_difference(count, by=by)
    return count


@transaction.atomic
def withdraw_count(count: CashCount, *, by: User) -> CashCount:
    """Take a count back before it is confirmed; it stays on the list."""
    count = locked(count)
    _check_waiting(count)
    require(by, count.book.estate_id, Office.CASHIER)
    count.withdrawn_at = clock.now()
    count.save(update_fields=["withdrawn_at"])
    audit.record("cash_withdrawn", count, by=by)
    return count


@transaction.atomic
def draft_difference(count: CashCount, *, by: User) -> Voucher:
    """Draft the voucher that makes the book say what was counted; once, unless the draft was voided."""
    book = locked(count.book)
    count = locked(count)
    if count.witnessed_at is None or not count.difference:
        raise Refused(_("这次盘点没有要入账的差额。"))
    if count.voucher is not None and count.voucher.state != Voucher.State.VOIDED:
        raise Refused(_("这次盘点的差额已经制过单了。"))
    accounts = {one.code: one for one in Account.objects.of_book(book).filter(code__in=(SHORT, OVER))}
    short = count.difference < 0
    item = Item(accounts[SHORT if short else OVER], Fund.FEE, abs(count.difference), count.explanation[:80])
    words = {"day": count.counted_on.isoformat()}
    count.voucher = draft_voucher(
        book,
        by=by,
        kind=Voucher.Kind.PAYMENT if short else Voucher.Kind.RECEIPT,
        day=clock.today(),
        summary=_("%(day)s 现金盘点短少") % words if short else _("%(day)s 现金盘点多出") % words,
        lines=entries.paid([item], count.account) if short else entries.received([item], count.account),
    )
    count.save(update_fields=["voucher"])
    return count.voucher


def _check_waiting(count: CashCount) -> None:
    if not count.is_waiting:
        raise Refused(_("这次盘点已经办完或撤回了。"))
