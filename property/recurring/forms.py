"""The form of a voucher that comes back: the voucher's own, with when instead of a date."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import PortalForm
from core.quarters import Month
from property.forms import VoucherForm
from property.models import RecurringVoucher

AHEAD, PAST = 12, 3
Every = RecurringVoucher.Every


class RecurringForm(VoucherForm):
    """What comes back, how often and from when to when."""

    on_day = forms.IntegerField(label=_("每月几号"), min_value=1, max_value=31, initial=1)
    every = forms.TypedChoiceField(label=_("多久一次"), choices=Every.choices, coerce=int, initial=Every.MONTH)
    first = forms.ChoiceField(label=_("从哪个月起"))
    last = forms.ChoiceField(label=_("到哪个月止"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["summary"].max_length = 100  # type: ignore[attr-defined]
        this = Month.of(clock.today())
        months = [this]
        for _step in range(PAST):
            months.insert(0, months[0].previous())
        for _step in range(AHEAD):
            months.append(months[-1].next())
        choices = [(str(month), month.label) for month in months]
        self.fields["first"].choices = choices  # type: ignore[attr-defined]
        self.fields["first"].initial = str(this)
        self.fields["last"].choices = [("", _("一直到停用")), *choices]  # type: ignore[attr-defined]
        for name in ("day", "papers", "version", "scan", "dropped"):
            self.fields.pop(name, None)

    def made(self) -> dict[str, Any]:
        """What the action asks for."""
        given = self.cleaned_data
        return {
            "summary": given["summary"],
            "payee": given.get("payee", ""),
            "resolution_ref": given.get("resolution_ref", ""),
            "lines": self.made_lines(),
            "day": given["on_day"],
            "every": given["every"],
            "first": Month.parse(given["first"]),
            "last": Month.parse(given["last"]) if given["last"] else None,
        }


class OfMonthForm(PortalForm):
    """One tap: draft what is due in this month."""

    month = forms.CharField(widget=forms.HiddenInput, max_length=7)

    def clean_month(self) -> Month:
        try:
            return Month.parse(self.cleaned_data["month"])
        except ValueError as reason:
            raise forms.ValidationError(str(reason)) from None
