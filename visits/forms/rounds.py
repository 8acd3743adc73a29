"""Beginning and ending a round."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PortalForm
from core.quarters import Quarter
from visits import planning

_SHORT = {"rows": 2}


class CampaignForm(PortalForm):
    """When a quarter's round begins and ends, and what those who walk should know."""

    quarter = forms.ChoiceField(label=gettext_lazy("哪个季度"))
    starts_on = forms.DateField(
        label=gettext_lazy("从哪天开始"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=gettext_lazy("到哪天结束"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    notice = forms.CharField(
        label=gettext_lazy("给走访人的话"),
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs=_SHORT),
        help_text=gettext_lazy("例如：这一季重点问冬天取暖。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = Quarter.of(clock.today())
        quarters = [now, now.next()]
        self.fields["quarter"].choices = [(str(one), one.label) for one in quarters]  # type: ignore[attr-defined]
        begins, ends = planning.window_of(now, clock.today())
        self.fields["starts_on"].initial, self.fields["ends_on"].initial = begins, ends

    def window(self) -> tuple[date, date]:
        """The days that stand in the form: those that were sent, as far as they are days, else those proposed."""
        sent = self.cleaned_data if self.is_bound and self.errors is not None else {}
        begins, ends = (sent.get(name) or self.fields[name].initial for name in ("starts_on", "ends_on"))
        return begins, ends

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        begins, ends = given.get("starts_on"), given.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("结束日期要在开始日期之后。"))
        elif begins and ends and ends - begins > timedelta(days=130):
            self.add_error("ends_on", _("一个季度的走访最多 130 天，请看看日期是不是填错了。"))
        return given

    def clean_quarter(self) -> Quarter:
        return Quarter.parse(self.cleaned_data["quarter"])


class CloseForm(PortalForm):
    """Why some doors were not reached, and what comes of them."""

    explanation = forms.CharField(
        label=gettext_lazy("没走到的是什么原因，打算怎么办"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
