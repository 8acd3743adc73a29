"""How the list of care objects is filtered, sorted and written to a spreadsheet; and the numbers above it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from community.access import PortalRequest
from core import clock
from core.lists import Columns
from grids.codes import Cadence, CareCategory
from grids.models import Building, CareTag, Grid
from grids.querysets import CareTagQuerySet

# A review is due soon when so many days are left.
SOON = timedelta(days=30)
ANY = _("不限")
DUE, COMING, UNSET = "due", "soon", "none"
REVIEWS = [(DUE, _("已到期")), (COMING, _("30 天内到期")), (UNSET, _("没有定日期"))]
_DOOR = ("household__building__estate__code", "household__building__order", "household__dwelling__label", "category")
SORTS = {
    "door": _DOOR,
    "since": ("starts_on", *_DOOR),
    "review": ("review_due", *_DOOR),
    "category": ("category", *_DOOR),
}
DEFAULT_SORT = "door"


def _grids(request: PortalRequest) -> Any:
    return Grid.objects.led_by(request.user)


def _buildings(request: PortalRequest) -> Any:
    return Building.objects.in_duty_of(request.user)


class CareFilter(django_filters.FilterSet):
    category = django_filters.ChoiceFilter(label=_("类别"), choices=CareCategory.choices, empty_label=ANY)
    grid = django_filters.ModelChoiceFilter(
        label=_("网格"), field_name="household__building__grid", queryset=_grids, empty_label=ANY
    )
    building = django_filters.ModelChoiceFilter(
        label=_("楼幢"), field_name="household__building", queryset=_buildings, empty_label=ANY
    )
    review = django_filters.ChoiceFilter(label=_("复核"), method="by_review", choices=REVIEWS, empty_label=ANY)
    cadence = django_filters.ChoiceFilter(
        label=_("走访频次"), method="by_cadence", choices=Cadence.choices, empty_label=ANY
    )

    class Meta:
        model = CareTag
        fields = ["category", "grid", "building", "review", "cadence"]

    def by_review(self, rows: CareTagQuerySet, name: str, value: str) -> CareTagQuerySet:
        if value == UNSET:
            return rows.filter(review_due__isnull=True)
        return rows.filter(_due() if value == DUE else _coming())

    def by_cadence(self, rows: CareTagQuerySet, name: str, value: str) -> CareTagQuerySet:
        return rows.visited(value)


def listed(user: Any) -> CareTagQuerySet:
    """The open care tags of one's duty with what the list shows."""
    rows: CareTagQuerySet = CareTag.objects.in_duty_of(user).open().for_list()
    return rows


def tallies(rows: CareTagQuerySet) -> dict[str, int]:
    """The numbers above the list; one query."""
    return rows.aggregate(
        tags=Count("pk"),
        households=Count("household", distinct=True),
        due=Count("pk", filter=_due()),
        soon=Count("pk", filter=_coming()),
    )


def review_tone(tag: CareTag) -> str:
    """How urgent the review of a tag is."""
    if tag.review_due is None:
        return ""
    return "bad" if tag.review_due <= clock.today() else "warn" if tag.review_due <= clock.today() + SOON else "idle"


def columns() -> Columns:
    """The columns of the spreadsheet; evidence stays masked."""
    return [
        (str(_("网格")), "household.building.grid.name"),
        (str(_("楼幢")), "household.building.label"),
        (str(_("门牌")), "household.dwelling.label"),
        (str(_("姓名")), lambda row: str(row.resident or _("整户"))),
        (str(_("类别")), "title"),
        (str(_("依据")), "evidence"),
        (str(_("从哪天起")), "starts_on"),
        (str(_("复核日期")), lambda row: row.review_due or ""),
        (str(_("走访频次")), lambda row: str(row.visited.label)),
    ]


def _due() -> Q:
    return Q(review_due__lte=clock.today())


def _coming() -> Q:
    return Q(review_due__gt=clock.today(), review_due__lte=clock.today() + SOON)
