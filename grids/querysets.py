"""Reads of places and people."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from community.access import Scope
from core import clock
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet, holds_on

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Building, Household


def buildings_within(scope: Scope, prefix: str = "") -> Q:
    """The condition that a building lies where the user has a duty: the office, the grid, the building itself."""
    building = f"{prefix}building__" if prefix != "self" else ""
    pk = f"{building}pk" if building else "pk"
    return (
        Q(community__in=scope.offices_communities)
        | Q(**{f"{building}grid__in": scope.grids})
        | Q(**{f"{pk}__in": scope.buildings})
    )


def households_within(scope: Scope, prefix: str = "household__") -> Q:
    """The same for rows that hang on a household, and one's own household."""
    return buildings_within(scope, prefix) | Q(**{f"{prefix}pk__in": scope.households})


def door_matches(words: str) -> Q:
    """The condition that a household's door is the one in the words, however it is written."""
    parts = words.split("-")
    if len(parts) == 4:
        estate, building, unit, room = parts
        return Q(
            building__estate__code=estate,
            building__number=building,
            dwelling__unit__number=unit,
            dwelling__room_no=room,
        )
    return Q(dwelling__label__contains=words)


class EstateQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Estates are known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def managed_by(self, user: User) -> Self:
        """Estates on whose committee the user sits."""
        return self.filter(pk__in=user.scope.estates).scoped()


class GridQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Grids are known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def led_by(self, user: User) -> Self:
        """The grids that the user leads; for the office all of them."""
        return self.filter(Q(pk__in=user.scope.grids) | Q(community__in=user.scope.offices_communities)).scoped()


class BuildingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Which buildings there are is no secret within the community; who lives in them is."""
        return self.filter(community__in=user.scope.communities).scoped()

    def in_duty_of(self, user: User) -> Self:
        """The buildings whose households the user looks after."""
        return self.filter(buildings_within(user.scope, "self")).scoped()

    def with_counts(self) -> Self:
        """Annotated with `living`: the households that live in each."""
        return self.annotate(living=Count("households", filter=Q(households__left_on__isnull=True)))


class UnitQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.communities).scoped()


class DwellingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The doors of the buildings in one's duty, and one's own."""
        return self.filter(buildings_within(user.scope) | Q(households__in=user.scope.households)).distinct().scoped()


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
        """Whose door or whose member's name, pinyin or initials begins with the words; `225-3-2-501` is a door."""
        from grids.models import Membership

        members = Membership.objects.unscoped(reason="members of households that are in scope themselves").current()
        named = members.filter(
            Q(resident__name__startswith=words)
            | Q(resident__pinyin__startswith=words.lower())
            | Q(resident__initials__startswith=words.lower())
        )
        return self.living_here().filter(door_matches(words) | Exists(named.filter(household=OuterRef("pk"))))

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

    def with_care(self) -> Self:
        """Annotated with `has_care`: whether an open care tag exists."""
        from grids.models import CareTag

        tags = CareTag.objects.unscoped(reason="a yes or no about households that are in scope themselves")
        return self.annotate(has_care=Exists(tags.current().filter(household=OuterRef("pk"))))


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

    def as_of(self, day: date) -> Self:
        """Who lived here on `day`."""
        return self.at(day)


class CareTagQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """Those who look after the household, and the household itself; not a steward of another building."""
        return self.filter(households_within(user.scope)).scoped()


class RosterUploadQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office that imports rosters, whoever of it sent the file."""
        return self.filter(community__in=user.scope.offices_communities).scoped()

    def for_list(self) -> Self:
        """With the sender, without the sealed file and preview."""
        return self.select_related("owner", "community").defer("sealed_content", "sealed_preview")
