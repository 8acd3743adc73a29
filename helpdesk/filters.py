"""How the list of requests is filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from community.access import PortalRequest
from core import clock
from core.lists import Columns
from grids.models import Grid
from helpdesk.models import Category, ServiceRequest
from helpdesk.querysets import ServiceRequestQuerySet
from helpdesk.states import State

OPEN = "open"
ANY = _("不限")
SORTS = {"submitted": ("submitted_at", "pk"), "due": ("due_at", "pk"), "number": ("number", "pk")}
DEFAULT_SORT = "-submitted"


def _categories(request: PortalRequest) -> Any:
    return Category.objects.visible_to(request.user).only("name")


def _grids(request: PortalRequest) -> Any:
    return Grid.objects.visible_to(request.user).only("name")


class RequestFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("找什么"), method="containing")
    state = django_filters.ChoiceFilter(
        label=_("进展"), method="in_state", choices=[(OPEN, _("还在办的")), *State.choices], empty_label=ANY
    )
    category = django_filters.ModelChoiceFilter(label=_("类别"), queryset=_categories, empty_label=ANY)
    grid = django_filters.ModelChoiceFilter(label=_("网格"), queryset=_grids, empty_label=ANY)
    overdue = django_filters.ChoiceFilter(
        label=_("期限"), method="past_due", choices=[("yes", _("只看超期的"))], empty_label=ANY
    )

    class Meta:
        model = ServiceRequest
        fields = ["q", "state", "category", "grid", "overdue"]

    def containing(self, rows: ServiceRequestQuerySet, name: str, value: str) -> ServiceRequestQuerySet:
        return rows.containing(value)

    def in_state(self, rows: ServiceRequestQuerySet, name: str, value: str) -> ServiceRequestQuerySet:
        return rows.open() if value == OPEN else rows.filter(state=value)

    def past_due(self, rows: ServiceRequestQuerySet, name: str, value: str) -> ServiceRequestQuerySet:
        return rows.overdue()


def columns(request: HttpRequest) -> Columns:
    """The columns of the spreadsheet; the phone number stays masked, a volunteer's place as on the page."""
    return [
        (str(_("编号")), "number"),
        (str(_("什么事")), "title"),
        (str(_("类别")), "category.label"),
        (str(_("地点")), lambda row: row.place_for(request.user)),
        (str(_("网格")), "grid.name"),
        (str(_("进展")), "get_state_display"),
        (str(_("提交时间")), lambda row: _written(row.submitted_at)),
        (str(_("办结期限")), lambda row: _written(row.due_at)),
        (str(_("超期")), lambda row: str(_("是")) if row.is_overdue else ""),
        (str(_("办理人")), "handler.name"),
        (str(_("结果")), "get_result_display"),
        (str(_("退单次数")), "hop_count"),
    ]


def _written(at: Any) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else ""
