"""Forms of the working-day calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.actions_calendar import What, years
from core.forms import PortalForm


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=label, widget=DayInput(), help_text=help_text)


class ReasonedForm(PortalForm):
    """Every change of the calendar says on what it rests: it moves the deadlines of all."""

    reason = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=200,
        help_text=gettext_lazy("例如：国务院办公厅 2027 年放假通知、市里的台风停工通知。"),
        error_messages={"required": gettext_lazy("请写一句依据，大家好查。")},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name, value in list(given.items()):
            if hasattr(value, "year") and value.year not in years():
                words = {"first": years()[0], "last": years()[-1]}
                self.add_error(name, _("只能改 %(first)d 年到 %(last)d 年。") % words)
        return given


def _name() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("叫什么"), max_length=20, required=False, help_text=gettext_lazy("例如：春节。可以不填。")
    )


class DaysForm(ReasonedForm):
    first = _day(gettext_lazy("从哪天"))
    last = _day(gettext_lazy("到哪天"), gettext_lazy("只改一天，就填同一天。周末本来就休息，不用单独录。"))
    what = forms.ChoiceField(
        label=gettext_lazy("这几天"), choices=What.choices, initial=What.OFF, widget=forms.RadioSelect
    )
    name = _name()
    field_order = ["submission", "first", "last", "what", "name", "reason"]


class SwapForm(ReasonedForm):
    off = _day(gettext_lazy("哪天放假"))
    worked = _day(gettext_lazy("哪天补班"))
    name = _name()
    field_order = ["submission", "off", "worked", "name", "reason"]
