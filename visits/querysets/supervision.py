"""Reads of what the office looks after a round with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class OfficeQuerySet(ScopedQuerySet[Any]):
    """Rows that nobody but the office reads."""

    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.offices_communities).scoped()


class SampleQuerySet(OfficeQuerySet):
    pass


class RecheckQuerySet(OfficeQuerySet):
    pass


class TalkQuerySet(OfficeQuerySet):
    pass


class DeviceQuerySet(OfficeQuerySet):
    def unsent(self) -> Self:
        """With visits that have not been sent yet."""
        return self.filter(unsent__gt=0)
