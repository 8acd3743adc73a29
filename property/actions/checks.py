"""What a voucher must keep to before it is drafted, handed on and posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core import clock
from core.money import yuan
from core.refusal import Refused
from property import entries
from property.chart import Fund
from property.entries import Line
from property.fees.origins import made_by_fees
from property.models import Book, Means, Posting, Voucher, VoucherAttachment

Kind = Voucher.Kind
MOST_LINES = 40


def check_lines(voucher: Voucher, lines: Sequence[Line], *, of_fees: bool = False) -> None:
    """Refuse lines that a book cannot take."""
    if len(lines) < 2:
        raise Refused(_("一张凭证至少要有一借一贷两行。"))
    if len(lines) > MOST_LINES:
        raise Refused(_("一张凭证最多 %(most)d 行，请分成几张。") % {"most": MOST_LINES})
    funds: dict[str, Decimal] = {}
    for line in lines:
        _check_line(voucher.book, line)
        funds[line.fund] = funds.get(line.fund, Decimal(0)) + line.debit - line.credit
    for fund, difference in funds.items():
        if difference:
            words = {"fund": Fund(fund).label, "amount": yuan(abs(difference))}
            raise Refused(_("“%(fund)s”的借方和贷方相差 %(amount)s 元，请核对每一行。") % words)
    if not of_fees:
        _check_resolution(voucher, lines)


def _check_line(book: Book, line: Line) -> None:
    if line.account.book_id != book.pk or not line.account.takes_postings:
        raise Refused(_("“%(account)s”不能直接记账，请选它下面的明细科目。") % {"account": line.account})
    if min(line.debit, line.credit) != 0 or max(line.debit, line.credit) <= 0:
        raise Refused(_("每一行只在借方或贷方写一个大于零的金额。"))


def needs_resolution(voucher: Voucher, lines: Iterable[Line | Posting]) -> bool:
    """Whether a voucher spends more than the committee decides by itself.

    What goes back to households by the fees' own voucher is theirs already: nobody decides on it.
    """
    if voucher.kind in {Kind.OPENING, Kind.REVERSAL}:
        return False
    return entries.spending(lines) > voucher.book.spending_limit and not made_by_fees(voucher)


def _check_resolution(voucher: Voucher, lines: Sequence[Line]) -> None:
    if not voucher.resolution_ref and needs_resolution(voucher, lines):
        words = {"spent": yuan(entries.spending(lines)), "limit": yuan(voucher.book.spending_limit)}
        raise Refused(
            _("这笔支出 %(spent)s 元，超过委员会可以决定的 %(limit)s 元，请写明依据哪一项决议，并附上决议。") % words
        )


def check_scan(voucher: Voucher, lines: Sequence[Line]) -> None:
    """A draft may wait for its scan; what is handed on has it."""
    if needs_resolution(voucher, lines) and not papers_of(voucher).filter(is_resolution=True).exists():
        raise Refused(_("这笔支出要依据决议，请先附上决议的照片或 PDF，再送审。"))


def check_settlement(lines: Sequence[Line], settled_on: date, means: str) -> None:
    """Refuse a day to come, and means that do not fit what moved."""
    if settled_on > clock.today():
        raise Refused(_("收付款日期不能写在今天以后。"))
    if means not in Means.values:
        raise Refused(_("请选择怎样收付的。"))
    if any(line.account.is_money for line in lines) == (means == Means.NONE):
        raise Refused(
            _("这张凭证动了钱款账户，请选择怎样收付的。")
            if means == Means.NONE
            else _("这张凭证没有动钱款账户，收付款方式请选“没有收付款”。")
        )


def papers_of(voucher: Voucher) -> Any:
    """The papers of a voucher found already."""
    return VoucherAttachment.objects.unscoped(reason="papers of a voucher already found").filter(voucher=voucher)
