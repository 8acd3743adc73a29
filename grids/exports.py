"""The register in plain, as a spreadsheet: for a purpose that is written down, told to every household it shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet

from community import audit
from community.access import Scope
from community.models import Community
from core import jobs, sealed
from core.fields import plain_of
from core.lists import Columns, value_of
from core.models import Job
from core.refusal import Refused
from core.spreadsheets import write_xlsx
from grids import filters, listed, owners
from grids.care import listing as care
from grids.querysets.within import grids_within

if TYPE_CHECKING:
    from community.models import User

Words = str | Promise

KEPT = timedelta(days=1)
AT_ONCE = 2_000
HOUSEHOLDS, RESIDENTS, CARE, OWNERS = "households", "residents", "care", "owner_groups"
_FOLDER = "exports"
_CHUNK = 1_000
_EVERY = 500


@dataclass(frozen=True)
class Register:
    """A list that may leave in plain. `listed` and `filterset` are those of its page, `decided` takes of these the rows
    that the user decides about, as the spreadsheet has them; `shows` says whose data a row shows, the first of them is
    what rows are counted by; `plain` names the columns that are masked on the page."""

    title: Words
    plain: Sequence[Words]
    listed: Callable[[User], Any]
    filterset: type[FilterSet]
    decided: Callable[[Any, Scope], Any]
    order: Sequence[str]
    columns: Callable[[], Columns]
    shows: Callable[[Any], list[Model]]


def _of_households(home: str) -> Callable[[Any, Scope], Any]:
    return lambda rows, scope: rows.filter(grids_within(scope, home))


def _door(home: str) -> tuple[str, ...]:
    return (f"{home}building__order", f"{home}dwelling__label", "pk")


REGISTERS = {
    HOUSEHOLDS: Register(
        title=_("住户名册"),
        plain=[_("联系电话")],
        listed=listed.households,
        filterset=listed.HouseholdFilter,
        decided=_of_households(""),
        order=_door(""),
        columns=listed.household_columns,
        shows=lambda household: [household],
    ),
    RESIDENTS: Register(
        title=_("居民名册"),
        plain=[_("出生日期"), _("证件号码"), _("手机号")],
        listed=listed.residents,
        filterset=listed.ResidentFilter,
        decided=_of_households("household__"),
        order=_door("household__"),
        columns=listed.resident_columns,
        shows=lambda membership: [membership.household],
    ),
    CARE: Register(
        title=_("关爱对象"),
        plain=[_("依据")],
        listed=care.listed,
        filterset=care.CareFilter,
        decided=_of_households("household__"),
        order=_door("household__"),
        columns=care.columns,
        shows=lambda tag: [tag.household],
    ),
    OWNERS: Register(
        title=_("业主"),
        plain=[_("手机号"), _("证件号码")],
        listed=owners.listed,
        filterset=filters.OwnerFilter,
        decided=owners.decided,
        order=("group__label", "group", "pk"),
        columns=owners.columns,
        shows=owners.shows,
    ),
}


@dataclass(frozen=True)
class Export:
    """One list as its filter has it: what the page shows before the button, and what the job writes."""

    kind: str
    query: str
    user: User

    @property
    def register(self) -> Register:
        return REGISTERS[self.kind]

    @property
    def title(self) -> str:
        return str(self.register.title)

    @property
    def sensitive(self) -> list[str]:
        """The columns that come in plain."""
        return [str(heading) for heading in self.register.plain]

    @property
    def rows(self) -> Any:
        """Every row that the filter lets through, of what the user decides about, in the order of doors or names."""
        found = self._filter(self.register.listed(self.user)).qs
        return self.register.decided(found, self.user.scope).order_by(*self.register.order)

    @property
    def filtered_by(self) -> list[tuple[str, str]]:
        """What the filter says, as (field, value) in words."""
        form = self._filter(self.register.listed(self.user).none()).form
        form.is_valid()
        told = []
        for name, field in form.fields.items():
            value = form.cleaned_data.get(name)
            if value not in (None, ""):
                words = dict(getattr(field, "choices", ())) if isinstance(value, str) else {}
                told.append((str(field.label), str(words.get(value, value))))
        return told

    def _filter(self, rows: Any) -> Any:
        request = SimpleNamespace(user=self.user)
        return self.register.filterset(QueryDict(self.query), queryset=rows, request=request)


def begin(export: Export, *, purpose: str) -> Job:
    """Begin to write the list in plain; gives the job, which leads to the file.

    Raises Refused without a purpose, without a second factor, or where there is nothing to write.
    """
    if not purpose.strip():
        raise Refused(gettext("请写明导出的用途。"))
    if not audit.has_second_factor(export.user):
        raise Refused(gettext("导出完整信息前，请先设置两步验证。"))
    count = export.rows.count()
    if not count:
        raise Refused(gettext("按这样筛选没有一行可以导出。"))
    forget_old()
    label = gettext("导出%(what)s") % {"what": export.title}
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
        seen: dict[UUID, Model] = {}
        counted: dict[int, set[UUID]] = defaultdict(set)
        total = export.rows.count()
        columns = [(heading, _plain(source)) for heading, source in export.register.columns()]
        for number, row in enumerate(export.rows.iterator(_CHUNK), 1):
            shown = export.register.shows(row)
            seen.update((one.pk, one) for one in shown)
            counted[row.community_id].add(shown[0].pk)
            rows.append([source(row) for _heading, source in columns])
            if number % _EVERY == 0:
                jobs.progress(job, min(number, total), total + 1)
        if sealed.get(_FOLDER, job.pk, within=KEPT) is None:
            _record(export, list(seen.values()), counted, count=len(rows), purpose=purpose)
    sealed.put(_FOLDER, job.pk, write_xlsx(export.title, [heading for heading, _source in columns], rows))
    words = ngettext("%(count)d 行写好了，请在一天内下载。", "%(count)d 行写好了，请在一天内下载。", len(rows))
    return {"url": reverse("grids:export", args=[job.pk]), "words": words % {"count": len(rows)}}


def _record(export: Export, shown: list[Model], counted: dict[int, set[UUID]], *, count: int, purpose: str) -> None:
    """One event for the export in each community, and one for each household, or owner, whose data it shows."""
    filtered = "；".join(f"{field}：{value}" for field, value in export.filtered_by)
    plain = "、".join(export.sensitive)
    in_plain = {gettext("完整显示"): [None, plain]}
    told = {gettext("名册"): [None, export.title], gettext("筛选"): [None, filtered], **in_plain}
    for community in Community.objects.filter(pk__in=counted):
        numbers = {gettext("行数"): [None, count], gettext("户数"): [None, len(counted[community.pk])]}
        audit.record("register_exported", community, by=export.user, changes={**told, **numbers}, reason=purpose)
    audit.record_many("read_in_export", [(one, in_plain) for one in shown], by=export.user, reason=purpose)


def _plain(source: Any) -> Any:
    def read(row: Any) -> object:
        return plain_of(value_of(row, source))

    return read
