"""The day on which somebody looks back."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from grids.forms.people import NO_SUCH_DAY


class OnForm(forms.Form):
    """Who lived here on a day: in the address, so that the page can be kept and sent."""

    on = forms.DateField(
        label=_("哪一天住在这里的人"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        error_messages={"invalid": NO_SUCH_DAY},
    )

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day is not None and day > clock.today():
            raise forms.ValidationError(gettext("这一天还没到，请选今天或以前的日子。"))
        return day

    @property
    def day(self) -> date | None:
        """The day asked for; None where none was, or none that can be."""
        return self.cleaned_data.get("on") if self.is_bound and self.is_valid() else None
