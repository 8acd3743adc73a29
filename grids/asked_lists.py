"""How the lists of proposals and of requests to erase are filtered, sorted and written to a spreadsheet."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lists import Columns
from grids.corrections import asked
from grids.models import ErasureRequest, Proposal
from grids.querysets import ProposalQuerySet

ANY = _("不限")
SORTS = {"asked": ("created_at", "pk"), "door": ("household__dwelling__label", "pk")}
DEFAULT_SORT = "asked"
ERASURE_SORTS = {"asked": ("created_at", "pk")}


class _OpenFirst(django_filters.FilterSet):
    """Without a choice, what waits for an answer; `state=all` shows the rest."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        data = data.copy() if data is not None else {}
        data.setdefault("state", "open")
        super().__init__(data, *args, **kwargs)

    def in_state(self, rows: Any, name: str, value: str) -> Any:
        return rows if value == "all" else rows.filter(state=value)


class ProposalFilter(_OpenFirst):
    door = django_filters.CharFilter(label=_("门牌"), method="at_door")
    state = django_filters.ChoiceFilter(
        label=_("进展"), method="in_state", choices=[*Proposal.State.choices, ("all", ANY)], empty_label=None
    )
    kind = django_filters.ChoiceFilter(label=_("事项"), choices=Proposal.Kind.choices, empty_label=ANY)
    source = django_filters.ChoiceFilter(label=_("谁提出"), choices=Proposal.Source.choices, empty_label=ANY)

    class Meta:
        model = Proposal
        fields = ["door", "state", "kind", "source"]

    def at_door(self, rows: ProposalQuerySet, name: str, value: str) -> ProposalQuerySet:
        return rows.filter(household__dwelling__label__contains=value.strip())


class ErasureFilter(_OpenFirst):
    state = django_filters.ChoiceFilter(
        label=_("进展"), method="in_state", choices=[*ErasureRequest.State.choices, ("all", ANY)], empty_label=None
    )

    class Meta:
        model = ErasureRequest
        fields = ["state"]


def columns() -> Columns:
    """The columns of the proposals' spreadsheet; sensitive values stay masked."""
    return [
        (str(_("门牌")), "household.dwelling.label"),
        (str(_("谁的")), lambda row: asked(row).subject),
        (str(_("事项")), lambda row: asked(row).what),
        (str(_("原来")), lambda row: asked(row).before),
        (str(_("应为")), lambda row: asked(row).after),
        (str(_("说明")), "note"),
        (str(_("谁提出")), "get_source_display"),
        (str(_("提出时间")), lambda row: _written(row.created_at)),
        (str(_("进展")), "get_state_display"),
        (str(_("答复")), "answer"),
    ]


def erasure_columns() -> Columns:
    """The columns of the spreadsheet of requests to erase."""
    return [
        (str(_("居民")), "resident.name"),
        (str(_("门牌")), "household.dwelling.label"),
        (str(_("理由")), "reason"),
        (str(_("提出时间")), lambda row: _written(row.created_at)),
        (str(_("进展")), "get_state_display"),
        (str(_("答复")), "answer"),
    ]


def _written(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}"
