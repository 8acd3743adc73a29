"""Reads of the rounds, the doors, and what was brought back from them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Prefetch, Q, Subquery, Sum

from core import clock
from core.quarters import Month
from core.scoping import ScopedQuerySet
from grids.models import Household
from grids.querysets import HouseholdQuerySet, buildings_within
from visits.fields import HOUSEHOLD_FIELDS, VERIFIED

if TYPE_CHECKING:
    from community.access import Scope
    from community.models import User
    from visits.models import Campaign


def rows_within(scope: Scope) -> Q:
    """Rows that carry a building and a household: those of one's duty, and those of one's own household."""
    return buildings_within(scope) | Q(household__in=scope.households)


def households_to_visit(user: User) -> HouseholdQuerySet:
    """The households at whose door the user may knock: those of the duty, not one's own as a resident."""
    rows: HouseholdQuerySet = Household.objects.filter(buildings_within(user.scope)).scoped()
    return rows.select_related("dwelling", "building__grid", "head")


class CampaignQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """That there is a round, and when, is no secret within the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def managed_by(self, user: User) -> Self:
        """Rounds that the user opens and closes."""
        return self.filter(community__in=user.scope.offices_communities).scoped()

    def open(self) -> Self:
        return self.filter(state="open")

    def with_progress(self) -> Self:
        """With the numbers of its quarterly targets."""
        return self.annotate(**_progress("targets__"))


class TargetQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The doors of one's duty."""
        return self.filter(buildings_within(user.scope)).scoped()

    def waiting(self) -> Self:
        """Where somebody still has to go."""
        from visits.models import DUE

        return self.filter(state__in=DUE)

    def due_by(self, day: date) -> Self:
        """The quarter's own, and the others as far as they are due by the end of `day`'s month."""
        return self.filter(Q(kind="quarterly") | Q(due_on__lte=Month.of(day).end))

    def asked_now(self) -> Self:
        """What waits today in the rounds that are open."""
        return self.waiting().due_by(clock.today()).filter(campaign__state="open")

    def for_form(self) -> Self:
        """With the door and the round, as much of them as the form shows and asks."""
        target = ("community", "building", "kind", "reasons", "due_on", "state")
        campaign = ("campaign__year", "campaign__quarter", "campaign__state")
        household = [f"household__{field.name}" for field in HOUSEHOLD_FIELDS if field.registry == "household"]
        door = ("household__dwelling__label", "household__building__label", "household__building__grid")
        shown = self.only(*target, *campaign, "household__community", "household__version", *household, *door)
        return shown.select_related("household__dwelling", "household__building", "campaign")

    def by_building(self) -> Any:
        """One row a building: its doors reached, its fields verified, its monthly care."""
        return self.values("building_id").annotate(**_progress("")).order_by()

    def by_kind_and_state(self) -> Any:
        """Of each kind in each state: how many targets, their fields, how many of these verified."""
        sums = Count("pk"), Sum("fields_total"), Sum("fields_verified")
        return self.values_list("kind", "state").annotate(*sums).order_by()

    def by_open_round(self) -> Any:
        """The same of each open round: year, quarter, first and last day and id stand in front."""
        rounds = [f"campaign__{name}" for name in ("year", "quarter", "starts_on", "ends_on", "pk")]
        sums = Count("pk"), Sum("fields_total"), Sum("fields_verified")
        within = self.filter(campaign__state="open")
        return within.values_list(*rounds, "kind", "state").annotate(*sums).order_by()

    def waiting_by_building(self) -> Any:
        """One row a building with doors that wait: how many, how many twice not met, the earliest day due."""
        return (
            self.asked_now()
            .values("building_id", "building__label", "building__estate__code", "building__order")
            .annotate(
                doors=Count("household", distinct=True),
                twice=Count("household", distinct=True, filter=Q(state="absent_twice")),
                earliest=Min("due_on"),
            )
            .order_by("building__estate__code", "building__order", "building__label")
        )


def _progress(prefix: str) -> dict[str, Any]:
    from visits.models import REACHED

    def having(**conditions: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    quarterly, care = having(kind="quarterly"), having(kind="monthly_care")
    return {
        "doors": Count(f"{prefix}pk", filter=quarterly),
        "reached": Count(f"{prefix}pk", filter=quarterly & having(state__in=REACHED)),
        "twice": Count(f"{prefix}pk", filter=quarterly & having(state="absent_twice")),
        "care": Count(f"{prefix}pk", filter=care),
        "care_reached": Count(f"{prefix}pk", filter=care & having(state__in=REACHED)),
        "fields": Sum(f"{prefix}fields_total", filter=quarterly, default=0),
        "verified": Sum(f"{prefix}fields_verified", filter=quarterly, default=0),
    }


class VisitQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The visits of one's duty, and those to one's own household."""
        return self.filter(rows_within(user.scope)).scoped()

    def standing(self) -> Self:
        """Without those that a later one corrects."""
        return self.filter(superseded_by__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("by", "household__dwelling")

    def for_page(self) -> Self:
        return self.select_related(
            "by", "household__dwelling", "building", "target__campaign", "supersedes", "superseded_by"
        )

    def with_counts(self) -> Self:
        """With how many fields were asked and verified, and how many problems brought back."""
        return self.annotate(
            asked=Count("verifications", distinct=True),
            verified=Count("verifications", filter=Q(verifications__result__in=VERIFIED), distinct=True),
            problems=Count("findings", distinct=True),
        )


def latest_visit() -> Subquery:
    """The id of a household's latest standing visit; for use inside a query on rows with a household."""
    from visits.models import Visit

    rows = Visit.objects.unscoped(reason="the last visit of households already in scope").standing()
    return Subquery(rows.filter(household=OuterRef("household")).order_by("-visited_at", "-pk").values("pk")[:1])


class VerificationQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(buildings_within(user.scope, "visit__") | Q(household__in=user.scope.households)).scoped()

    def not_learnt(self) -> Self:
        """The fields that the last visit of each household did not learn."""
        return self.filter(result__in=["unknown", "refused"], visit=latest_visit())


class ConflictQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who settle them: the grid's leader and the office."""
        scope = user.scope
        return self.filter(Q(building__grid__in=scope.grids) | Q(community__in=scope.offices_communities)).scoped()

    def waiting(self) -> Self:
        return self.filter(settled_at__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("visit__by", "household__dwelling", "resident")


class VisitPhotoQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(
            buildings_within(user.scope, "visit__") | Q(visit__household__in=user.scope.households)
        ).scoped()


class FindingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The problems of one's duty, and those of one's own household."""
        return self.filter(rows_within(user.scope)).scoped()

    def in_duty_of(self, user: User) -> Self:
        """Those that the user may handle and answer for."""
        return self.filter(buildings_within(user.scope)).scoped()

    def open(self) -> Self:
        return self.exclude(state="closed")

    def for_list(self) -> Self:
        return self.select_related("household__dwelling", "owner", "category", "request", "visit")

    def with_feedback(self, user: User) -> Self:
        from visits.models import Feedback

        return self.prefetch_related(
            Prefetch("feedback", Feedback.objects.visible_to(user).select_related("by"), to_attr="answers")
        )


class FeedbackQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(
            buildings_within(user.scope, "finding__") | Q(finding__household__in=user.scope.households)
        ).scoped()


def campaign_shown(user: User, asked: str = "") -> Campaign | None:
    """The round that was asked for by its id, else the open one, else the latest; None where there is none."""
    from visits.models import Campaign

    rounds = Campaign.objects.visible_to(user)
    if asked:
        try:
            return rounds.filter(pk=UUID(asked)).first()
        except ValueError:
            return None
    return rounds.order_by("-state", "-year", "-quarter").first()
