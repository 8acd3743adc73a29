"""How the list of a round's doors is filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from community.access import PortalRequest
from community.models import User
from core.lists import Columns
from grids.models import Building
from visits.models import Target
from visits.querysets import TargetQuerySet

DUE = "due"
ANY = _("不限")
SORTS = {
    "due": ("due_on", "building__order", "pk"),
    "door": ("building__estate__code", "building__order", "household__dwelling__label", "pk"),
}
DEFAULT_SORT = "door"


def _walkers(request: PortalRequest) -> Any:
    mine = Target.objects.visible_to(request.user).filter(campaign__state="open", assignee__isnull=False)
    return User.objects.filter(pk__in=mine.order_by().values("assignee")).order_by("name", "pk")


def _buildings(request: PortalRequest) -> Any:
    return Building.objects.in_duty_of(request.user).order_by("estate__code", "order", "pk")


class DoorFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(
        label=_("进展"), method="in_state", choices=[(DUE, _("还要走的")), *Target.State.choices], empty_label=ANY
    )
    assignee = django_filters.ModelChoiceFilter(
        label=_("走访人"), queryset=_walkers, empty_label=ANY, null_label=_("还没有人")
    )
    kind = django_filters.ChoiceFilter(label=_("种类"), choices=Target.Kind.choices, empty_label=ANY)
    building = django_filters.ModelChoiceFilter(label=_("楼幢"), queryset=_buildings, empty_label=ANY)

    class Meta:
        model = Target
        fields = ["state", "assignee", "kind", "building"]

    def in_state(self, rows: TargetQuerySet, name: str, value: str) -> TargetQuerySet:
        return rows.waiting() if value == DUE else rows.filter(state=value)


def columns() -> Columns:
    """The columns of the spreadsheet."""
    return [
        (str(_("楼幢")), "building.label"),
        (str(_("门牌")), "household.dwelling.label"),
        (str(_("种类")), "get_kind_display"),
        (str(_("进展")), "get_state_display"),
        (str(_("最晚日期")), "due_on"),
        (str(_("走访人")), "assignee.name"),
        (str(_("为什么去")), lambda row: "；".join(row.why)),
    ]
