"""What becomes of a problem that was brought back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PortalForm
from helpdesk.models import Category
from visits.models import Feedback

if TYPE_CHECKING:
    from community.models import User
    from visits.walkers import Candidate

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


class HandForm(PortalForm):
    """Who answers for a problem from now on."""

    owner = forms.ChoiceField(label=gettext_lazy("交给谁"))
    reason = forms.CharField(label=gettext_lazy("为什么换人"), required=False, max_length=120)

    def __init__(self, *args: Any, offered: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {str(one.user.pk): one for one in offered}
        choices = [("", _("请选择")), *((key, str(one)) for key, one in self.offered.items())]
        self.fields["owner"].choices = choices  # type: ignore[attr-defined]

    def clean_owner(self) -> User:
        return self.offered[self.cleaned_data["owner"]].user


class RequestForm(PortalForm):
    """Under which category a finding goes to the helpdesk."""

    def __init__(self, *args: Any, categories: QuerySet[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"] = forms.ModelChoiceField(label=_("类别"), queryset=categories, empty_label=_("请选择"))
