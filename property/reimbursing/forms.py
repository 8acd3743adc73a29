"""The form around a claim for parts."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm


class DeclineForm(PortalForm):
    reason = forms.CharField(
        label=_("为什么不报销"), max_length=120, help_text=_("垫钱的红管家看得到，请写清楚、写客气。")
    )
