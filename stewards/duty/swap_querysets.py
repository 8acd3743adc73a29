"""Reads of swaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class SwapQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Those for one's own seat, those one was asked about, and for the office the community's."""
        mine = Q(seat__steward__user=user.pk) | Q(pk__in=_asked(user))
        return self.filter(mine | Q(community__in=user.scope.offices_communities)).scoped()


class SwapAskQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own answers, and for the office and for whoever asked all of them."""
        mine = Q(steward__user=user.pk) | Q(swap__seat__steward__user=user.pk)
        return self.filter(mine | Q(community__in=user.scope.offices_communities)).scoped()


def _asked(user: User) -> Any:
    from stewards.models import SwapAsk

    asks = SwapAsk.objects.unscoped(reason="the swaps about which one was asked, as part of a narrowed query")
    return asks.filter(steward__user=user.pk).values("swap")
