"""Reads of volunteers' hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class HoursEntryQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and for the office the community's."""
        return self.filter(Q(volunteer=user.pk) | Q(community__in=user.scope.offices_communities)).scoped()


class SelfReportQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, those that name one as having been there, and for the office the community's."""
        mine = Q(volunteer=user.pk) | Q(witness=user.pk)
        return self.filter(mine | Q(community__in=user.scope.offices_communities)).scoped()


class CertificateQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and for the office the community's."""
        return self.filter(Q(volunteer=user.pk) | Q(community__in=user.scope.offices_communities)).scoped()
