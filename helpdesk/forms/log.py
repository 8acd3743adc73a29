"""A request is logged, by a resident or on behalf of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import PhotosField
from core.templatetags.portal import when
from grids.models import Building, Household
from grids.querysets import doors_of
from helpdesk.categories import Group
from helpdesk.forms.fields import PICK, PhotoForm, RowField, household_named, text_area
from helpdesk.models import Category, ServiceRequest
from helpdesk.querysets import categories_for, category_for
from helpdesk.similar import similar_to
from helpdesk.wording import meant, words_of

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import Fixture

Place = ServiceRequest.Place
# What is sent where nothing that was offered is the same matter.
NOT_THE_SAME = "new"


@dataclass(frozen=True)
class CategoryCard:
    """A category as it can be picked; `words` is what a search among the cards finds it by."""

    radio: Any
    category: Category
    words: str


@dataclass(frozen=True)
class Similar:
    """What somebody has asked before about the same thing, as one may be told of it."""

    value: str
    title: str
    detail: str


def shown_similar(rows: Iterable[ServiceRequest]) -> list[Similar]:
    """Of what is not for neighbours nothing but what kind of thing it is and how it stands."""
    return [
        Similar(
            value=str(row.pk),
            title=row.title if row.visibility == ServiceRequest.Visibility.NEIGHBOURHOOD else row.category.label,
            detail=_("%(when)s有人说过 · %(state)s")
            % {"when": when(row.submitted_at), "state": row.get_state_display()},
        )
        for row in rows
    ]


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
    same_as = forms.CharField(label=gettext_lazy("是不是同一件事"), required=False, widget=forms.RadioSelect)
    sign = forms.CharField(required=False, max_length=12, widget=forms.HiddenInput)
    draft = forms.BooleanField(required=False, widget=forms.HiddenInput)

    heading: Any = gettext_lazy("说一件事")
    is_on_behalf = False

    def __init__(
        self,
        *args: Any,
        user: User,
        fixture: Fixture | None = None,
        about: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.fixture, self.about = user, fixture, about
        self.similar: list[ServiceRequest] = []
        self.same: ServiceRequest | None = None
        self.homes = self._homes()
        self._offer_category()
        self._offer_places()
        if fixture is not None:
            self._stand_at(fixture)
        for name in ("category", "place_kind", "visibility"):
            if name in self.fields:
                self.fields[name].error_messages["required"] = PICK
        self.fields["title"].error_messages["required"] = gettext_lazy("请用一句话写下是什么事。")

    def _homes(self) -> list[Household]:
        return doors_of(self.user)

    def _offer_category(self) -> None:
        field = self.fields["category"]
        assert isinstance(field, RowField)
        field.offer(
            lambda: categories_for(self.user),
            group=lambda category: str(Group(category.group).label),
            by_key=lambda key: category_for(self.user, key),
        )

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

    def _stand_at(self, fixture: Fixture) -> None:
        """Its sign says where it is, and mostly what is wrong with it."""
        self.drop(*(name for name in ("place_kind", "home", "building", "place") if name in self.fields))
        self.fields["sign"].initial = fixture.code
        if fixture.category_id and "category" not in self.initial:
            self.initial = {**self.initial, "category": str(fixture.category_id)}

    def category_groups(self) -> Iterator[tuple[str, list[CategoryCard]]]:
        """The cards of the categories, group by group with its heading; first what was looked for."""
        field = self.fields["category"]
        assert isinstance(field, RowField)
        radios = {str(radio.data["value"]): radio for radio in self["category"].subwidgets}
        rows = list(field.rows.values())
        found = meant(self.about, rows) if self.about else []
        if found:
            yield _("找到的"), [_card(radios, one) for one in found]
        rest = [one for one in rows if one not in found]
        for group, part in groupby(rest, key=lambda category: category.group):
            yield str(Group(group).label), [_card(radios, category) for category in part]

    @property
    def nothing_found(self) -> bool:
        """Whether somebody looked for words that no category goes by."""
        field = self.fields["category"]
        assert isinstance(field, RowField)
        return bool(self.about) and not meant(self.about, field.rows.values())

    @property
    def asks_whether_same(self) -> bool:
        """Whether it has to be said first that this is not what others have asked."""
        return bool(self.errors.get("same_as"))

    @property
    def offered_similar(self) -> list[Similar]:
        """What may be the same matter, to be chosen from."""
        return shown_similar(self.similar)

    def clean(self) -> dict[str, Any]:
        cleaned = self._placed()
        if not self.errors:
            self._look_around(cleaned)
        return cleaned

    def _look_around(self, cleaned: dict[str, Any]) -> None:
        """Ask whether it is what others have asked lately in the same place, unless that was answered."""
        said = cleaned["same_as"]
        if said == NOT_THE_SAME:
            return
        self.similar = similar_to(
            cleaned["category"],
            place_kind=cleaned.get("place_kind", ""),
            place=cleaned.get("place", ""),
            building=cleaned.get("building"),
            fixture=self.fixture,
        )
        self.same = next((row for row in self.similar if str(row.pk) == said), None)
        if self.same:
            return
        if said:
            self.add_error("same_as", _("那件事刚刚办完了，不能再跟着。您这件可以照样提交。"))
        elif self.similar:
            self.add_error("same_as", _("最近有人说过差不多的事，请看一看是不是同一件。"))

    def _placed(self) -> dict[str, Any]:
        """What was filled in, with a word on what the place lacks."""
        cleaned = super().clean() or self.cleaned_data
        kind = cleaned.get("place_kind")
        if kind == Place.BUILDING and not cleaned.get("building") and "building" not in self.errors:
            self.add_error("building", _("请选是哪一幢楼。"))
        if kind == Place.ELSEWHERE and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("place", _("请写一下在哪里，办的人才找得到。"))
        return cleaned

    def given(self) -> dict[str, Any]:
        given = super().given()
        for name in ("same_as", "sign", "draft"):
            del given[name]
        chosen = given.pop("home", None)
        home = chosen or (self.homes[0] if self.homes else None)
        if given.get("place_kind") != Place.BUILDING:
            given["building"] = None
        return {**given, "household": home, "reporter": self.user, "fixture": self.fixture}


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

    def _placed(self) -> dict[str, Any]:
        cleaned = super()._placed()
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


def _card(radios: dict[str, Any], category: Category) -> CategoryCard:
    return CategoryCard(radios[str(category.pk)], category, words_of(category))
