"""Reads of the rounds and of the doors they go to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import Count, Q, Sum

from core import clock
from core.quarters import Month
from core.scoping import ScopedQuerySet
from grids.querysets import buildings_within
from visits.fields import HOUSEHOLD_FIELDS
from visits.querysets.within import settled_by

if TYPE_CHECKING:
    from community.models import User
    from visits.models import Campaign


class CampaignQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """That there is a round, and when, is no secret within the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def managed_by(self, user: User) -> Self:
        """Rounds that the user opens and closes."""
        return self.filter(community__in=user.scope.offices_communities).scoped()

    def open(self) -> Self:
        return self.filter(state="open")

    def not_closed(self) -> Self:
        """The round that is being prepared or walked."""
        return self.exclude(state="closed")

    def with_progress(self) -> Self:
        """With the numbers of its quarterly targets."""
        return self.annotate(**_progress("targets__"))


class TargetQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The doors of one's duty."""
        return self.filter(buildings_within(user.scope)).scoped()

    def handed_by(self, user: User) -> Self:
        """The doors that the user may give to somebody else: the office, and the leader of the grid."""
        return self.filter(settled_by(user.scope)).scoped()

    def for_list(self) -> Self:
        return self.select_related("household__dwelling", "building", "assignee")

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


class HandoverQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(buildings_within(user.scope, "target__")).scoped()


class RoundSheetQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The printed sheets of the buildings of one's duty."""
        return self.filter(buildings_within(user.scope)).scoped()


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
