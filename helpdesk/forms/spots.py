"""What is asked about a spot where the same thing comes again."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from helpdesk.forms.fields import text_area


class PlanForm(PortalForm):
    plan = forms.CharField(
        label=_("打算怎么办"),
        max_length=500,
        widget=text_area(3),
        help_text=_("例如：请施工队换掉三单元的总管，换之前贴通知。"),
    )
    plan_until = forms.DateField(
        label=_("哪天前办好"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("到那天，这里会提醒您看一看办好没有。"),
    )


class SettleForm(PortalForm):
    outcome = forms.CharField(
        label=_("结果怎么样"), max_length=500, widget=text_area(3), help_text=_("办了什么，还会不会再坏。")
    )
