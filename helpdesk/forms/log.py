"""A request is logged, by a resident or on behalf of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PhotosField
from grids.models import Building, Household
from grids.querysets import doors_of
from helpdesk.categories import Group
from helpdesk.models import Category, ServiceRequest

if TYPE_CHECKING:
    from community.models import User
from helpdesk.forms.fields import PICK, PhotoForm, RowField, household_named, text_area

Place = ServiceRequest.Place


class RequestForm(PhotoForm):
    """What a resident says: what it is about, what it is, where, photos, who may see it."""

    category = RowField(label=gettext_lazy("是哪方面的事"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=gettext_lazy("一句话说说是什么事"),
        max_length=60,
        help_text=gettext_lazy("例如：厨房水管漏水，地上积水。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    description = forms.CharField(
        label=gettext_lazy("再说详细一点"),
        required=False,
        max_length=2000,
        widget=text_area(3),
        help_text=gettext_lazy("从什么时候开始的，什么时候家里有人。"),
    )
    place_kind = forms.ChoiceField(label=gettext_lazy("在哪里"), widget=forms.RadioSelect)
    home = RowField(label=gettext_lazy("哪一套房子"), required=False)
    building = RowField(label=gettext_lazy("哪一幢楼"), required=False, empty=gettext_lazy("请选楼幢"))
    place = forms.CharField(
        label=gettext_lazy("具体位置"),
        required=False,
        max_length=50,
        help_text=gettext_lazy("例如：2 单元 3 楼楼道，或大门口路灯下。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    photos = PhotosField(help_text=gettext_lazy("最多 6 张；照片里的拍摄地点会自动去掉。"))
    visibility = forms.ChoiceField(
        label=gettext_lazy("谁能看到"),
        widget=forms.RadioSelect,
        choices=ServiceRequest.Visibility.choices,
        initial=ServiceRequest.Visibility.HANDLERS,
    )
    consent = forms.BooleanField(
        label=gettext_lazy("我同意把这件事和我的电话交给办理的人，只用来办这件事"),
        error_messages={"required": gettext_lazy("办的人要能联系到您，请勾选同意。")},
    )

    heading: Any = gettext_lazy("说一件事")
    is_on_behalf = False

    def __init__(self, *args: Any, user: User, categories: Iterable[Category], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.homes = self._homes()
        self._offer_category(categories)
        self._offer_places()
        for name in ("category", "place_kind", "visibility"):
            self.fields[name].error_messages["required"] = PICK
        self.fields["title"].error_messages["required"] = gettext_lazy("请用一句话写下是什么事。")

    def _homes(self) -> list[Household]:
        return doors_of(self.user)

    def _offer_category(self, categories: Iterable[Category]) -> None:
        field = self.fields["category"]
        assert isinstance(field, RowField)
        field.offer(categories, group=lambda category: str(Group(category.group).label))

    def _offer_places(self) -> None:
        buildings, homes = self.fields["building"], self.fields["home"]
        assert isinstance(buildings, RowField)
        assert isinstance(homes, RowField)
        buildings.offer(self._buildings, group=_estate_of)
        homes.offer(self.homes)
        kinds = self.place_kinds()
        self.fields["place_kind"].choices = kinds  # type: ignore[attr-defined]
        self.fields["place_kind"].initial = kinds[0][0]
        if len(self.homes) < 2:
            del self.fields["home"]

    def _buildings(self) -> Iterable[Building]:
        rows = Building.objects.visible_to(self.user).select_related("estate", "grid")
        return rows.only("label", "estate__name", "grid__name")

    def place_kinds(self) -> list[tuple[str, str]]:
        """The kinds of place that this person can choose from; the own door, where there is one, first."""
        kinds = [
            (Place.BUILDING.value, _("在楼里、楼道里")),
            (Place.ELSEWHERE.value, _("在院子、路边或别的地方")),
        ]
        if len(self.homes) == 1:
            kinds.insert(0, (Place.HOME.value, _("在我家（%(door)s）") % {"door": self.homes[0]}))
        elif self.homes:
            kinds.insert(0, (Place.HOME.value, _("在我家")))
        return kinds

    def category_groups(self) -> Iterator[tuple[str, list[tuple[Any, Category]]]]:
        """The cards of the categories, group by group: (heading, [(radio button, category)])."""
        field = self.fields["category"]
        assert isinstance(field, RowField)
        radios = {str(radio.data["value"]): radio for radio in self["category"].subwidgets}
        for group, part in groupby(field.rows.values(), key=lambda category: category.group):
            yield str(Group(group).label), [(radios[str(category.pk)], category) for category in part]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("place_kind")
        if kind == Place.BUILDING and not cleaned.get("building") and "building" not in self.errors:
            self.add_error("building", _("请选是哪一幢楼。"))
        if kind == Place.ELSEWHERE and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("place", _("请写一下在哪里，办的人才找得到。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        chosen = given.pop("home", None)
        home = chosen or (self.homes[0] if self.homes else None)
        if given["place_kind"] != Place.BUILDING:
            given["building"] = None
        return {**given, "household": home, "reporter": self.user}


class BehalfForm(RequestForm):
    """What somebody with a duty writes down for a resident."""

    household = forms.CharField(
        label=gettext_lazy("哪一户"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("写门牌或姓名，例如 225-3-2-501；不在册的可以不填。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reporter_name = forms.CharField(
        label=gettext_lazy("提出人姓名"), required=False, max_length=40, help_text=gettext_lazy("不填就是户主。")
    )
    reporter_phone = forms.CharField(
        label=gettext_lazy("联系电话"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
        help_text=gettext_lazy("不填就用登记册里的。"),
    )
    field_order = ["household", "reporter_name", "reporter_phone"]
    heading = gettext_lazy("替居民登记")
    is_on_behalf = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = _("本人同意把这件事和电话交给办理的人，只用来办这件事")
        self.fields["consent"].error_messages["required"] = gettext_lazy("请先问过本人，再勾选同意。")

    def _homes(self) -> list[Household]:
        return []

    def place_kinds(self) -> list[tuple[str, str]]:
        return [(Place.HOME.value, _("在这一户家里")), *super().place_kinds()]

    def clean_household(self) -> Household | None:
        asked = self.cleaned_data["household"].strip()
        if not asked:
            return None
        missing = _("没有找到这一户，请核对门牌；不在册的请空着，写上姓名和电话。")
        return household_named(Household.objects.visible_to(self.user), asked, missing=missing)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        household = cleaned.get("household")
        if "household" in self.errors:
            return cleaned
        if cleaned.get("place_kind") == Place.HOME and not household:
            self.add_error("household", _("在家里的事，请写明是哪一户。"))
        if not cleaned.get("reporter_name") and not (household and household.head):
            self.add_error("reporter_name", _("请写上是谁提出的，办的人好联系。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        return {**given, "household": self.cleaned_data["household"], "reporter": None}


def _estate_of(building: Building) -> str:
    return building.estate.name
