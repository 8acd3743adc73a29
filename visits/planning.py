"""Whom a quarter's round goes to, who goes there, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from community.models import Appointment
from community.roles import Role
from core.fields import plain_of
from core.quarters import Month, Quarter
from core.scoping import ScopedQuerySet
from grids.codes import Cadence, cadence_of
from grids.models import CareTag, Household, Membership, Pairing
from helpdesk.models import Party
from visits import reasons
from visits.fields import VERIFIED, count_of
from visits.models import Campaign, Finding, Target, Verification, Visit
from visits.querysets import latest_visit

if TYPE_CHECKING:
    from community.models import Community

_A_QUARTER = timedelta(days=92)
_WHY = "a round goes to every household of the community"


@dataclass(frozen=True)
class Plan:
    """What a round would be that has not begun, in the numbers that stand before the button."""

    households: int
    care: int
    care_visits: int
    without_leader: int
    with_findings: int
    never_visited: int
    reviews: int

    @property
    def targets(self) -> int:
        return self.households + self.care_visits


def window_of(quarter: Quarter, today: date) -> tuple[date, date]:
    """From the quarter's first day, or today when it has begun, to its last."""
    return min(max(quarter.start, today), quarter.end), quarter.end


def plan(community: Community, *, starts_on: date, ends_on: date) -> Plan:
    """Count what would be laid; a fixed number of queries, and no target is made."""
    homes = _rows(Household, community).living_here()

    def having(rows: Any, whose: str = "household") -> int:
        return int(homes.filter(Exists(rows.filter(**{whose: OuterRef("pk")}))).count())

    tags = _rows(CareTag, community).current()
    monthly = having(tags.visited(Cadence.MONTHLY))
    leaders = _leaders(community).values("grid")
    households = homes.count()
    return Plan(
        households=households,
        care=monthly,
        care_visits=monthly * len(_months(starts_on, ends_on)),
        without_leader=households - homes.filter(building__grid__in=leaders).count(),
        with_findings=having(_rows(Finding, community).open()),
        never_visited=households - having(_rows(Visit, community).standing()),
        reviews=having(tags.filter(review_due__lte=ends_on)),
    )


@dataclass(frozen=True)
class Homes:
    """Some of a community's households, in the order of their ids: as much of each as its targets need.

    `within` is the condition that rows of a household belong to one of these.
    """

    rows: Sequence[dict[str, Any]]
    within: dict[str, Any]


def next_homes(community_id: int, *, after: UUID | None, most: int) -> Homes:
    """The next households that live here, beginning after the one of this id."""
    rows = _homes(community_id).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows[:most])
    if not found:
        return Homes([], {})
    return Homes(found, {"household__gte": found[0]["pk"], "household__lte": found[-1]["pk"]})


def these_homes(community_id: int, ids: Sequence[UUID]) -> Homes:
    """The households of these ids that live here."""
    return Homes(list(_homes(community_id).filter(pk__in=ids).order_by("pk")), {"household__in": ids})


def targets_for(campaign: Campaign, homes: Homes, *, from_day: date) -> list[Target]:
    """The targets of these households, not saved; months before that of `from_day` are over and need none.

    The number of queries is the same for one household and for thousands.
    """
    known = _Known(campaign, homes)
    months = _months(from_day, campaign.ends_on)
    return [target for home in homes.rows for target in _targets(campaign, home, known, months)]


def _targets(campaign: Campaign, home: dict[str, Any], known: _Known, months: Sequence[Month]) -> list[Target]:
    key = home["pk"]
    leader = known.leaders.get(home["building__grid"])
    common = {
        "community_id": campaign.community_id,
        "campaign": campaign,
        "household_id": key,
        "building_id": home["building"],
        "base_version": home["version"],
        "fields_total": known.fields[key],
    }
    why = known.reasons_of(key)
    made = [
        Target(kind=Target.Kind.QUARTERLY, due_on=campaign.ends_on, reasons=why, assignee_id=leader, **common),
    ]
    monthly = known.monthly.get(key)
    if monthly:
        because = [reasons.care(category) for category in sorted(monthly)]
        carer = known.stewards.get(key, leader)
        made += [
            Target(
                kind=Target.Kind.MONTHLY_CARE,
                due_on=min(month.end, campaign.ends_on),
                reasons=because,
                assignee_id=carer,
                **common,
            )
            for month in months
        ]
    return made


class _Known:
    """What the register and the last visits say about these households, read in a fixed number of queries."""

    def __init__(self, campaign: Campaign, homes: Homes) -> None:
        self.campaign = campaign
        self.within = homes.within
        self.leaders: dict[int, int] = dict(_leaders(campaign.community_id).values_list("grid", "user"))
        self.fields: dict[UUID, int] = defaultdict(lambda: count_of(()))
        self._count_fields()
        self.last = dict(self._of(Visit).filter(pk=latest_visit()).values_list("household", "outcome"))
        self.left = self._left()
        self.why: dict[UUID, list[reasons.Reason]] = defaultdict(list)
        self.monthly: dict[UUID, set[str]] = defaultdict(set)
        self._findings()
        self._settled()
        self._not_learnt()
        self._care()
        self.stewards = self._stewards()

    def reasons_of(self, household: UUID) -> list[reasons.Reason]:
        """Why this household, the weightiest first."""
        why, before = self.why.get(household, []), self.last.get(household)
        if before is None:
            return [*why, reasons.never()]
        if household in self.left or before == Visit.Outcome.ABSENT:
            return [*why, reasons.absent()]
        return why

    def _of(self, model: Any) -> Any:
        return _rows(model, self.campaign.community_id).filter(**self.within)

    def _count_fields(self) -> None:
        """How many fields each has to verify; whoever was born on the same day is asked the same."""
        alone = count_of(())
        asked: dict[str, int] = {}
        for household, born in self._of(Membership).current().values_list("household", "resident__birth_date"):
            day = str(plain_of(born) or "")
            if day not in asked:
                asked[day] = count_of([day]) - alone
            self.fields[household] += asked[day]

    def _left(self) -> set[UUID]:
        """Doors that the round before did not reach."""
        rounds = _rows(Campaign, self.campaign.community_id).filter(state=Campaign.State.CLOSED)
        before = rounds.order_by("-year", "-quarter").values("pk")[:1]
        rows = self._of(Target).filter(campaign__in=before, kind=Target.Kind.QUARTERLY, state=Target.State.LEFT)
        return set(rows.values_list("household", flat=True))

    def _findings(self) -> None:
        rows = self._of(Finding).open().order_by("due_on", "pk")
        for household, text, for_hall in rows.values_list("household", "text", "for_hall"):
            self.why[household].append(reasons.for_hall(text) if for_hall else reasons.finding(text))

    def _settled(self) -> None:
        """Who is to be asked again after a mediation, on a day of this quarter or the last, and was not."""
        since = self.campaign.starts_on - _A_QUARTER
        days = {"request__follow_up_on__gt": since, "request__follow_up_on__lte": self.campaign.ends_on}
        asked = _rows(Target, self.campaign.community_id).filter(
            kind=Target.Kind.FOLLOW_UP, household=OuterRef("household"), due_on=OuterRef("request__follow_up_on")
        )
        for household in self._of(Party).filter(~Exists(asked), **days).values_list("household", flat=True):
            self.why[household].append(reasons.settled())

    def _not_learnt(self) -> None:
        rows = self._of(Verification).not_learnt().order_by("pk")
        for household, name, result, who in rows.values_list("household", "field", "result", "resident__name"):
            self.why[household].append(reasons.not_known(name, result, who=who or ""))

    def _care(self) -> None:
        rows = self._of(CareTag).current().order_by("household", "category", "pk")
        for household, category, chosen, due in rows.values_list("household", "category", "cadence", "review_due"):
            if due is not None and due <= self.campaign.ends_on:
                self.why[household].append(reasons.review(category, due))
            if cadence_of(category, chosen) == Cadence.MONTHLY:
                self.monthly[household].add(category)

    def _stewards(self) -> dict[UUID, int]:
        """Who looks after a household as the steward paired with it, as long as that one holds the appointment."""
        rows = self._of(Pairing).filter(household__in=list(self.monthly), kind=Pairing.Kind.STEWARD).holding()
        return dict(rows.order_by("starts_on", "pk").values_list("household", "steward"))


def _rows(model: Any, community: Any) -> Any:
    rows = model.objects.all()
    assert isinstance(rows, ScopedQuerySet)
    return rows.unscoped(reason=_WHY).filter(community=community)


def _homes(community_id: int) -> Any:
    return _rows(Household, community_id).living_here().values("pk", "building", "version", "building__grid")


def _leaders(community: Any) -> Any:
    held = _rows(Appointment, community).current().filter(role=Role.GRID_LEADER)
    return held.order_by("starts_on", "pk")


def _months(starts_on: date, ends_on: date) -> list[Month]:
    return Month.range(Month.of(starts_on), Month.of(ends_on))


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
