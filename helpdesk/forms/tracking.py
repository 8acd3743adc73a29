"""What somebody without an account types to see how a request stands."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm


class TrackForm(PortalForm):
    """The code from the receipt and the end of the phone number."""

    code = forms.CharField(
        label=_("查询码"),
        max_length=20,
        help_text=_("回执上的 8 位字母和数字，大小写都行。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "class": "input-short"}),
        error_messages={"required": _("请照回执填上查询码。")},
    )
    tail = forms.CharField(
        label=_("登记的电话的后四位"),
        max_length=8,
        help_text=_("登记时留的那个电话。"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "input-short"}),
        error_messages={"required": _("请填上电话的后四位。")},
    )


class ReasonForm(PortalForm):
    """Why somebody has to know who asked in confidence."""

    reason = forms.CharField(
        label=_("为什么要看"),
        max_length=150,
        help_text=_("例如：要当面核实第二条线索。写的话和看的时间都会记下来。"),
        error_messages={"required": _("请写明为什么要看，看过会记下来。")},
    )
