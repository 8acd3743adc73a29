"""Reads of how requests come in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from community.roles import Role
from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class FixtureQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """A sign on a lamp is no secret to those who belong here."""
        return self.filter(community__in=user.scope.communities).scoped()

    def in_use(self) -> Self:
        return self.filter(is_active=True)


class DraftQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own alone."""
        return self.filter(user=user).scoped()


class InformantQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The own word, and the secretary's community."""
        secretary = user.scope.ids("community", Role.SECRETARY)
        return self.filter(Q(user=user) | Q(community__in=secretary)).scoped()
