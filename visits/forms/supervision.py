"""What the office asks and writes down when it looks after a round."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import PortalForm
from visits.actions.supervision import MOST
from visits.models import Recheck, Talk


class DrawForm(PortalForm):
    """How many visits are drawn by lot."""

    size = forms.IntegerField(
        label=gettext_lazy("抽多少次走访"), min_value=1, max_value=MOST, initial=10, widget=forms.NumberInput
    )


class RecheckForm(PortalForm):
    """What the household said on the phone."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("家里怎么说"), choices=Recheck.Outcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=gettext_lazy("说了什么"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("有出入，或者说没有来过的，请写一下家里的原话。"),
    )


class TalkForm(PortalForm):
    """What was said with a walker about some visits."""

    about = forms.ChoiceField(choices=Talk.About.choices, widget=forms.HiddenInput)
    visits_hash = forms.CharField(min_length=64, max_length=64, widget=forms.HiddenInput)
    said = forms.CharField(
        label=gettext_lazy("谈了什么"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：当天先在纸上记，晚上一起补录的。走访人自己也能看到这句话。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].label = self.fields["visits_hash"].label = ""
