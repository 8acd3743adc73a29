"""Reads of what lies under a publication's root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User
    from property.models import Publication


class LeafQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What the own household paid, once it is published; nobody else's, whatever the office."""
        homes = user.scope.households
        own = Q(household__in=homes) | Q(household__merged_into__in=homes)
        return self.filter(own, publication__state__in=("published", "superseded")).scoped()

    def of(self, publication: Publication) -> Self:
        """All leaves of a publication found already: for the tree, never for a page."""
        return self.filter(publication=publication).order_by("hash").scoped()


class RootQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Nobody asks for a root by itself: it comes with its publication."""
        return self.none()

    def of(self, publication: Publication) -> Self:
        return self.filter(publication=publication).scoped()
