"""Reads of the red stewards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from community.access import Permission
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet

if TYPE_CHECKING:
    from community.models import User


def own_or_managed(user: User, prefix: str = "steward__") -> Q:
    """What belongs to a steward: their own to themselves, all of the community's to its office."""
    return Q(**{f"{prefix}user": user.pk}) | Q(community__in=user.scope.offices_communities)


class SkillQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What stewards can do is known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()


class StewardQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The stewards of the communities in which the user works with them."""
        if not user.scope.may(Permission.STEWARDS_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()


class StewardSkillQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class AvailabilityQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class ExceptionQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class PauseQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class BlockedPairQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Only the office: neither of the two learns of it."""
        return self.filter(community__in=user.scope.offices_communities).scoped()
