"""Rows of a voucher as a formset, and the form that has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from property.chart import Fund
from property.forms.fields import BALANCE, BUDGET, Choices, Kind, Words, YuanField, item_choices
from property.models import Account

ROWS, MORE_ROWS, MOST_ROWS = 2, 3, 20


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
        BUDGET: _("预计收什么、花什么"),
    }

    def __init__(self, *args: Any, kind: str, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = choices  # type: ignore[attr-defined]
        self.fields["account"].label = self.LABELS.get(kind, _("科目"))

    def has_changed(self) -> bool:
        """A row in which only the preset fund stands is a row left empty."""
        return bool(set(self.changed_data) - {"fund"})


class BudgetLineForm(LineForm):
    """One item of a budget; a row whose amount is taken out is a row taken out."""

    amount = YuanField(label=_("一年的金额（元）"), required=False, zero=True)


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
    kind: str,
    accounts: Sequence[Account],
    data: Any = None,
    *,
    initial: Any = None,
    rows: int = ROWS,
    most: int = MOST_ROWS,
) -> Any:
    """The rows of a voucher as a formset: the first must be filled, those left empty are passed over."""
    form = {BUDGET: BudgetLineForm}.get(kind, LineForm if kind in LineForm.LABELS else JournalLineForm)
    filled = len(initial or [])
    made = forms.formset_factory(
        form, extra=max(rows - filled, 0), min_num=0, max_num=most, absolute_max=most, validate_max=True
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
    most_rows = MOST_ROWS

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
        self.lines = line_forms(self.kind, accounts, data, initial=rows_initial, rows=rows, most=self.most_rows)
        self.may_grow = self.lines.total_form_count() < self.most_rows

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


def typed_rows(typed: QueryDict, most: int = MOST_ROWS) -> list[dict[str, Any]]:
    """The rows of a posted formset as they were typed, those left empty at the end cut off."""
    rows: dict[int, dict[str, Any]] = {}
    for name, value in typed.items():
        _prefix, _dash, rest = name.partition("line-")
        number, _dash, field = rest.partition("-")
        if number.isdecimal() and len(number) <= 3 and field:
            rows.setdefault(int(number), {})[field] = value
    typed_in = [number for number, row in rows.items() if any(row[name] for name in row.keys() - {"fund"})]
    return [rows.get(number, {}) for number in range(min(max(typed_in, default=-1) + 1, most))]
