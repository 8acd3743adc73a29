"""Reads of proposals, consents, erasures and merges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet

if TYPE_CHECKING:
    from community.models import User


class ProposalQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Those who decide: the office and the leader of the grid; and whoever lives in the household."""
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities)
            | Q(building__grid__in=scope.grids)
            | Q(household__in=scope.households)
        ).scoped()

    def in_duty_of(self, user: User) -> Self:
        """For those who decide: the office and the leader of the grid."""
        scope = user.scope
        return self.filter(Q(community__in=scope.offices_communities) | Q(building__grid__in=scope.grids)).scoped()

    def open(self) -> Self:
        return self.filter(state="open")

    def for_list(self) -> Self:
        """With what a list shows already joined."""
        return self.select_related("household__dwelling", "resident", "decided_by")


class ConsentQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own, for the office, and for the leader who asks for them at the door."""
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities)
            | Q(household__building__grid__in=scope.grids)
            | Q(household__in=scope.households)
        ).scoped()

    def given(self) -> Self:
        """What still holds: it has not been withdrawn. A withdrawal counts at once, on its own day too."""
        return self.filter(ends_on__isnull=True)


class ErasureRequestQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office that answers, and for whoever asked."""
        return self.filter(Q(community__in=user.scope.offices_communities) | Q(asked_by=user)).scoped()

    def open(self) -> Self:
        return self.filter(state="open")

    def for_list(self) -> Self:
        """With what a list shows already joined."""
        return self.select_related("resident", "household__dwelling")


class MergeQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office alone: a merge may join households of several grids."""
        return self.filter(community__in=user.scope.offices_communities).scoped()


class NotSameQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office that looks for duplicates."""
        return self.filter(community__in=user.scope.offices_communities).scoped()
