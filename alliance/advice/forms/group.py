"""The forms of the group: what it is, what an adviser does, whether residents read the name."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from alliance.models import Adviser, AdvisoryGroup, Partner
from community.models import User
from core import clock
from core.forms import PortalForm
from helpdesk.forms.fields import RowField
from helpdesk.forms.step import day_field, words_field


class GroupForm(PortalForm):
    name = forms.CharField(label=gettext_lazy("名称"), max_length=40, initial=gettext_lazy("顾问团"))
    about = words_field(
        gettext_lazy("介绍"), rows=4, required=False, help_text=gettext_lazy("居民看得到。请谁来做什么，几句话就行。")
    )
    founded_on = day_field(gettext_lazy("哪天成立"), required=False)

    def __init__(self, *args: Any, group: AdvisoryGroup | None, **kwargs: Any) -> None:
        if group:
            names = ("name", "about", "founded_on")
            kwargs["initial"] = {name: getattr(group, name) for name in names}
        super().__init__(*args, **kwargs)

    def clean_founded_on(self) -> Any:
        day = self.cleaned_data["founded_on"]
        if day and day > clock.today():
            raise forms.ValidationError(_("成立的日子不能在今天以后。"))
        return day


class AdviserForm(PortalForm):
    background = forms.CharField(
        label=gettext_lazy("做什么的"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("例如：社会学副教授，研究老旧小区。"),
    )
    partner = RowField(label=gettext_lazy("来自哪个单位"), required=False, empty=gettext_lazy("不选"))

    def __init__(self, *args: Any, adviser: Adviser | None, user: User, community_id: int, **kwargs: Any) -> None:
        if adviser:
            kwargs["initial"] = {"background": adviser.background, "partner": str(adviser.partner_id or "")}
        super().__init__(*args, **kwargs)
        rows = Partner.objects.visible_to(user).filter(community=community_id).order_by("name")
        self.fields["partner"].offer(rows)  # type: ignore[attr-defined]


class NamingForm(PortalForm):
    """The consent to be named; `how` only where somebody else writes it down."""

    is_named = forms.TypedChoiceField(
        label=gettext_lazy("居民能看到姓名吗"),
        choices=[("yes", gettext_lazy("可以，写出姓名")), ("no", gettext_lazy("不写姓名"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        help_text=gettext_lazy("随时可以改。改成不写，已经公开的话里有这个姓名的会先撤下。"),
    )
    how = forms.CharField(
        label=gettext_lazy("本人怎么同意的"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("例如：当面签了同意书。"),
    )

    def __init__(self, *args: Any, adviser: Adviser | None, is_own: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "is_named": "yes" if adviser and adviser.is_named else "no",
            "how": adviser.consent_how if adviser else "",
        }
        super().__init__(*args, **kwargs)
        self.is_own = is_own
        if is_own:
            self.drop("how")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_named") and not self.is_own and not cleaned.get("how"):
            self.add_error("how", _("请写明本人是怎么同意的，例如：当面签了同意书。"))
        return cleaned
