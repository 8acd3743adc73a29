"""Why an auditor opens the papers."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm


class PurposeForm(PortalForm):
    purpose = forms.CharField(
        label=_("为什么要看"),
        max_length=120,
        help_text=_(
            "例如“核对第三季度维修费的发票，审计通知〔2026〕8 号”。今天之内都算数，每打开一份都会连同这句话记下来。"
        ),
    )
