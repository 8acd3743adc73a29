"""Asking that somebody goes to some households besides the round's own doors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PortalForm
from grids.codes import CareCategory
from grids.models import Building
from visits.models import Campaign


class _DueForm(PortalForm):
    due_on = forms.DateField(
        label=gettext_lazy("最晚哪天去"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=gettext_lazy("为什么去"),
        max_length=120,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("走访的人会看到，例如：降温了，问问取暖器好不好用。"),
    )

    def __init__(self, *args: Any, campaign: Campaign | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last = campaign.ends_on if campaign else None

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day < clock.today():
            raise forms.ValidationError(_("最晚日期已经过了，请选今天或以后的日子。"))
        if self._last and day > self._last:
            raise forms.ValidationError(_("最晚日期要在这一季走访结束以前。"))
        return day


class FollowUpForm(_DueForm):
    """Once more to one household."""


class SpecialForm(_DueForm):
    """For one matter to the households of a building, or to those in one kind of care.

    `counted` is how many the person has been told there would be; where it is no longer true, it is told anew.
    """

    building = forms.ChoiceField(label=gettext_lazy("哪幢楼"), required=False)
    category = forms.ChoiceField(label=gettext_lazy("哪类关爱对象"), required=False)
    counted = forms.IntegerField(required=False, widget=forms.HiddenInput)

    field_order = ["building", "category", "due_on", "reason"]

    def __init__(self, *args: Any, buildings: Sequence[Building], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = [("", _("我负责的所有楼")), *((str(one.pk), one.label) for one in buildings)]
        self.fields["building"].choices = places  # type: ignore[attr-defined]
        kinds = [("", _("不分类别，每一户")), *CareCategory.choices]
        self.fields["category"].choices = kinds  # type: ignore[attr-defined]

    def tell(self, count: int) -> None:
        """Remember in the page how many the person is told there would be."""
        told = cast(QueryDict, self.data).copy()
        told["counted"] = str(count)
        self.data = told

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if not given.get("building") and not given.get("category"):
            self.add_error("building", _("请选一幢楼，或者选一类关爱对象。"))
        return given
