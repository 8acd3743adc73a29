"""Reads of the partner units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class PartnerQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Partners are known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()
