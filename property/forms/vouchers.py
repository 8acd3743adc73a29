"""A voucher in the words of somebody who has never kept books, and the steps of the three offices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from core import clock
from core.forms import PortalForm
from property import entries
from property.entries import Item, Line
from property.forms.fields import Kind, PapersField, Words, account_choices
from property.forms.lines import MORE_ROWS, MOST_ROWS, WithLines, typed_rows
from property.models import Account, Book, LedgerMonth, Means, Voucher, VoucherAttachment
from property.querysets import VoucherQuerySet

_ANY: dict[str, Any] = {"empty_label": _("全部")}


class VoucherForm(WithLines):
    """A voucher as money that came in, went out or moved; for journal vouchers as postings."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    summary = forms.CharField(label=_("摘要"), max_length=120, help_text=_("一句话说清楚，例如“买打印纸 5 包”。"))
    money = forms.ChoiceField(label=_("账户"))
    payee = forms.CharField(label=_("付给谁"), max_length=60, required=False)
    resolution_ref = forms.CharField(label=_("依据的决议"), max_length=80, required=False)
    scan = PapersField(
        label=_("决议的照片或 PDF"),
        required=False,
        help_text=_("要依据决议的支出，没有它不能送审。"),
    )
    dropped = forms.TypedMultipleChoiceField(
        label=_("去掉已有的附件"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    papers = PapersField(label=_("附件"), required=False, help_text=_("发票、收据的照片或 PDF，一次最多 8 份。"))

    MONEY: dict[str, Words] = {
        Kind.PAYMENT: _("从哪个账户付"),
        Kind.RECEIPT: _("收到哪个账户"),
        Kind.TRANSFER: _("从哪个账户转出"),
    }
    PAYEE: dict[str, Words] = {Kind.PAYMENT: _("付给谁"), Kind.RECEIPT: _("谁交的")}

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        kind: str,
        book: Book,
        accounts: Sequence[Account],
        has_payee: bool = False,
        papers: Sequence[VoucherAttachment] = (),
        **kwargs: Any,
    ) -> None:
        self.kind = kind
        self.has_payee = has_payee
        super().__init__(data, files, accounts=accounts, **kwargs)
        self.fields["day"].initial = clock.today
        self._fit_money(accounts)
        self._fit_payee()
        self._fit_papers(papers)
        self.fields["resolution_ref"].help_text = gettext(
            "一笔支出超过 %(limit)s 元时要写：哪一次会议、第几号决议，例如“2026 年居民会议第 3 号”。"
        ) % {"limit": f"{book.spending_limit:,.2f}"}
        if kind in {Kind.RECEIPT, Kind.TRANSFER, Kind.OPENING, Kind.REVERSAL}:
            del self.fields["resolution_ref"], self.fields["scan"]
        if kind == Kind.OPENING:
            self.fields["day"].disabled = True

    def _fit_money(self, accounts: Sequence[Account]) -> None:
        if self.kind not in self.MONEY:
            del self.fields["money"]
            return
        field = self.fields["money"]
        field.label = self.MONEY[self.kind]
        field.choices = account_choices(account for account in accounts if account.is_money)  # type: ignore[attr-defined]
        field.initial = "1002"

    def _fit_payee(self) -> None:
        if self.kind in {Kind.TRANSFER, Kind.OPENING}:
            del self.fields["payee"]
            return
        field = self.fields["payee"]
        field.label = self.PAYEE.get(self.kind, _("收款人或付款人"))
        field.help_text = gettext("已经填过，不改就留空。") if self.has_payee else gettext("公示时个人只显示姓。")

    def _fit_papers(self, papers: Sequence[VoucherAttachment]) -> None:
        if papers:
            choices = [(str(paper.line), caption_of(paper)) for paper in papers]
            self.fields["dropped"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["dropped"]

    @classmethod
    def with_more_rows(cls, typed: QueryDict, **kwargs: Any) -> VoucherForm:
        """The form again as it was typed, unjudged, with empty rows added."""
        rows = typed_rows(typed)
        initial: dict[str, Any] = {name: typed.get(name) for name in typed if not name.startswith("line-")}
        initial["dropped"] = typed.getlist("dropped")
        initial.pop("submission", None)
        wanted = min(len(rows) + MORE_ROWS, MOST_ROWS)
        return cls(initial=initial, rows_initial=rows, rows=wanted, **kwargs)

    @property
    def is_simple(self) -> bool:
        return self.kind in self.MONEY

    def made_lines(self) -> list[Line]:
        """The postings that the rows mean."""
        rows = self.filled()
        if not self.is_simple:
            return [self._posting(row) for row in rows]
        items = [Item(self.accounts[row["account"]], row["fund"], row["amount"], row["note"]) for row in rows]
        money = self.accounts[self.cleaned_data["money"]]
        make = {Kind.PAYMENT: entries.paid, Kind.RECEIPT: entries.received, Kind.TRANSFER: entries.moved}
        return make[Kind(self.kind)](items, money)

    def _posting(self, row: dict[str, Any]) -> Line:
        zero = Decimal("0.00")
        account = self.accounts[row["account"]]
        return Line(account, row["fund"], row["debit"] or zero, row["credit"] or zero, row["note"])

    def given(self) -> dict[str, Any]:
        given = {
            name: value for name, value in super().given().items() if name in {"day", "summary", "papers", "payee"}
        }
        given["resolution_ref"] = self.cleaned_data.get("resolution_ref", "")
        scans = [replace(paper, is_resolution=True) for paper in self.cleaned_data.get("scan", ())]
        given["papers"] = [*given["papers"], *scans]
        return given | {"lines": self.made_lines()}

    def changes(self) -> dict[str, Any]:
        """As `given`, for a draft that is there already."""
        given = self.given()
        given["payee"] = given.get("payee") or None
        dropped = self.cleaned_data.get("dropped") or ()
        return given | {"dropped": dropped, "version": self.cleaned_data["version"] or 0}


def caption_of(paper: VoucherAttachment) -> str:
    """A paper by its name; the scan of a resolution is said to be one."""
    if paper.is_resolution:
        return gettext("%(name)s（决议）") % {"name": paper.attachment.name}
    return paper.attachment.name


def rows_of(voucher: Voucher) -> tuple[str, str, list[dict[str, Any]]]:
    """A stored draft as a form shows it: kind of form, code of the money account, rows.

    A voucher that says more than money in, out or moved is shown as postings.
    """
    postings = voucher.lines
    if voucher.kind in VoucherForm.MONEY:
        items, money = entries.items_of(voucher.kind, postings)
        if money is not None:
            rows = [
                {"account": item.account.code, "fund": item.fund, "amount": item.amount, "note": item.note}
                for item in items
            ]
            return voucher.kind, money.code, rows
    rows = [
        {
            "account": line.account.code,
            "fund": line.fund,
            "debit": line.debit or None,
            "credit": line.credit or None,
            "note": line.note,
        }
        for line in postings
    ]
    kind = voucher.kind if voucher.kind not in VoucherForm.MONEY else Kind.JOURNAL
    return kind, "", rows


class StepForm(PortalForm):
    """A step that needs nothing but the version of the voucher that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class SendBackForm(StepForm):
    note = forms.CharField(label=_("还缺什么"), max_length=200, help_text=_("例如“发票抬头不对，请换一张”。"))


class SettleForm(StepForm):
    """How and when the money changed hands."""

    settled_on = forms.DateField(
        label=_("收付款日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    means = forms.ChoiceField(label=_("怎样收付的"), choices=Means.choices, widget=forms.RadioSelect)
    settled_ref = forms.CharField(
        label=_("流水号或收据号"), max_length=60, required=False, help_text=_("银行回单、微信或支付宝账单上的号码。")
    )

    MEANS_OF_CODE = (("1001", Means.CASH), ("100901", Means.WECHAT), ("100902", Means.ALIPAY), ("10", Means.BANK))

    def __init__(self, *args: Any, voucher: Voucher, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = voucher.version
        self.fields["settled_on"].initial = clock.today
        codes = [line.account.code for line in voucher.lines if line.account.is_money]
        fitting = (means for start, means in self.MEANS_OF_CODE for code in codes if code.startswith(start))
        self.fields["means"].initial = next(fitting, Means.NONE)


class VoidForm(PortalForm):
    reason = forms.CharField(label=_("为什么作废"), max_length=200, required=False)


class ReverseForm(PortalForm):
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(label=_("为什么冲销"), max_length=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = clock.today


def voucher_filter(months: Iterable[LedgerMonth], accounts: Iterable[Account]) -> type[FilterSet]:
    """The filter of a list of vouchers, with the months and accounts of its book."""

    class VoucherFilter(FilterSet):
        month = ChoiceFilter(
            label=_("月份"), field_name="month__month", choices=[(one.month, str(one)) for one in months], **_ANY
        )
        state = ChoiceFilter(label=_("进展"), choices=Voucher.State.choices, **_ANY)
        kind = ChoiceFilter(label=_("种类"), choices=Kind.choices, **_ANY)
        account = ChoiceFilter(
            label=_("科目"), choices=account_choices(accounts, coded=True), method="touching", **_ANY
        )
        words = CharFilter(label=_("摘要里的字"), field_name="summary", lookup_expr="icontains")

        def touching(self, rows: VoucherQuerySet, name: str, code: str) -> VoucherQuerySet:
            return rows.touching(code)

    return VoucherFilter
