"""What becomes of a problem that was brought back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PortalForm
from helpdesk.models import Category
from visits.models import Feedback

_SHORT = {"rows": 2}


class FeedbackForm(PortalForm):
    """What the household was told about a finding."""

    told = forms.CharField(
        label=gettext_lazy("告诉了家里什么"),
        max_length=400,
        widget=forms.Textarea(attrs=_SHORT),
        help_text=gettext_lazy("例如：屋顶周三补好了，请她下雨天再看看。"),
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("家里怎么说"), choices=Feedback.Answer.choices, widget=forms.RadioSelect
    )


class FixForm(PortalForm):
    """How a problem was dealt with."""

    how = forms.CharField(label=gettext_lazy("怎么处理的"), max_length=400, widget=forms.Textarea(attrs=_SHORT))


class RequestForm(PortalForm):
    """Under which category a finding goes to the helpdesk."""

    def __init__(self, *args: Any, categories: QuerySet[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = forms.ModelChoiceField(label=_("类别"), queryset=categories, empty_label=_("请选择"))
