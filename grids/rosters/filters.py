"""How the review list is filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.access import PortalRequest
from core.lists import Columns
from grids.models import RosterDoubt, RosterUpload
from grids.querysets import RosterDoubtQuerySet
from grids.rosters import preview, review
from grids.rosters.columns import Column
from grids.rosters.doubts import sentence

ANY = _("不限")
SORTS = {"sent": ("created_at", "sheet", "row"), "row": ("sheet", "row")}
DEFAULT_SORT = "-sent"


def _uploads(request: PortalRequest) -> Any:
    listed = RosterUpload.objects.visible_to(request.user).defer("sealed_content", "sealed_preview")
    return listed.filter(state=RosterUpload.State.APPLIED)


class DoubtFilter(django_filters.FilterSet):
    """Without a choice, what waits; `state=all` shows the rest."""

    state = django_filters.ChoiceFilter(
        label=_("进展"), method="in_state", choices=[*RosterDoubt.State.choices, ("all", ANY)], empty_label=None
    )
    upload = django_filters.ModelChoiceFilter(label=_("花名册"), queryset=_uploads, empty_label=ANY)
    reason = django_filters.ChoiceFilter(label=_("情况"), choices=(), empty_label=ANY)

    class Meta:
        model = RosterDoubt
        fields = ["state", "upload", "reason"]

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        data = data.copy() if data is not None else {}
        data.setdefault("state", RosterDoubt.State.OPEN)
        super().__init__(data, *args, **kwargs)
        found = self.queryset.order_by("reason").values_list("reason", flat=True).distinct()
        self.filters["reason"].extra["choices"] = [(reason, sentence(reason)) for reason in found]

    def in_state(self, rows: RosterDoubtQuerySet, name: str, value: str) -> RosterDoubtQuerySet:
        return rows if value == "all" else rows.filter(state=value)


def columns() -> Columns:
    """The columns of the spreadsheet: where, who and what; neither numbers nor phones."""
    return [
        (str(_("花名册")), "upload.name"),
        (str(_("表")), "sheet"),
        (str(_("行")), "row"),
        (str(_("姓名")), lambda doubt: review.row_of(doubt).of(Column.NAME)),
        (str(_("住址")), review.door_of),
        (str(_("栏目")), "column"),
        (str(_("情况")), lambda doubt: sentence(doubt.reason)),
        (str(_("怎样处理")), lambda doubt: preview.outcome(doubt.severity)),
        (str(_("进展")), "get_state_display"),
        (str(_("说明")), "note"),
        (str(_("登记时间")), lambda doubt: f"{timezone.localtime(doubt.created_at):%Y-%m-%d %H:%M}"),
    ]
