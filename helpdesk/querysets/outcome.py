"""Reads of what came of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import Community, User


class StoryQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.communities).scoped()

    def public(self, community: Community) -> Self:
        """What everybody may read, without sign-in."""
        return self.filter(community=community, withdrawn_at__isnull=True).scoped()


class ThanksLetterQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, those to oneself, what the office has to pass on, and what was published."""
        scope = user.scope
        told = Q(published_at__isnull=False, withdrawn_at__isnull=True, community__in=scope.communities)
        own = Q(writer=user) | Q(to_user=user) | Q(logged_by=user)
        return self.filter(own | told | Q(community__in=scope.offices_communities)).scoped()

    def public(self, community: Community) -> Self:
        """What everybody may read, without sign-in."""
        return self.filter(community=community, published_at__isnull=False, withdrawn_at__isnull=True).scoped()


class RecurringSpotQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who lead the grid or work in the office."""
        scope = user.scope
        led = Q(building__grid__in=scope.grids) | Q(community__in=scope.offices_communities)
        return self.filter(led).scoped()
