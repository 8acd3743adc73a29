"""Receipts: the paper with its QR code, and the check by which anybody sees that a paper is true, without a name."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import dateformat, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from community.check_codes import code_for, shown
from core import clock, qr
from core.documents import render
from core.fields import plain_of
from core.money import chinese_capital, yuan
from core.quarters import Month, Quarter
from property.models import Allocation, Payment

if TYPE_CHECKING:
    from datetime import date

    from property.models import Bill

_CHECKED = "its number and its code were typed from the paper; no name and no door is shown"
_FOUND = "what a payment found through visible_to paid for"
ZERO = Decimal("0.00")
Kind = Payment.Kind


def code_of(payment: Payment) -> str:
    """Over what stands on the paper: a paper with another amount or day has another code."""
    return code_for(f"receipt:{payment.pk}:{payment.receipt_no}:{payment.amount:.2f}:{payment.paid_on.isoformat()}")


def check_url(payment: Payment) -> str:
    """The address in the QR code, which fills number and code in."""
    query = urlencode({"number": payment.receipt_no, "code": shown(code_of(payment))})
    return f"{settings.SITE_URL}{reverse('property:receipt_check')}?{query}"


def find(number: tuple[int, int], code: str) -> Payment | None:
    """The payment of a receipt's number whose code is this, in whatever book; None where there is none."""
    year, serial = number
    rows = Payment.objects.unscoped(reason=_CHECKED).filter(year=year, number=serial).select_related("book__estate")
    return next((one for one in rows if constant_time_compare(code_of(one), code)), None)


def undoing_of(payment: Payment) -> Payment | None:
    """The payment by which this one was undone."""
    undone: Payment | None = (
        Payment.objects.unscoped(reason="whether a payment already found was undone")
        .filter(origin=payment, kind=Kind.UNDO)
        .first()
    )
    return undone


@dataclass(frozen=True, slots=True)
class PaidFor:
    """What a payment went into: the fee, the months as people read them, yuan."""

    label: str
    months: str
    amount: Decimal


def paid_for(payment: Payment) -> list[PaidFor]:
    """Each fee with its months, the oldest first, then what is prepaid; sums to the payment's amount."""
    rows = (
        Allocation.objects.unscoped(reason=_FOUND)
        .filter(payment=payment)
        .select_related("bill__schedule")
        .order_by("bill__month", "pk")
    )
    found: dict[str, list[tuple[Bill, Decimal]]] = {}
    for row in rows:
        found.setdefault(row.bill.label, []).append((row.bill, row.amount))
    lines = [
        PaidFor(label, span([bill.month for bill, _amount in parts]), sum((amount for _bill, amount in parts), ZERO))
        for label, parts in found.items()
    ]
    rest = payment.amount - sum((line.amount for line in lines), ZERO)
    return [*lines, PaidFor(_("预交，以后的账单先用它"), "", rest)] if rest else lines


def span(months: list[str]) -> str:
    """ "2026-07", "2026-09", "2026-08" as people read them: the first to the last."""
    first, last = Month.parse(min(months)), Month.parse(max(months))
    if first == last:
        return first.label
    return _("%(first)s 至 %(last)s") % {"first": first.label, "last": last.label}


def whole_day(day: date) -> str:
    """A day with its year, as papers write it."""
    return dateformat.format(day, _("Y年n月j日"))


def titles() -> dict[str, str]:
    """What the paper of each kind of payment is called."""
    return {Kind.RECEIPT: _("收据"), Kind.REFUND: _("退款单"), Kind.UNDO: _("撤销单")}


def pdf(payment: Payment, *, names: bool) -> bytes:
    """The paper of a payment, in the language of the community; the payer in plain only with `names`."""
    with translation.override(settings.LANGUAGE_CODE):
        return render("property/receipt", _paper(payment, names=names))


def _paper(payment: Payment, *, names: bool) -> dict[str, Any]:
    estate = payment.book.estate
    title = titles()[Kind(payment.kind)]
    returned = payment.amount < 0
    amount = abs(payment.amount)
    return {
        "title": title,
        "issuer": _("%(estate)s自管会") % {"estate": estate},
        "number": payment.receipt_no,
        "facts": _facts(payment, returned=returned, names=names),
        "qr": str(qr.svg(check_url(payment), _("查验收据的二维码"))),
        "qr_alt": _("查验收据的二维码"),
        "qr_words": _("扫一扫，查这张收据是不是真的。查验码 %(code)s") % {"code": shown(code_of(payment))},
        "notice": _notice(payment),
        "capital_word": _("人民币（大写）"),
        "capital": chinese_capital(amount),
        "amount_word": _("退回（元）") if returned else _("收到（元）"),
        "amount": yuan(amount),
        "headings": [_("交的是什么"), _("月份"), _("金额（元）")],
        "rows": [[line.label, line.months, yuan(line.amount)] for line in paid_for(payment)],
        "signed": [
            [_("经办"), payment.taken_by.name],
            [_("登记日期"), whole_day(clock.local(payment.taken_at).date())],
            [_("单位（盖章）"), ""],
        ],
        "notes": _notes(payment),
        "english": (
            f"{'Paid back' if returned else 'Received'}: {yuan(amount)} yuan on {payment.paid_on.isoformat()}, "
            f"no. {payment.receipt_no}. Scan the code to check this paper."
        ),
    }


def _facts(payment: Payment, *, returned: bool, names: bool) -> list[list[str]]:
    payer = str((plain_of(payment.payer) if names else payment.payer) or "")
    rows = [
        [_("编号"), payment.receipt_no],
        [_("日期"), whole_day(payment.paid_on)],
        [_("门牌"), payment.household.dwelling.label],
        [_("退给谁") if returned else _("交款人"), payer],
        [_("退款方式") if returned else _("交款方式"), str(payment.get_means_display())],
        [_("流水号"), payment.reference],
        [_("原因"), payment.reason],
    ]
    return [row for row in rows if row[1]]


def _notice(payment: Payment) -> str:
    if payment.kind == Kind.UNDO and payment.origin is not None:
        return _("收据 %(number)s 登记有误，用这张撤销。") % {"number": payment.origin.receipt_no}
    undoing = undoing_of(payment)
    if undoing is None:
        return ""
    return _("这张收据已经撤销，见 %(number)s。") % {"number": undoing.receipt_no}


def _notes(payment: Payment) -> list[str]:
    quarter = Quarter.of(payment.paid_on).label
    return [
        _("这笔钱会算进%(quarter)s的账目公示。公示以后，您登录“共治”打开“我家的物业费”，可以看到证明。")
        % {"quarter": quarter},
        _("查验也可以打开 %(url)s，填编号和查验码；查验页上没有姓名和门牌。")
        % {"url": f"{settings.SITE_URL}{reverse('property:receipt_check')}"},
    ]
