"""Reads of households, people and who belongs where."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Exists, IntegerField, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce

from community.search import Sought
from core import clock
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet, holds_on
from grids.querysets.matching import door_matches, person_matches
from grids.querysets.within import buildings_within, grids_within, households_within

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Building, Household


class HouseholdQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own household; the households of one's grid or building; for the office all."""
        return self.filter(buildings_within(user.scope) | Q(pk__in=user.scope.households)).scoped()

    def own_of(self, user: User) -> Self:
        """The households that the user belongs to."""
        return self.filter(pk__in=user.scope.households).scoped()

    def living_in(self, building: Building) -> Self:
        """The households of one building, by unit and room, with the door and the head joined."""
        return (
            self.living_here()
            .filter(community=building.community_id, building=building)
            .select_related("dwelling__unit", "head")
            .order_by("dwelling__unit__number", "dwelling__room_no", "pk")
        )

    def matching(self, words: str) -> Self:
        """Who lives behind the door, or has the member, that the words mean; the search in the head finds the same."""
        from grids.models import Membership

        sought = Sought.of(words)
        door, person = door_matches(sought, prefix="dwelling__"), person_matches(sought, "resident__")
        found: Any = Q(pk__in=[]) if door is None else door
        if person is not None:
            members = Membership.objects.unscoped(reason="members of households that are in scope themselves").current()
            found |= Exists(members.filter(person, household=OuterRef("pk")))
        return self.living_here().filter(found)

    def living_here(self) -> Self:
        return self.filter(left_on__isnull=True)

    def for_list(self) -> Self:
        """With what a list shows already joined."""
        return self.select_related("dwelling", "head", "building__grid")

    def with_members(self, user: User) -> Self:
        """With the people who belong to each today, in `members`, and the open care tags, in `cares`."""
        from grids.models import CareTag, Membership

        return self.prefetch_related(
            Prefetch(
                "memberships",
                Membership.objects.visible_to(user).current().select_related("resident"),
                to_attr="members",
            ),
            Prefetch("care_tags", CareTag.objects.visible_to(user).current(), to_attr="cares"),
        )

    def with_carers(self, user: User) -> Self:
        """With those who look after each today, in `carers`."""
        from grids.models import Pairing

        rows = Pairing.objects.visible_to(user).holding().in_care().select_related("steward", "member")
        return self.prefetch_related(Prefetch("pairings", rows, to_attr="carers"))

    def to_decide(self, user: User) -> Self:
        """The households whose care the user decides: the leader for the grid, the office for the community."""
        return self.filter(community__in=user.scope.communities).filter(grids_within(user.scope, "")).scoped()

    def with_care(self) -> Self:
        """Annotated with `has_care`: whether an open care tag exists."""
        from grids.models import CareTag

        tags = CareTag.objects.unscoped(reason="a yes or no about households that are in scope themselves")
        return self.annotate(has_care=Exists(tags.current().filter(household=OuterRef("pk"))))

    def with_people(self) -> Self:
        """Annotated with `people`: how many residents have their primary home in each today."""
        from grids.models import Membership

        members = Membership.objects.unscoped(reason="a number of households that are in scope themselves").current()
        of_each = members.filter(household=OuterRef("pk"), is_primary=True).order_by().values("household")
        count = Subquery(of_each.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
        return self.annotate(people=Coalesce(count, 0))


class ResidentQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Whoever belongs, or belonged, to a household that the user may see."""
        from grids.models import Membership

        seen = Membership.objects.visible_to(user).filter(resident=OuterRef("pk"))
        return self.filter(Exists(seen)).scoped()

    def members_of(self, household: Household) -> Self:
        """Who belongs today to a household that the caller has found through its own `visible_to`."""
        return self.filter(holds_on(clock.today(), "memberships__"), memberships__household=household).scoped()


class MembershipQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(households_within(user.scope)).scoped()

    def named(self, words: str) -> Self:
        """Whose member's name, pinyin or initials begins with the words."""
        return self.filter(
            Q(resident__name__startswith=words)
            | Q(resident__pinyin__startswith=words.lower())
            | Q(resident__initials__startswith=words.lower())
        )

    def for_list(self, user: User) -> Self:
        """With the person, the door and the grid joined, and the person's open care tags in `resident.cares`."""
        from grids.models import CareTag

        tags = Prefetch("resident__care_tags", CareTag.objects.visible_to(user).current(), to_attr="cares")
        return self.select_related("resident", "household__dwelling", "household__building__grid").prefetch_related(
            tags
        )

    def as_of(self, day: date) -> Self:
        """Who lived here on `day`."""
        return self.at(day)

    def party_members(self) -> Self:
        """Party members who live in the household they belong to, and are alive today."""
        alive = Q(resident__deceased_on__isnull=True) | Q(resident__deceased_on__gt=clock.today())
        return self.filter(alive, is_primary=True, resident__is_party_member=True)
