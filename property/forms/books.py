"""Opening a book, its accounts and its limit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PortalForm
from core.quarters import Month
from grids.models import Estate
from property import chart
from property.forms.fields import BALANCE, YuanField, account_choices
from property.forms.lines import MORE_ROWS, MOST_ROWS, WithLines, typed_rows
from property.models import Account


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
        rows = typed_rows(typed)
        initial = {"opened_on": typed.get("opened_on"), "spending_limit": typed.get("spending_limit")}
        return cls(estate=estate, initial=initial, rows_initial=rows, rows=min(len(rows) + MORE_ROWS, MOST_ROWS))

    def given(self) -> dict[str, Any]:
        return {
            "opened_on": Month.parse(self.cleaned_data["opened_on"]).start,
            "spending_limit": self.cleaned_data["spending_limit"],
            "opening": [(row["account"], row["fund"], row["amount"]) for row in self.filled()],
        }


class AccountForm(PortalForm):
    """A new account of the estate's own."""

    parent = forms.ChoiceField(label=_("放在哪个科目下面"))
    name = forms.CharField(label=_("科目名称"), max_length=40, help_text=_("例如“电梯年检”。"))
    is_money = forms.BooleanField(label=_("这是一个放钱的账户，例如第二个银行账号"), required=False)

    def __init__(self, *args: Any, accounts: Sequence[Account], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.accounts = {account.code: account for account in accounts if len(account.code) <= 6}
        choices = account_choices(self.accounts.values(), coded=True)
        self.fields["parent"].choices = [("", _("请选择")), *choices]  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return given | {"parent": self.accounts[given["parent"]]}


class LimitForm(PortalForm):
    spending_limit = YuanField(label=_("委员会限额（元）"), zero=True)
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如“2026 年第 2 次居民会议决定”。"))
