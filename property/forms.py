"""Forms of the books, in the words of somebody who has never kept any."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet

from core import clock
from core.files import clean_upload
from core.forms import PortalForm, SeveralFilesInput
from core.money import parse_yuan
from core.quarters import Month
from grids.models import Estate
from property import chart, entries
from property.actions import Paper
from property.chart import AccountKind, Fund
from property.entries import Item, Line
from property.models import Account, Book, LedgerMonth, Means, Voucher, VoucherAttachment
from property.querysets import VoucherQuerySet

Kind = Voucher.Kind
Words = Any  # a text that may be translated late
Choices = list[tuple[Words, Any]]
ROWS, MORE_ROWS, MOST_ROWS = 2, 3, 20
BALANCE = "balance"
_ANY: dict[str, Any] = {"empty_label": _("全部")}


class YuanField(forms.CharField):
    """An amount in yuan as people type it; gives a Decimal, above zero unless `zero` is allowed."""

    def __init__(self, *, zero: bool = False, **kwargs: Any) -> None:
        self.zero = zero
        kwargs.setdefault("max_length", 24)
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = parse_yuan(text)
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None
        if amount < 0 or (amount == 0 and not self.zero):
            raise forms.ValidationError(_("金额要大于零，不用写负号。"))
        return amount


class PapersField(forms.FileField):
    """Up to `most` photos or PDFs, each cleaned or refused; gives a list of Paper, empty when none was sent."""

    def __init__(self, *, most: int = 8, **kwargs: Any) -> None:
        self.most = most
        kwargs.setdefault("widget", SeveralFilesInput(attrs={"accept": "image/*,application/pdf"}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Paper]:
        files = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(files) > self.most:
            raise forms.ValidationError(_("一次最多 %(most)d 份附件，请分几次上传。"), params={"most": self.most})
        return [self._paper(super(PapersField, self).clean(file, initial)) for file in files]

    def _paper(self, upload: Any) -> Paper:
        cleaned = clean_upload(upload)
        stem = PurePath(upload.name).stem[:80] or gettext("附件")
        return Paper(cleaned.content, f"{stem}{cleaned.suffix}", cleaned.content_type)


def _choices(accounts: Iterable[Account], *, coded: bool = False) -> Choices:
    return [(account.code, str(account) if coded else account.label) for account in accounts]


def _grouped(accounts: Sequence[Account], groups: Iterable[tuple[Words, Any]]) -> Choices:
    """Options under headings; `groups` are (heading, test of an account)."""
    found = [(heading, _choices(account for account in accounts if test(account))) for heading, test in groups]
    return [("", _("请选择")), *((heading, options) for heading, options in found if options)]


def _is_kind(*kinds: str) -> Any:
    return lambda account: account.kind in kinds and not account.is_money


def _has_code(*codes: str) -> Any:
    return lambda account: account.code.startswith(codes)


def item_choices(kind: str, accounts: Sequence[Account]) -> Choices:
    """What money of this kind of voucher can come in or go out for, the common first."""
    money = [(_("转到哪个账户"), lambda account: account.is_money)]
    groups: dict[str, list[tuple[Words, Any]]] = {
        Kind.PAYMENT: [
            (_("日常支出"), _is_kind(AccountKind.EXPENSE)),
            (_("添置和工程"), _has_code("1501", "1505")),
            (_("还欠款、退押金、交代收的钱"), _is_kind(AccountKind.LIABILITY)),
            (_("预付和代垫"), _has_code("1122", "1141")),
        ],
        Kind.RECEIPT: [
            (_("收入"), lambda account: account.kind == AccountKind.INCOME and account.normal_side == "credit"),
            (_("收回别人欠的钱"), _has_code("1121", "1122", "1141")),
            (_("预收、押金、代收的钱"), _is_kind(AccountKind.LIABILITY)),
        ],
        Kind.TRANSFER: money,
        BALANCE: [
            (_("手里的钱"), lambda account: account.is_money),
            (_("别人欠的、预付的、添置的"), _is_kind(AccountKind.ASSET)),
            (_("欠别人的、预收的、代管的"), _is_kind(AccountKind.LIABILITY)),
        ],
    }
    if kind in groups:
        return _grouped(accounts, groups[kind])
    return [("", _("请选择")), *_choices(accounts, coded=True)]


class LineForm(forms.Form):
    """One row of a voucher: what for, of which fund, how much."""

    account = forms.ChoiceField(label=_("科目"))
    fund = forms.ChoiceField(label=_("资金"), choices=Fund.choices, initial=Fund.FEE)
    amount = YuanField(label=_("金额（元）"))
    note = forms.CharField(label=_("说明"), required=False, max_length=80)

    LABELS: dict[str, Words] = {
        Kind.PAYMENT: _("花在哪里"),
        Kind.RECEIPT: _("因为什么收的"),
        Kind.TRANSFER: _("转到哪个账户"),
        BALANCE: _("是什么"),
    }

    def __init__(self, *args: Any, kind: str, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        self.fields["account"].label = self.LABELS.get(kind, _("科目"))

    def has_changed(self) -> bool:
        """A row in which only the preset fund stands is a row left empty."""
        return bool(set(self.changed_data) - {"fund"})


class JournalLineForm(LineForm):
    """One posting as a bookkeeper writes it."""

    amount = None  # type: ignore[assignment]
    debit = YuanField(label=_("借方（元）"), required=False, zero=True)
    credit = YuanField(label=_("贷方（元）"), required=False, zero=True)
    field_order = ("account", "fund", "debit", "credit", "note")

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(given.get("debit")) == bool(given.get("credit")):
            raise forms.ValidationError(_("每一行只在借方或贷方写一个金额。"))
        return given


def line_forms(
    kind: str, accounts: Sequence[Account], data: Any = None, *, initial: Any = None, rows: int = ROWS
) -> Any:
    """The rows of a voucher as a formset: the first must be filled, those left empty are passed over."""
    form = LineForm if kind in LineForm.LABELS else JournalLineForm
    filled = len(initial or [])
    made = forms.formset_factory(
        form, extra=max(rows - filled, 0), min_num=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
    )
    made.can_delete = False
    return made(
        data,
        initial=initial,
        prefix="line",
        form_kwargs={"kind": kind, "choices": item_choices(kind, accounts), "label_suffix": ""},
    )


class WithLines(PortalForm):
    """A form that has rows; what is wrong in a row is also said in the summary."""

    kind: str
    needs_rows = True

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        accounts: Sequence[Account],
        initial: dict[str, Any] | None = None,
        rows_initial: list[dict[str, Any]] | None = None,
        rows: int = ROWS,
    ) -> None:
        super().__init__(data, files, initial=initial)
        self.accounts = {account.code: account for account in accounts}
        self.lines = line_forms(self.kind, accounts, data, initial=rows_initial, rows=rows)
        self.may_grow = self.lines.total_form_count() < MOST_ROWS

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if not self.lines.is_valid():
            for error in self.lines.non_form_errors():
                self.add_error(None, error)
            for number, row in enumerate(self.lines.errors, start=1):
                if row:
                    words = " ".join(text for texts in row.values() for text in texts)
                    self.add_error(None, gettext("第 %(number)d 行：%(words)s") % {"number": number, "words": words})
        elif self.needs_rows and not self.filled():
            self.add_error(None, gettext("请至少填写一行。"))
        return given

    def filled(self) -> list[dict[str, Any]]:
        """The cleaned rows that were not left empty."""
        return [row.cleaned_data for row in self.lines if row.has_changed() and row.cleaned_data]


class VoucherForm(WithLines):
    """A voucher as money that came in, went out or moved; for journal vouchers as postings."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    summary = forms.CharField(label=_("摘要"), max_length=120, help_text=_("一句话说清楚，例如“买打印纸 5 包”。"))
    money = forms.ChoiceField(label=_("账户"))
    payee = forms.CharField(label=_("付给谁"), max_length=60, required=False)
    resolution_ref = forms.CharField(label=_("依据的决议"), max_length=80, required=False)
    dropped = forms.TypedMultipleChoiceField(
        label=_("去掉已有的附件"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    papers = PapersField(label=_("附件"), required=False, help_text=_("发票、收据、决议的照片或 PDF，一次最多 8 份。"))

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
            "一笔支出超过 %(limit)s 元时要写：哪一次会议、第几号决议。决议也请作为附件上传。"
        ) % {"limit": f"{book.spending_limit:,.2f}"}
        if kind in {Kind.RECEIPT, Kind.TRANSFER, Kind.OPENING, Kind.REVERSAL}:
            del self.fields["resolution_ref"]
        if kind == Kind.OPENING:
            self.fields["day"].disabled = True

    def _fit_money(self, accounts: Sequence[Account]) -> None:
        if self.kind not in self.MONEY:
            del self.fields["money"]
            return
        field = self.fields["money"]
        field.label = self.MONEY[self.kind]
        field.choices = _choices(account for account in accounts if account.is_money)  # type: ignore[attr-defined]
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
            choices = [(str(paper.line), paper.attachment.name) for paper in papers]
            self.fields["dropped"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["dropped"]

    @classmethod
    def with_more_rows(cls, typed: QueryDict, **kwargs: Any) -> VoucherForm:
        """The form again as it was typed, unjudged, with empty rows added."""
        rows = _typed_rows(typed)
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
        return given | {"lines": self.made_lines()}

    def changes(self) -> dict[str, Any]:
        """As `given`, for a draft that is there already."""
        given = self.given()
        given["payee"] = given.get("payee") or None
        dropped = self.cleaned_data.get("dropped") or ()
        return given | {"dropped": dropped, "version": self.cleaned_data["version"] or 0}


def _typed_rows(typed: QueryDict) -> list[dict[str, Any]]:
    """The rows of a posted formset as they were typed, those left empty at the end cut off."""
    rows: dict[int, dict[str, Any]] = {}
    for name, value in typed.items():
        _prefix, _dash, rest = name.partition("line-")
        number, _dash, field = rest.partition("-")
        if number.isdecimal() and len(number) <= 3 and field:
            rows.setdefault(int(number), {})[field] = value
    typed_in = [number for number, row in rows.items() if any(row[name] for name in row.keys() - {"fund"})]
    return [rows.get(number, {}) for number in range(min(max(typed_in, default=-1) + 1, MOST_ROWS))]


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


class BookForm(WithLines):
    """Opening the book of an estate: from when, up to which amount the committee decides, and what is there."""

    kind = BALANCE
    needs_rows = False

    opened_on = forms.ChoiceField(label=_("从哪个月开始记账"))
    spending_limit = YuanField(
        label=_("委员会限额（元）"),
        zero=True,
        help_text=_("一笔支出超过这个数，要写明依据哪一项决议。按管理规约或居民会议定的数填写。"),
    )

    def __init__(self, data: Any = None, *, estate: Estate, **kwargs: Any) -> None:
        accounts = [
            Account(
                code=line.code, name=line.name, kind=line.kind, normal_side=line.normal_side, is_money=line.is_money
            )
            for line in chart.STANDARD
            if line.code not in chart.PARENTS
        ]
        super().__init__(data, accounts=accounts, **kwargs)
        self.estate = estate
        this_month = Month.of(clock.today())
        months = Month.range(Month(this_month.year - 3, 1), this_month)
        field = self.fields["opened_on"]
        field.choices = [(str(month), month.label) for month in reversed(months)]  # type: ignore[attr-defined]

    @classmethod
    def with_more_rows(cls, typed: QueryDict, *, estate: Estate) -> BookForm:
        """The form again as it was typed, unjudged, with empty rows added."""
        rows = _typed_rows(typed)
        initial = {"opened_on": typed.get("opened_on"), "spending_limit": typed.get("spending_limit")}
        return cls(estate=estate, initial=initial, rows_initial=rows, rows=min(len(rows) + MORE_ROWS, MOST_ROWS))

    def given(self) -> dict[str, Any]:
        return {
            "opened_on": Month.parse(self.cleaned_data["opened_on"]).start,
            "spending_limit": self.cleaned_data["spending_limit"],
            "opening": [(row["account"], row["fund"], row["amount"]) for row in self.filled()],
        }


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


class AccountForm(PortalForm):
    """A new account of the estate's own."""

    parent = forms.ChoiceField(label=_("放在哪个科目下面"))
    name = forms.CharField(label=_("科目名称"), max_length=40, help_text=_("例如“电梯年检”。"))
    is_money = forms.BooleanField(label=_("这是一个放钱的账户，例如第二个银行账号"), required=False)

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {account.code: account for account in accounts if len(account.code) <= 6}
        choices = _choices(self.accounts.values(), coded=True)
        self.fields["parent"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return given | {"parent": self.accounts[given["parent"]]}


class LimitForm(PortalForm):
    spending_limit = YuanField(label=_("委员会限额（元）"), zero=True)
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如“2026 年第 2 次居民会议决定”。"))


def voucher_filter(months: Iterable[LedgerMonth], accounts: Iterable[Account]) -> type[FilterSet]:
    """The filter of a list of vouchers, with the months and accounts of its book."""

    class VoucherFilter(FilterSet):
        month = ChoiceFilter(
            label=_("月份"), field_name="month__month", choices=[(one.month, str(one)) for one in months], **_ANY
        )
        state = ChoiceFilter(label=_("进展"), choices=Voucher.State.choices, **_ANY)
        kind = ChoiceFilter(label=_("种类"), choices=Kind.choices, **_ANY)
        account = ChoiceFilter(label=_("科目"), choices=_choices(accounts, coded=True), method="touching", **_ANY)
        words = CharFilter(label=_("摘要里的字"), field_name="summary", lookup_expr="icontains")

        def touching(self, rows: VoucherQuerySet, name: str, code: str) -> VoucherQuerySet:
            return rows.touching(code)

    return VoucherFilter
