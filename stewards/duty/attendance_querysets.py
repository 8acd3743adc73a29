"""Reads of who came, who did not, and where one says that one is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from community.access import Permission
from core import clock
from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class CheckInPointQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Whoever is on duty in the community finds the place whose code they have scanned."""
        if not user.scope.may(Permission.STEWARDS_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()


class AttendanceQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and for the office the community's."""
        own = Q(seat__steward__user=user.pk)
        return self.filter(own | Q(community__in=user.scope.offices_communities)).scoped()


class NoShowQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Between the steward and the office; nobody else learns of it."""
        return self.filter(Q(volunteer=user.pk) | Q(community__in=user.scope.offices_communities)).scoped()

    def standing(self) -> Self:
        """Those that still count: not over, and not taken back after an appeal."""
        return self.filter(expires_on__gte=clock.today()).exclude(lifted=True)
