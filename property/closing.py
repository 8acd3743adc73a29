"""What must be in order before a month is closed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.money import yuan
from property.chart import Fund
from property.fees.posting import waiting_days
from property.models import Book, LedgerMonth, MonthlyBalance, Posting, Voucher
from property.querysets import fen_sum


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist: passed or not, in words; one that is not `required` only warns."""

    passed: bool
    text: str
    required: bool = True

    @property
    def tone(self) -> str:
        if self.passed:
            return "good"
        return "bad" if self.required else "warn"


def checklist(book: Book, month: LedgerMonth, money: dict[str, Decimal]) -> list[Check]:
    """Everything that is looked at before `month` of `book` is closed.

    The month comes from `with_counts()`; `money` is what every fund holds at its end (`money_by_fund`).
    """
    return [
        _over(month),
        _in_order(book, month),
        _finished(month),
        _receipts(book, month),
        _balances(book, month),
        *_money(money),
    ]


def _over(month: LedgerMonth) -> Check:
    if clock.today() >= month.period.end:
        return Check(True, _("这个月已经过完"))
    return Check(False, _("这个月还没过完，最早 %(day)s 结账。") % {"day": month.period.end.isoformat()})


def _in_order(book: Book, month: LedgerMonth) -> Check:
    earlier = LedgerMonth.objects.of_book(book).open().filter(month__lt=month.month).first()
    if earlier is None:
        return Check(True, _("前面的月份都已结账"))
    return Check(False, _("请先结 %(month)s的账。") % {"month": earlier})


def _finished(month: LedgerMonth) -> Check:
    left: int = month.unfinished
    if not left:
        return Check(True, _("这个月的凭证都已入账"))
    return Check(
        False,
        ngettext(
            "还有 %(left)d 张凭证没办完，请入账、改日期或作废。",
            "还有 %(left)d 张凭证没办完，请入账、改日期或作废。",
            left,
        )
        % {"left": left},
    )


def _receipts(book: Book, month: LedgerMonth) -> Check:
    """What was taken in a month is in its books: a closed month takes no more vouchers."""
    first = month.period.start
    days = sum(day >= first for day in waiting_days(book, month.period.end))
    if not days:
        return Check(True, _("收的物业费都已制单"))
    words = ngettext("还有 %(n)d 天收的物业费没有制单。", "还有 %(n)d 天收的物业费没有制单。", days)
    return Check(False, words % {"n": days})


def _balances(book: Book, month: LedgerMonth) -> Check:
    kept = MonthlyBalance.objects.of_book(book).filter(month=month.month)
    posted = Posting.objects.unscoped(reason="lines of a month already found").filter(
        voucher__month=month, voucher__state=Voucher.State.POSTED
    )
    sums = {"debit_fen": fen_sum("debit"), "credit_fen": fen_sum("credit")}
    if kept.aggregate(**sums) == posted.aggregate(**sums):
        return Check(True, _("余额和逐笔凭证相加的结果一致"))
    return Check(False, _("余额和逐笔凭证对不上，请先联系系统管理员核对账本。"))


def _money(money: dict[str, Decimal]) -> list[Check]:
    """A fund whose money is below zero is possible (lent between funds) but worth a look."""
    return [
        Check(
            False,
            _("“%(fund)s”的钱款余额是 %(amount)s 元，请看一看是不是记错了资金。")
            % {"fund": Fund(fund).label, "amount": yuan(amount)},
            required=False,
        )
        for fund, amount in money.items()
        if amount < 0
    ] or [Check(True, _("每一项资金的钱款余额都不小于零"))]
