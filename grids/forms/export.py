"""The form before the register leaves the portal in plain."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm


class ExportForm(PortalForm):
    """What the list is for."""

    purpose = forms.CharField(
        label=_("用途"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("写给被导出的住户看：例如“9月2日街道人口核查”。每一户都会在“谁看过我家信息”里看到。"),
    )
