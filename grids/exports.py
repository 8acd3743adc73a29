"""The register in plain, as a spreadsheet: for a purpose that is written down, told to every household it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import audit
from community.models import Community
from core import jobs, sealed
from core.fields import plain_of
from core.lists import value_of
from core.models import Job
from core.refusal import Refused
from core.spreadsheets import write_xlsx
from grids import listed
from grids.models import Household, Membership
from grids.querysets.within import grids_within

if TYPE_CHECKING:
    from community.models import User

KEPT = timedelta(days=1)
AT_ONCE = 2_000
HOUSEHOLDS, RESIDENTS = "households", "residents"
_FOLDER = "exports"
_CHUNK = 1_000
_EVERY = 500


@dataclass(frozen=True)
class Export:
    """One list as its filter has it: what the page shows before the button, and what the job writes."""

    kind: str
    query: str
    user: User

    @property
    def title(self) -> str:
        return _("住户名册") if self.kind == HOUSEHOLDS else _("居民名册")

    @property
    def sensitive(self) -> list[str]:
        """The columns that come in plain."""
        return [_("联系电话")] if self.kind == HOUSEHOLDS else [_("出生日期"), _("证件号码"), _("手机号")]

    @property
    def rows(self) -> Any:
        """Every row that the filter lets through, of the households the user decides about, in the order of doors."""
        base = listed.households(self.user) if self.kind == HOUSEHOLDS else listed.residents(self.user)
        within = grids_within(self.user.scope, "" if self.kind == HOUSEHOLDS else "household__")
        home = "" if self.kind == HOUSEHOLDS else "household__"
        order = (f"{home}building__order", f"{home}dwelling__label", "pk")
        return self._filter(base.filter(within)).qs.order_by(*order)

    @property
    def filtered_by(self) -> list[tuple[str, str]]:
        """What the filter says, as (field, value) in words."""
        form = self._filter((Household if self.kind == HOUSEHOLDS else Membership).objects.none()).form
        form.is_valid()
        told = []
        for name, field in form.fields.items():
            value = form.cleaned_data.get(name)
            if value not in (None, ""):
                words = dict(getattr(field, "choices", ())) if isinstance(value, str) else {}
                told.append((str(field.label), str(words.get(value, value))))
        return told

    def _filter(self, rows: Any) -> Any:
        kinds = {HOUSEHOLDS: listed.HouseholdFilter, RESIDENTS: listed.ResidentFilter}
        return kinds[self.kind](QueryDict(self.query), queryset=rows, request=SimpleNamespace(user=self.user))


def begin(export: Export, *, purpose: str) -> Job:
    """Begin to write the list in plain; gives the job, which leads to the file.

    Raises Refused without a purpose, without a second factor, or where there is nothing to write.
    """
    if not purpose.strip():
        raise Refused(_("请写明导出的用途。"))
    if not audit.has_second_factor(export.user):
        raise Refused(_("导出完整信息前，请先设置两步验证。"))
    count = export.rows.count()
    if not count:
        raise Refused(_("按这样筛选没有一行可以导出。"))
    forget_old()
    label = _("导出%(what)s") % {"what": export.title}
    args = [export.kind, export.query, purpose.strip()[:200]]
    return jobs.start("register_export", label, owner=export.user, task=_write, args=args, at_once=count <= AT_ONCE)


def fetch(job: Job) -> bytes | None:
    """The spreadsheet of a job, for a day."""
    return sealed.get(_FOLDER, job.pk, within=KEPT)


def forget_old() -> int:
    """Destroy the files of yesterday; gives how many."""
    return sealed.forget(_FOLDER, older_than=KEPT)


@jobs.work
def _write(job: Job, kind: str, query: str, purpose: str) -> dict[str, Any]:
    """Record the reading, then keep the file; a second run finds the file and records nothing again."""
    export = Export(kind, query, job.owner)
    with transaction.atomic():
        rows: list[Sequence[object]] = []
        seen: dict[UUID, Any] = {}
        total = export.rows.count()
        columns = _columns(kind)
        for number, row in enumerate(export.rows.iterator(_CHUNK), 1):
            household = row if kind == HOUSEHOLDS else row.household
            seen[household.pk] = household
            rows.append([source(row) for _heading, source in columns])
            if number % _EVERY == 0:
                jobs.progress(job, min(number, total), total + 1)
        if sealed.get(_FOLDER, job.pk, within=KEPT) is None:
            _record(export, list(seen.values()), count=len(rows), purpose=purpose)
    sealed.put(_FOLDER, job.pk, write_xlsx(export.title, [heading for heading, _source in columns], rows))
    words = ngettext("%(count)d 行写好了，请在一天内下载。", "%(count)d 行写好了，请在一天内下载。", len(rows))
    return {"url": reverse("grids:export", args=[job.pk]), "words": words % {"count": len(rows)}}


def _record(export: Export, households: list[Any], *, count: int, purpose: str) -> None:
    """One event for the export in each community, and one for every household whose data it shows."""
    filtered = "；".join(f"{field}：{value}" for field, value in export.filtered_by)
    plain = "、".join(export.sensitive)
    told = {_("名册"): [None, export.title], _("筛选"): [None, filtered], _("完整显示"): [None, plain]}
    of_community: dict[int, int] = {}
    for one in households:
        of_community[one.community_id] = of_community.get(one.community_id, 0) + 1
    for community in Community.objects.filter(pk__in=of_community):
        numbers = {_("行数"): [None, count], _("户数"): [None, of_community[community.pk]]}
        audit.record("register_exported", community, by=export.user, changes={**told, **numbers}, reason=purpose)
    shown = {_("完整显示"): [None, plain]}
    audit.record_many("read_in_export", [(one, shown) for one in households], by=export.user, reason=purpose)


def _columns(kind: str) -> list[tuple[str, Any]]:
    """The columns of the list with what is masked in plain."""
    columns = listed.household_columns() if kind == HOUSEHOLDS else listed.resident_columns()
    return [(heading, _plain(source)) for heading, source in columns]


def _plain(source: Any) -> Any:
    def read(row: Any) -> object:
        return plain_of(value_of(row, source))

    return read
