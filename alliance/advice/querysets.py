"""Reads of the advisory group: its sessions, its recommendations, the studies it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from community.roles import Role
from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import Community, User

READERS = (Role.ADVISER, Role.COMMUNITY_STAFF, Role.SECRETARY)


class AdviceQuerySet(ScopedQuerySet[Any]):
    """What belongs to the advisory group of a community: its advisers and the office read it."""

    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.ids("community", *READERS)).scoped()

    def of_community(self, community: Community) -> Self:
        """All rows of a community; the caller shows of them what is public."""
        return self.filter(community=community).scoped()
