"""Forms of consents and erasures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.forms import PortalForm
from grids.models import Consent, Resident

_SHORT = {"rows": 3}


class PaperConsentForm(PortalForm):
    """What a member said or signed, and how."""

    resident: forms.ModelChoiceField[Resident] = forms.ModelChoiceField(
        label=_("谁"), queryset=None, empty_label=_("请选择")
    )
    kind = forms.ChoiceField(label=_("哪一件"), choices=Consent.Kind.choices, widget=forms.RadioSelect)
    agrees = forms.ChoiceField(
        label=_("同意吗"), choices=[("yes", _("同意")), ("no", _("不同意，或者撤回"))], widget=forms.RadioSelect
    )
    how = forms.CharField(label=_("怎样表示的"), max_length=120, help_text=_("例如：走访时签了纸条；电话里说的。"))

    def __init__(self, *args: Any, members: QuerySet[Resident], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["resident"].queryset = members  # type: ignore[attr-defined]


class AskErasureForm(PortalForm):
    """Why, if one likes to say."""

    reason = forms.CharField(label=_("为什么要删"), required=False, max_length=200, widget=forms.Textarea(attrs=_SHORT))


class AnswerForm(PortalForm):
    """A word to the resident."""

    answer = forms.CharField(label=_("给居民的话"), required=False, max_length=400, widget=forms.Textarea(attrs=_SHORT))
