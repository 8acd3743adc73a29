"""How far a round has come, and when it ends at this pace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count as Number
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.sql import Within, as_day, as_uuid, rows_within_each
from core.templatetags.portal import day
from grids.models import Building
from visits.models import DUE, REACHED, Campaign, Target

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar
    from visits.querysets import TargetQuerySet


@dataclass
class Count:
    """Doors and fields of some part of a round."""

    doors: int = 0
    reached: int = 0
    twice: int = 0
    care: int = 0
    care_reached: int = 0
    fields: int = 0
    verified: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))

    @property
    def waiting(self) -> int:
        return self.doors - self.reached

    @property
    def percent(self) -> int:
        """Verified fields in a hundred, rounded down: 100 means all."""
        return self.verified * 100 // self.fields if self.fields else 0

    @property
    def of_doors(self) -> str:
        return _("共 %(doors)d 户") % {"doors": self.doors}

    @property
    def of_fields(self) -> str:
        return _("%(verified)d / %(fields)d 项") % {"verified": self.verified, "fields": self.fields}

    @property
    def words(self) -> str:
        """The line under a bar."""
        parts = [_("核实到字段 %(percent)d%%") % {"percent": self.percent}]
        if self.care:
            parts.append(_("每月关爱 %(reached)d / %(care)d 次") % {"reached": self.care_reached, "care": self.care})
        if self.twice:
            parts.append(_("2 次未遇 %(twice)d 户") % {"twice": self.twice})
        return " · ".join(parts)


@dataclass
class BuildingProgress:
    building: Building
    count: Count


@dataclass
class GridProgress:
    """A grid's buildings; its name is "" for those that no grid has yet."""

    name: str
    buildings: list[BuildingProgress] = field(default_factory=list)

    @property
    def count(self) -> Count:
        return sum((one.count for one in self.buildings), Count())


def by_grid(user: User, campaign: Campaign) -> list[GridProgress]:
    """The user's buildings with what has been done in this round, in two queries."""
    rows = Target.objects.visible_to(user).filter(campaign=campaign).by_building()
    counts = {row.pop("building_id"): Count(**row) for row in rows}
    buildings = Building.objects.in_duty_of(user).filter(pk__in=counts).select_related("grid", "estate")
    grids: dict[Any, GridProgress] = {}
    for building in sorted(buildings, key=lambda one: (one.grid.code if one.grid else "~", one.estate.code, one.order)):
        name = building.grid.name if building.grid else ""
        grids.setdefault(building.grid_id, GridProgress(name)).buildings.append(
            BuildingProgress(building, counts[building.pk])
        )
    return list(grids.values())


def count_over(targets: TargetQuerySet) -> Count:
    """All of these targets together."""
    return _summed(targets.by_kind_and_state())


def open_round(targets: TargetQuerySet) -> tuple[Campaign, Count] | None:
    """The newest open round that these targets belong to, as much of it as is shown, and all of them together.

    One query; None where none of them belongs to an open round.
    """
    return newest_round(rows_within_each(by_open_round(targets)))


def by_open_round(targets: TargetQuerySet) -> Within:
    """What is asked of these targets; `newest_round` understands the answer."""
    reached: Any = targets.order_by().values_list("campaign", "kind", "state", "fields_total", "fields_verified")
    return Within(reached, "campaign, kind, state, fields, verified", _BY_OPEN_ROUND, width=10)


def newest_round(found: Iterable[tuple[Any, ...]]) -> tuple[Campaign, Count] | None:
    """The newest of the rounds in such rows, and its targets together; None for no rows."""
    rounds: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for row in found:
        rounds[row[:5]].append(row[5:])
    if not rounds:
        return None
    newest = max(rounds)
    year, quarter, starts_on, ends_on, pk = newest
    days = {"starts_on": as_day(starts_on), "ends_on": as_day(ends_on)}
    round_ = Campaign(pk=as_uuid(pk), year=year, quarter=quarter, **days)
    return round_, _summed(rounds[newest])


_BY_OPEN_ROUND = f"""
SELECT c.year, c.quarter, c.starts_on, c.ends_on, c.id, narrowed.kind, narrowed.state, COUNT(*),
  SUM(narrowed.fields), SUM(narrowed.verified)
FROM narrowed JOIN {Campaign._meta.db_table} c ON c.id = narrowed.campaign
WHERE c.state = 'open'
GROUP BY c.year, c.quarter, c.starts_on, c.ends_on, c.id, narrowed.kind, narrowed.state"""  # noqa: S608 the name of a table


def _summed(rows: Iterable[tuple[Any, ...]]) -> Count:
    """Summed here: seven aggregates, each with its filter, cost twice as much."""
    count = Count()
    for kind, state, number, fields, verified in rows:
        reached = number if state in REACHED else 0
        if kind == Target.Kind.QUARTERLY:
            twice = number if state == Target.State.ABSENT_TWICE else 0
            count += Count(number, reached, twice, fields=fields, verified=verified)
        elif kind == Target.Kind.MONTHLY_CARE:
            count += Count(care=number, care_reached=reached)
    return count


def total_of(grids: Iterable[GridProgress]) -> Count:
    return sum((grid.count for grid in grids), Count())


@dataclass(frozen=True)
class Forecast:
    """When the last door is reached at the pace so far; `ends_on` is None where nothing can be said yet."""

    ends_on: date | None
    late: bool
    words: str


# Working days after which a forecast says no day any more.
_FAR = 250


def forecast(campaign: Campaign, count: Count, calendar: WorkCalendar) -> Forecast:
    """At the pace of the working days from the first one until today, which the calendar names.

    Holidays count on neither side: a round that begins in the National Day week has not lost that week. Doors reached
    on a weekend add to the pace of the working days.
    """
    if not campaign.is_open:
        return Forecast(None, False, _("已于%(day)s结束") % {"day": day(campaign.closed_at)})
    if count.waiting <= 0:
        return Forecast(clock.today(), False, _("都走到了"))
    if count.reached == 0 or clock.today() < campaign.starts_on:
        return Forecast(None, False, _("走过几户以后，这里会估算哪天走完"))
    is_workday = calendar.is_workday
    walked = max(sum(map(is_workday, _days(campaign.starts_on, clock.today()))), 1)
    wanted = -(-count.waiting * walked // count.reached)
    if wanted > _FAR:
        return Forecast(None, True, _("按现在的进度，一年也走不完"))
    ends_on = clock.today()
    while wanted:
        ends_on += timedelta(days=1)
        wanted -= is_workday(ends_on)
    late = ends_on > campaign.ends_on
    says = _("按现在的进度，%(day)s才能走完") if late else _("按现在的进度，%(day)s走完")
    return Forecast(ends_on, late, says % {"day": day(ends_on)})


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


@dataclass(frozen=True)
class Left:
    """What a building leaves behind when the round ends: doors that wait, by why, and those that did not want."""

    building: int
    label: str
    never: int
    once: int
    twice: int
    nobody: int
    refused: int

    @property
    def waiting(self) -> int:
        return self.never + self.once + self.twice


def left_by_building(targets: TargetQuerySet) -> list[Left]:
    """The buildings with doors that a round has not reached, in their order; one query."""
    state = Target.State
    waiting = Q(state__in=DUE)
    rows = (
        targets.filter(kind=Target.Kind.QUARTERLY)
        .filter(waiting | Q(state=state.REFUSED))
        .values("building__estate__code", "building__order", "building", "building__label")
        .annotate(
            never=Number("pk", filter=Q(state=state.WAITING)),
            once=Number("pk", filter=Q(state=state.ABSENT_ONCE)),
            twice=Number("pk", filter=Q(state=state.ABSENT_TWICE)),
            nobody=Number("pk", filter=waiting & Q(assignee__isnull=True)),
            refused=Number("pk", filter=Q(state=state.REFUSED)),
        )
        .order_by("building__estate__code", "building__order", "building")
    )
    counts = ("never", "once", "twice", "nobody", "refused")
    return [Left(row["building"], row["building__label"], *(row[name] for name in counts)) for row in rows]
