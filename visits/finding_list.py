"""How the list of problems brought back is filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils.translation import gettext_lazy as _

from core import clock
from core.lists import Columns
from visits.models import Finding, Severity
from visits.querysets import FindingQuerySet

ANY = _("不限")
OPEN = "waiting"
SORTS = {"due": ("due_on", "pk"), "door": ("household__dwelling__label", "due_on", "pk"), "closed": ("closed_at", "pk")}
DEFAULT_SORT = "due"
_ONLY = [("hall", _("请大家议一议的")), ("overdue", _("过期没反馈的"))]


class FindingFilter(django_filters.FilterSet):
    """Without a choice, what waits for feedback."""

    door = django_filters.CharFilter(label=_("门牌"), method="at_door")
    state = django_filters.ChoiceFilter(
        label=_("进展"),
        method="in_state",
        choices=[(OPEN, _("还没反馈的")), *Finding.State.choices, ("all", ANY)],
        empty_label=None,
    )
    only = django_filters.ChoiceFilter(label=_("只看"), method="only_those", choices=_ONLY, empty_label=ANY)
    severity = django_filters.ChoiceFilter(label=_("轻重"), choices=Severity.choices, empty_label=ANY)

    class Meta:
        model = Finding
        fields = ["door", "state", "only", "severity"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        data = data.copy() if data is not None else {}
        data.setdefault("state", OPEN)
        super().__init__(data, *args, **kwargs)

    def at_door(self, rows: FindingQuerySet, name: str, value: str) -> FindingQuerySet:
        return rows.filter(household__dwelling__label__contains=value.strip())

    def in_state(self, rows: FindingQuerySet, name: str, value: str) -> FindingQuerySet:
        if value == OPEN:
            return rows.open()
        return rows if value == "all" else rows.filter(state=value)

    def only_those(self, rows: FindingQuerySet, name: str, value: str) -> FindingQuerySet:
        if value == "hall":
            return rows.filter(for_hall=True)
        return rows.open().filter(due_on__lt=clock.today())


def columns() -> Columns:
    """The columns of the spreadsheet."""
    return [
        (str(_("门牌")), "household.dwelling.label"),
        (str(_("问题")), "text"),
        (str(_("轻重")), "get_severity_display"),
        (str(_("进展")), "get_state_display"),
        (str(_("负责人")), "owner.name"),
        (str(_("最晚反馈")), "due_on"),
        (str(_("诉求")), lambda row: row.request.number if row.request else ""),
        (str(_("请大家议一议")), lambda row: str(_("是")) if row.for_hall else ""),
    ]
