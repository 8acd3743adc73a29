"""How the lists of places and owners are filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from community.access import PortalRequest
from core.lists import Columns
from grids import areas
from grids.models import Building, Dwelling, Estate, Grid, OwnerGroup

ANY = _("不限")
NONE = "none"

ESTATE_SORTS = {"code": ("code", "pk"), "name": ("name", "pk"), "living": ("living", "pk")}
GRID_SORTS = {"code": ("code", "pk"), "name": ("name", "pk"), "living": ("living", "pk")}
BUILDING_SORTS = {
    "estate": ("estate__code", "order", "number"),
    "grid": ("grid__code", "estate__code", "order"),
    "living": ("living", "pk"),
}
DWELLING_SORTS = {"door": ("building__estate__code", "building__order", "label"), "area": ("area", "pk")}
OWNER_SORTS = {"label": ("label", "pk"), "doors": ("doors", "pk"), "area": ("area", "pk")}


def _grids(request: PortalRequest) -> Any:
    return Grid.objects.led_by(request.user)


def _estates(request: PortalRequest) -> Any:
    return Estate.objects.in_duty_of(request.user)


def _buildings(request: PortalRequest) -> Any:
    return Building.objects.of_owners_seen_by(request.user).select_related("estate")


class EstateFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("找什么"), method="containing")

    class Meta:
        model = Estate
        fields = ["q"]

    def containing(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(Q(code__icontains=value) | Q(name__icontains=value) | Q(address__icontains=value))


class GridFilter(django_filters.FilterSet):
    """By the number of households against what the community has set."""

    size = django_filters.ChoiceFilter(
        label=_("大小"),
        method="of_size",
        choices=[("small", _("偏少")), ("right", _("合适")), ("large", _("偏多"))],
        empty_label=ANY,
    )
    leader = django_filters.ChoiceFilter(
        label=_("网格长"), method="led", choices=[(NONE, _("没有网格长"))], empty_label=ANY
    )

    class Meta:
        model = Grid
        fields = ["size", "leader"]

    def of_size(self, rows: Any, name: str, value: str) -> Any:
        low, high = F("community__grid_households_from"), F("community__grid_households_to")
        small, large = Q(living__lt=low), Q(living__gt=high)
        rows = rows.filter(kind=Grid.Kind.BASIC)
        return rows.filter({"small": small, "large": large}.get(value, ~small & ~large))

    def led(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(leader__isnull=True)


class BuildingFilter(django_filters.FilterSet):
    estate = django_filters.ModelChoiceFilter(label=_("小区"), queryset=_estates, empty_label=ANY)
    grid = django_filters.ModelChoiceFilter(
        label=_("网格"), queryset=_grids, empty_label=ANY, null_label=_("还没有划入网格"), null_value=NONE
    )
    q = django_filters.CharFilter(label=_("楼名"), field_name="label", lookup_expr="icontains")

    class Meta:
        model = Building
        fields = ["estate", "grid", "q"]


class DwellingFilter(django_filters.FilterSet):
    estate = django_filters.ModelChoiceFilter(
        label=_("小区"), field_name="building__estate", queryset=_estates, empty_label=ANY
    )
    building = django_filters.ModelChoiceFilter(label=_("楼幢"), queryset=_buildings, empty_label=ANY)
    owner = django_filters.ChoiceFilter(
        label=_("业主"), method="ownerless", choices=[(NONE, _("还没有登记业主"))], empty_label=ANY
    )
    area = django_filters.ChoiceFilter(
        label=_("面积"), method="unmeasured", choices=[(NONE, _("还没有面积"))], empty_label=ANY
    )
    q = django_filters.CharFilter(label=_("门牌"), method="at_door")

    class Meta:
        model = Dwelling
        fields = ["estate", "building", "owner", "area", "q"]

    def ownerless(self, rows: Any, name: str, value: str) -> Any:
        return rows.without_owner()

    def unmeasured(self, rows: Any, name: str, value: str) -> Any:
        return rows.without_area()

    def at_door(self, rows: Any, name: str, value: str) -> Any:
        return rows.with_door(value)


class OwnerFilter(django_filters.FilterSet):
    estate = django_filters.ModelChoiceFilter(label=_("小区"), queryset=_estates, empty_label=ANY)
    missing = django_filters.ChoiceFilter(
        label=_("还缺什么"),
        method="lacking",
        choices=[
            ("voter", _("没有投票代表")),
            ("area", _("有房屋没有面积")),
            ("dwelling", _("名下没有房屋")),
            ("joining", _("可能重复")),
        ],
        empty_label=ANY,
    )
    q = django_filters.CharFilter(label=_("找什么"), method="containing", help_text=_("业主、产权人或门牌。"))

    class Meta:
        model = OwnerGroup
        fields = ["estate", "missing", "q"]

    def lacking(self, rows: Any, name: str, value: str) -> Any:
        found = {
            "voter": rows.without_voter,
            "area": rows.without_area,
            "dwelling": rows.without_dwelling,
            "joining": rows.doubled,
        }
        return found[value]()

    def containing(self, rows: Any, name: str, value: str) -> Any:
        return rows.containing(value)


def estate_columns() -> Columns:
    return [
        (str(_("编号")), "code"),
        (str(_("名称")), "name"),
        (str(_("地址")), "address"),
        (str(_("居民自管")), lambda row: str(_("是")) if row.is_self_managed else ""),
        (str(_("幢数")), "houses"),
        (str(_("套数")), "doors"),
        (str(_("户数")), "living"),
    ]


def grid_columns() -> Columns:
    return [
        (str(_("编码")), "code"),
        (str(_("名称")), "name"),
        (str(_("类型")), "get_kind_display"),
        (str(_("网格长")), "leader"),
        (str(_("幢数")), "houses"),
        (str(_("户数")), "living"),
        (str(_("大小")), lambda row: str(row.size.word)),
    ]


def building_columns() -> Columns:
    return [
        (str(_("楼名")), "label"),
        (str(_("小区")), "estate.name"),
        (str(_("网格")), "grid.name"),
        (str(_("套数")), "doors"),
        (str(_("户数")), "living"),
        (str(_("没有面积的房屋")), "unmeasured"),
    ]


def dwelling_columns() -> Columns:
    return [
        (str(_("门牌")), "label"),
        (str(_("小区")), "building.estate.name"),
        (str(_("网格")), "building.grid.name"),
        (str(_("建筑面积（平方米）")), lambda row: _metres(row.area)),
        (str(_("面积来源")), "get_area_source_display"),
        (str(_("业主")), lambda row: row.owned[0].group.label if row.owned else ""),
    ]


def owner_columns() -> Columns:
    return [
        (str(_("业主")), "label"),
        (str(_("小区")), "estate.name"),
        (str(_("投票代表")), "voter.name"),
        (str(_("套数")), "doors"),
        (str(_("总面积（平方米）")), lambda row: _metres(row.area)),
        (str(_("没有面积的房屋")), "unmeasured"),
    ]


def _metres(area: int | None) -> object:
    return None if area is None else areas.square_metres(area)
