"""Reads of the keys of other systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from community.roles import Role
from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class ApiKeyQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the secretary alone."""
        return self.filter(community__in=user.scope.ids("community", Role.SECRETARY)).scoped()
