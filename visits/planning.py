"""Whom a quarter's round goes to, who goes there, and why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from community.models import Appointment
from community.roles import Role
from core.quarters import Month, Quarter
from core.scoping import ScopedQuerySet
from grids.codes import Cadence, cadence_of
from grids.models import CareTag, Household, Membership
from visits import reasons
from visits.fields import VERIFIED, count_of
from visits.models import Campaign, Finding, Target, Verification, Visit
from visits.querysets import latest_visit

if TYPE_CHECKING:
    from community.models import Community

_WHY = "a round goes to every household of the community"


@dataclass
class Plan:
    """The targets of a round that has not begun, with the numbers to be shown before the button."""

    targets: list[Target] = field(default_factory=list)
    households: int = 0
    care: int = 0
    without_leader: int = 0
    with_findings: int = 0
    never_visited: int = 0
    reviews: int = 0


def window_of(quarter: Quarter, today: date) -> tuple[date, date]:
    """From the quarter's first day, or today when it has begun, to its last."""
    return min(max(quarter.start, today), quarter.end), quarter.end


def plan(community: Community, *, starts_on: date, ends_on: date) -> Plan:
    """Targets for all who live here now, not saved yet; the number of queries does not grow with the households."""
    known = _Known(community, ends_on)
    made = Plan()
    for household in known.households:
        why = known.reasons_of(household["pk"])
        made.targets += _targets(household, known, why, starts_on, ends_on)
        made.households += 1
        made.care += household["pk"] in known.monthly
        made.without_leader += household["building__grid"] not in known.leaders
        codes = {reason["code"] for reason in why}
        made.with_findings += "finding" in codes
        made.never_visited += "never" in codes
        made.reviews += "review" in codes
    return made


def _targets(
    household: dict[str, Any], known: _Known, why: list[reasons.Reason], starts_on: date, ends_on: date
) -> list[Target]:
    common = {
        "household_id": household["pk"],
        "building_id": household["building"],
        "assignee_id": known.leaders.get(household["building__grid"]),
        "base_version": household["version"],
        "fields_total": count_of(known.born.get(household["pk"], [])),
    }
    made = [Target(kind=Target.Kind.QUARTERLY, due_on=ends_on, reasons=why, **common)]
    monthly = known.monthly.get(household["pk"])
    if monthly:
        because = [reasons.care(category) for category in sorted(monthly)]
        made += [
            Target(kind=Target.Kind.MONTHLY_CARE, due_on=min(month.end, ends_on), reasons=because, **common)
            for month in Month.range(Month.of(starts_on), Month.of(ends_on))
        ]
    return made


class _Known:
    """What the register and the last visits say about every household, read in a fixed number of queries."""

    def __init__(self, community: Community, ends_on: date) -> None:
        self.community = community
        self.households = list(
            self._rows(Household.objects.all())
            .living_here()
            .order_by("building", "pk")
            .values("pk", "building", "version", "building__grid")
        )
        self.leaders = self._leaders()
        self.born: dict[UUID, list[Any]] = defaultdict(list)
        for household, born in (
            self._rows(Membership.objects.all()).current().values_list("household", "resident__birth_date")
        ):
            self.born[household].append(born)
        self.last = dict(self._rows(Visit.objects.all()).filter(pk=latest_visit()).values_list("household", "outcome"))
        self.left = self._left()
        self.why: dict[UUID, list[reasons.Reason]] = defaultdict(list)
        self.monthly: dict[UUID, set[str]] = defaultdict(set)
        self._findings()
        self._not_learnt()
        self._care(ends_on)

    def reasons_of(self, household: UUID) -> list[reasons.Reason]:
        """Why this household, the weightiest first."""
        before = self.last.get(household)
        if before is None:
            return [*self.why[household], reasons.never()]
        if household in self.left or before == Visit.Outcome.ABSENT:
            return [*self.why[household], reasons.absent()]
        return self.why[household]

    def _rows(self, rows: Any) -> Any:
        assert isinstance(rows, ScopedQuerySet)
        return rows.unscoped(reason=_WHY).filter(community=self.community)

    def _leaders(self) -> dict[int, int]:
        held = self._rows(Appointment.objects.all()).current().filter(role=Role.GRID_LEADER)
        return dict(held.values_list("grid", "user"))

    def _left(self) -> set[UUID]:
        """Doors that the round before did not reach."""
        before = self._rows(Campaign.objects.all()).order_by("-year", "-quarter").values("pk")[:1]
        rows = self._rows(Target.objects.all()).filter(campaign__in=before, kind=Target.Kind.QUARTERLY)
        return set(rows.filter(state=Target.State.LEFT).values_list("household", flat=True))

    def _findings(self) -> None:
        rows = self._rows(Finding.objects.all()).open().order_by("due_on", "pk")
        for household, text in rows.values_list("household", "text"):
            self.why[household].append(reasons.finding(text))

    def _not_learnt(self) -> None:
        rows = self._rows(Verification.objects.all()).not_learnt().order_by("pk")
        for household, name, result, who in rows.values_list("household", "field", "result", "resident__name"):
            self.why[household].append(reasons.not_known(name, result, who=who or ""))

    def _care(self, ends_on: date) -> None:
        rows = self._rows(CareTag.objects.all()).current()
        for household, category, chosen, due in rows.values_list("household", "category", "cadence", "review_due"):
            if due is not None and due <= ends_on:
                self.why[household].append(reasons.review(category, due))
            if cadence_of(category, chosen) == Cadence.MONTHLY:
                self.monthly[household].add(category)


def verified_in(campaign: Campaign, household_id: UUID) -> int:
    """How many fields of a household have been verified in a round, each counted once."""
    rows = Verification.objects.unscoped(reason="the coverage of a household being visited")
    return (
        rows.filter(
            household=household_id,
            visit__target__campaign=campaign,
            visit__superseded_by__isnull=True,
            result__in=VERIFIED,
        )
        .order_by()
        .values("resident", "field")
        .distinct()
        .count()
    )
