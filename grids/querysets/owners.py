"""Reads of who owns what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet

if TYPE_CHECKING:
    from community.models import User


def owned_within(user: User, prefix: str = "") -> Q:
    """The office; the leader for the buildings of the grid; the committee for its estate."""
    scope = user.scope
    return (
        Q(community__in=scope.offices_communities)
        | Q(**{f"{prefix}estate__in": scope.estates})
        | Q(**{f"{prefix}ownerships__dwelling__building__grid__in": scope.grids})
    )


class OwnerGroupQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owned_within(user)).distinct().scoped()


class OwnerQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owned_within(user, "group__")).distinct().scoped()


class OwnershipQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities)
            | Q(group__estate__in=scope.estates)
            | Q(dwelling__building__grid__in=scope.grids)
        ).scoped()
