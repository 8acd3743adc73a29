"""How the lists of households and of people are filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from community.access import PortalRequest
from core import clock
from core.lists import Columns
from grids.codes import CareCategory, Employment
from grids.models import Building, CareTag, Grid, Household, Membership
from grids.querysets import HouseholdQuerySet, MembershipQuerySet

ANY = _("不限")
ANY_CARE = "any"
HERE, GONE, ALL = "here", "gone", "all"
STATES = [(HERE, _("住在这里的")), (GONE, _("已迁出的")), (ALL, _("全部"))]
CARES = [(ANY_CARE, _("有关爱标签的")), *CareCategory.choices]
AGES = {
    "preschool": (0, 6, _("6 岁以下")),
    "school": (6, 18, _("6 至 17 岁")),
    "adult": (18, 60, _("18 至 59 岁")),
    "senior": (60, 80, _("60 至 79 岁")),
    "old": (80, 200, _("80 岁以上")),
}
UNKNOWN_AGE = "unknown"
PARTY = [("yes", _("党员")), ("no", _("不是党员")), ("unknown", _("不清楚"))]
EMPLOYMENT_UNKNOWN = "none"

HOUSEHOLD_SORTS = {
    "door": ("building__order", "dwelling__label"),
    "people": ("people", "dwelling__label"),
    "kind": ("kind", "dwelling__label"),
    "left": ("left_on", "dwelling__label"),
}
RESIDENT_SORTS = {
    "door": ("household__building__order", "household__dwelling__label", "relation"),
    "name": ("resident__pinyin", "resident__name"),
    "age": ("resident__birth_date", "resident__name"),
    "since": ("starts_on", "resident__name"),
}
DEFAULT_SORT = "door"

_WHY = "a yes or no about rows that are in scope themselves"


def households(user: Any) -> HouseholdQuerySet:
    """The households of one's duty with what the list shows."""
    rows: HouseholdQuerySet = Household.objects.visible_to(user).for_list().with_members(user).with_people()
    return rows


def residents(user: Any) -> MembershipQuerySet:
    """Who belongs, or belonged, to the households of one's duty; one row for each home."""
    rows: MembershipQuerySet = Membership.objects.visible_to(user).filter(is_primary=True).for_list(user)
    return rows


def _grids(request: PortalRequest) -> Any:
    return Grid.objects.visible_to(request.user)


def _buildings(request: PortalRequest) -> Any:
    return Building.objects.in_duty_of(request.user)


class _RegisterFilter(django_filters.FilterSet):
    """Without a choice, who lives here; `state=all` shows the rest."""

    HOME = ""  # the way from a row to its household

    q = django_filters.CharFilter(label=_("姓名或门牌"), method="containing")
    state = django_filters.ChoiceFilter(label=_("住不住这里"), method="in_state", choices=STATES, empty_label=None)
    grid = django_filters.ModelChoiceFilter(label=_("网格"), queryset=_grids, method="in_grid", empty_label=ANY)
    building = django_filters.ModelChoiceFilter(
        label=_("楼幢"), queryset=_buildings, method="in_building", empty_label=ANY
    )
    unit = django_filters.CharFilter(label=_("单元"), method="in_unit", max_length=8)
    kind = django_filters.ChoiceFilter(
        label=_("户别"), method="of_kind", choices=Household.Kind.choices, empty_label=ANY
    )
    care = django_filters.ChoiceFilter(label=_("关爱类别"), method="in_care", choices=CARES, empty_label=ANY)

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        data = data.copy() if data is not None else {}
        data.setdefault("state", HERE)
        super().__init__(data, *args, **kwargs)

    def in_grid(self, rows: Any, name: str, value: Grid) -> Any:
        return rows.filter(**{f"{self.HOME}building__grid": value})

    def in_building(self, rows: Any, name: str, value: Building) -> Any:
        return rows.filter(**{f"{self.HOME}building": value})

    def in_unit(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(**{f"{self.HOME}dwelling__unit__number": value.strip().removesuffix("单元")})

    def of_kind(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(**{f"{self.HOME}kind": value})


class HouseholdFilter(_RegisterFilter):
    class Meta:
        model = Household
        fields = ["q", "state", "grid", "building", "unit", "kind", "care"]

    def containing(self, rows: HouseholdQuerySet, name: str, value: str) -> HouseholdQuerySet:
        words = value.strip()
        named = Membership.objects.unscoped(reason=_WHY).filter(household=OuterRef("pk")).named(words)
        return rows.filter(Q(dwelling__label__contains=words) | Exists(named))

    def in_state(self, rows: HouseholdQuerySet, name: str, value: str) -> HouseholdQuerySet:
        return rows if value == ALL else rows.filter(left_on__isnull=value == HERE)

    def in_care(self, rows: HouseholdQuerySet, name: str, value: str) -> HouseholdQuerySet:
        tags = CareTag.objects.unscoped(reason=_WHY).current().filter(household=OuterRef("pk"))
        return rows.filter(Exists(tags if value == ANY_CARE else tags.filter(category=value)))


class ResidentFilter(_RegisterFilter):
    HOME = "household__"

    age = django_filters.ChoiceFilter(
        label=_("年龄"),
        method="of_age",
        choices=[*((name, label) for name, (_from, _to, label) in AGES.items()), (UNKNOWN_AGE, _("不清楚"))],
        empty_label=ANY,
    )
    party = django_filters.ChoiceFilter(label=_("党员"), method="of_party", choices=PARTY, empty_label=ANY)
    employment = django_filters.ChoiceFilter(
        label=_("就业状况"),
        method="employed",
        choices=[*Employment.choices, (EMPLOYMENT_UNKNOWN, _("不清楚"))],
        empty_label=ANY,
    )

    class Meta:
        model = Membership
        fields = ["q", "state", "grid", "building", "unit", "kind", "care", "age", "party", "employment"]

    def containing(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        words = value.strip()
        return rows.filter(Q(household__dwelling__label__contains=words) | Q(pk__in=rows.named(words).values("pk")))

    def in_state(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        if value == HERE:
            return rows.current()
        if value == ALL:
            return rows
        homes = Membership.objects.unscoped(reason=_WHY).filter(is_primary=True, resident=OuterRef("resident"))
        later = homes.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()))
        return rows.filter(ends_on__lt=clock.today()).exclude(Exists(later))

    def in_care(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        tags = CareTag.objects.unscoped(reason=_WHY).current().filter(resident=OuterRef("resident"))
        return rows.filter(Exists(tags if value == ANY_CARE else tags.filter(category=value)))

    def of_age(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        if value == UNKNOWN_AGE:
            return rows.filter(resident__birth_date="")
        youngest, oldest, _label = AGES[value]
        today = clock.today()
        born = {"resident__birth_date__gt": _years_before(today, oldest)}
        return rows.filter(resident__birth_date__lte=_years_before(today, youngest), **born)

    def of_party(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        return rows.filter(resident__is_party_member={"yes": True, "no": False}.get(value))

    def employed(self, rows: MembershipQuerySet, name: str, value: str) -> MembershipQuerySet:
        return rows.filter(resident__employment="" if value == EMPLOYMENT_UNKNOWN else value)


def _years_before(day: date, years: int) -> str:
    """The day of birth of who is `years` old on `day`, as birth dates are stored; they sort as text."""
    return f"{day.year - years:04d}-{day.month:02d}-{day.day:02d}"


def household_columns() -> Columns:
    """The columns of the households' spreadsheet; the phone stays masked."""
    return [
        (str(_("门牌")), "dwelling.label"),
        (str(_("网格")), "building.grid.name"),
        (str(_("户别")), "get_kind_display"),
        (str(_("户主")), "head.name"),
        (str(_("人数")), "people"),
        (str(_("联系电话")), "phone"),
        (str(_("关爱")), lambda row: _words(row.cares)),
        (str(_("建筑面积（平方米）")), lambda row: row.dwelling.area / 100 if row.dwelling.area else None),
        (str(_("备注")), "note"),
        (str(_("迁出日期")), "left_on"),
    ]


def resident_columns() -> Columns:
    """The columns of the people's spreadsheet; number, phone and birth date stay masked."""
    return [
        (str(_("门牌")), "household.dwelling.label"),
        (str(_("网格")), "household.building.grid.name"),
        (str(_("户别")), "household.get_kind_display"),
        (str(_("姓名")), "resident.name"),
        (str(_("与户主关系")), "get_relation_display"),
        (str(_("性别")), "resident.get_sex_display"),
        (str(_("出生日期")), "resident.birth_date"),
        (str(_("证件号码")), "resident.id_number"),
        (str(_("手机号")), "resident.phone"),
        (str(_("户籍地")), "resident.hukou"),
        (str(_("就业状况")), "resident.get_employment_display"),
        (str(_("党员")), "resident.is_party_member"),
        (str(_("关爱")), lambda row: _words(row.resident.cares)),
        (str(_("起")), "starts_on"),
        (str(_("止")), "ends_on"),
    ]


def _words(tags: list[CareTag]) -> str:
    return "、".join(dict.fromkeys(str(tag) for tag in tags))
