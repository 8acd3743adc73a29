"""What is said about a visit that came late."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from core.forms import PortalForm


class DeclineForm(PortalForm):
    """Why a late report is not taken in; its sender reads it."""

    answer = forms.CharField(
        label=gettext_lazy("为什么不收"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("送来的人会看到。例如：我昨天已经去过，内容一样。"),
    )
