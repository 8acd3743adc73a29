"""Reads of the places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Q

from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet
from grids.querysets.within import buildings_within

if TYPE_CHECKING:
    from community.models import User


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


class BuildingInGridQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.communities).scoped()


class UnitQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.communities).scoped()


class DwellingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The doors of the buildings in one's duty, and one's own."""
        return self.filter(buildings_within(user.scope) | Q(households__in=user.scope.households)).distinct().scoped()
