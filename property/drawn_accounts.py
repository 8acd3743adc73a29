"""The trial balance as the body of a table, drawn in Python like the lists: fifty rows of a template took longer than
to read them (docs/bench.md)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.money import yuan
from property.chart import Fund, Side

if TYPE_CHECKING:
    from core.quarters import Month
    from property.models import Book
    from property.querysets import StatementRow

_ROW = (
    '<tr><th scope="row"><a href="{}?month={month}">{}</a></th><td data-label="{fund}">{}</td>'
    '<td data-label="{opening}" class="num">{}</td><td data-label="{debit}" class="num">{}</td>'
    '<td data-label="{credit}" class="num">{}</td>'
    '<td data-label="{closing}" class="num"><span class="nowrap"><span class="soft">{}</span> {}</span></td></tr>'
)


def side_of(balance: Decimal) -> str:
    """On which side a balance stands, as ledgers say it."""
    return _("平") if not balance else _("借") if balance > 0 else _("贷")


def drawn_accounts(book: Book, month: Month, rows: Iterable[StatementRow]) -> SafeString:
    """Each account and fund with its opening, movement and closing of a month."""
    gaps, pages = ["{}"] * 8, reverse("property:accounts", args=[book.pk])
    labels = {"opening": _("期初（元）"), "debit": _("借方（元）")}
    labels |= {"credit": _("贷方（元）"), "closing": _("期末（元）")}
    drawn = str(format_html(_ROW, *gaps, month=month, fund=_("资金"), **labels)).format
    funds = {fund.value: escape(fund.label) for fund in Fund}
    sides = {sign: escape(side_of(Decimal(sign))) for sign in (-1, 0, 1)}
    # An amount has nothing to escape; what people have named has.
    pieces = []
    for one in rows:
        account, closing = one.account, one.closing
        piece = drawn(
            f"{pages}{escape(account.code)}/",
            escape(account),
            funds[one.fund],
            yuan(one.normal_opening),
            yuan(one.debit) if one.debit else "",
            yuan(one.credit) if one.credit else "",
            sides[(closing > 0) - (closing < 0)],
            yuan(closing if account.normal_side == Side.DEBIT else -closing),
        )
        pieces.append(piece)
    return SafeString("".join(pieces))
