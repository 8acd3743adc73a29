"""Forms of care: a tag, its end, a pairing and its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.forms import PortalForm
from grids.care.candidates import Candidate
from grids.codes import LEVELS, Cadence, CareCategory, DisabilityGrade
from grids.models import CareTag, Household

NO_LEVEL = [("", gettext_lazy("不分等级"))]
BY_CATEGORY = [("", gettext_lazy("按类别定")), *Cadence.choices]


def _day(**options: Any) -> forms.DateField:
    return forms.DateField(widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **options)


class _TagForm(PortalForm):
    """What a new tag and a changed one have in common."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    level = forms.ChoiceField(
        label=gettext_lazy("等级"),
        required=False,
        choices=[*NO_LEVEL, *DisabilityGrade.choices],
        help_text=gettext_lazy("残疾证上的等级；别的类别不用选。"),
    )
    evidence = forms.CharField(
        label=gettext_lazy("依据"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("例如低保证、残疾证的名称和号码。登记后只显示星号，看完整要写用途。"),
    )
    starts_on = _day(label=gettext_lazy("从哪天起"))
    review_due = _day(
        label=gettext_lazy("哪天以前复核"),
        required=False,
        help_text=gettext_lazy("到时会提醒您，也会写进走访的理由。"),
    )
    cadence = forms.ChoiceField(
        label=gettext_lazy("多久走访一次"),
        required=False,
        choices=BY_CATEGORY,
        help_text=gettext_lazy("独居老人、残疾、失能每月一次，其他每季度一次；这一位另有安排，就在这里选。"),
    )

    def clean_starts_on(self) -> Any:
        day = self.cleaned_data["starts_on"]
        if day > clock.today():
            raise forms.ValidationError(_("这一天还没有到，请填今天或以前。"))
        return day

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        start, due = given.get("starts_on"), given.get("review_due")
        if start and due and due <= start:
            self.add_error("review_due", _("复核日期要在开始的日子以后。"))
        return given

    def check_level(self, category: str) -> None:
        """A level is an error where the category has none."""
        if self.cleaned_data.get("level") and category not in LEVELS:
            self.add_error("level", _("这个类别不分等级，请选“不分等级”。"))


class CareForm(_TagForm):
    """A new tag, for one member or for the household as a whole."""

    resident = forms.ChoiceField(label=gettext_lazy("谁"), required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("类别"), choices=[("", gettext_lazy("请选择")), *CareCategory.choices]
    )
    field_order = ["submission", "version", "resident", "category"]

    def __init__(self, *args: Any, household: Household, initial: dict[str, Any], **kwargs: Any) -> None:
        initial = {"version": household.version, "starts_on": clock.today(), **initial}
        super().__init__(*args, initial=initial, **kwargs)
        self._people = {str(one.resident_id): one.resident for one in household.members}  # type: ignore[attr-defined]
        self._open = {(str(tag.resident_id or ""), tag.category) for tag in household.cares}  # type: ignore[attr-defined]
        self.fields["resident"].choices = [  # type: ignore[attr-defined]
            ("", _("整户")),
            *((pk, one.name) for pk, one in self._people.items()),
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        self.check_level(given.get("category", ""))
        if (given.get("resident", ""), given.get("category")) in self._open:
            self.add_error("category", _("已经有这个标签了。要改内容，请在住户页上修改那一个。"))
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "resident": self._people.get(given["resident"])}


class CareChangeForm(_TagForm):
    """An open tag; evidence left empty stays as it is."""

    def __init__(self, *args: Any, tag: CareTag, **kwargs: Any) -> None:
        names = ("level", "starts_on", "review_due", "cadence")
        initial = {"version": tag.household.version, **{name: getattr(tag, name) for name in names}}
        super().__init__(*args, initial=initial, **kwargs)
        self._tag = tag
        self.fields["evidence"].help_text = _("不改就留空。")
        known = [*NO_LEVEL, *(LEVELS[tag.category].choices if tag.category in LEVELS else [])]
        if tag.level and tag.level not in dict(known):
            known.append((tag.level, tag.level))
        self.fields["level"].choices = known  # type: ignore[attr-defined]
        if len(known) == 1:
            del self.fields["level"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        self.check_level(self._tag.category)
        return given

    def given(self) -> dict[str, Any]:
        given = super().given()
        return given if given["evidence"] else {name: value for name, value in given.items() if name != "evidence"}


class CareEndForm(PortalForm):
    """Why somebody is cared for no longer."""

    reason = forms.CharField(
        label=gettext_lazy("为什么不再需要"),
        max_length=120,
        error_messages={"required": gettext_lazy("请写一句原因。")},
    )
    last_day = _day(
        label=gettext_lazy("最后一天"),
        required=False,
        help_text=gettext_lazy("当天还算。不填，就从今天起不再列为关爱对象。"),
    )


class PairForm(PortalForm):
    """One of those who fit."""

    person = forms.ChoiceField(
        label=gettext_lazy("请谁来"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("请选一位。"),
            "invalid_choice": gettext_lazy("这一位现在不能结对了，请另选一位。"),
        },
    )
    reason = forms.CharField(label=gettext_lazy("为什么换人"), required=False, max_length=120)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, people: Sequence[Candidate], paired: str, **kwargs: Any) -> None:
        super().__init__(*args, initial={"seen": paired}, **kwargs)
        self._people = {one.key: one.person for one in people}
        self.fields["person"].choices = [(one.key, told(one)) for one in people]  # type: ignore[attr-defined]
        if not paired:
            del self.fields["reason"]

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "person": self._people[given["person"]]}


class PairingEndForm(PortalForm):
    reason = forms.CharField(
        label=gettext_lazy("为什么结束"),
        max_length=120,
        error_messages={"required": gettext_lazy("请写一句原因。")},
    )


def told(one: Candidate) -> str:
    """A candidate as a choice: name, door, how many households they have."""
    parts = [str(one.person), one.door, _("已结对 %(count)d 户") % {"count": one.pairings} if one.pairings else ""]
    return " · ".join(part for part in parts if part)
