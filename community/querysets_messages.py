"""Reads of what leaves the portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.fields import is_filled
from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class ChannelQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office."""
        return self.filter(community__in=user.scope.offices_communities).scoped()


class ChoiceQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own; nobody else needs to know where somebody reads mail."""
        return self.filter(user=user).scoped()

    def with_address(self) -> Self:
        """Those to whom mail goes."""
        return self.filter(is_filled("address"))


class DeliveryQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and for the office all of the community."""
        return self.filter(Q(user=user) | Q(community__in=user.scope.offices_communities)).scoped()

    def not_arrived(self) -> Self:
        """What was given up, the newest first, with whom it is for."""
        rows = self.filter(state="given_up")
        return rows.select_related("user", "channel", "grid", "notice").order_by("-ended_at", "-pk")
