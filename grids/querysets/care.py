"""Reads of care."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from core.terms import TermQuerySet
from grids.querysets.within import households_within

if TYPE_CHECKING:
    from community.models import User


class CareTagQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """Those who look after the household, and the household itself; not a steward of another building."""
        return self.filter(households_within(user.scope)).scoped()


class PairingQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """Those who look after the household, the household itself, and the steward who is paired."""
        return self.filter(households_within(user.scope)).scoped()
