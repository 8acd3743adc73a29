"""Reads of what the office looks after a round with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Q

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class OfficeQuerySet(ScopedQuerySet[Any]):
    """Rows that nobody but the office reads."""

    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.offices_communities).scoped()


class SampleQuerySet(OfficeQuerySet):
    def with_counts(self) -> Self:
        """With how many were reached, and how many of these said something else than was written."""
        reached = ~Q(rechecks__outcome__in=["", "not_reached"])
        differs = Q(rechecks__outcome__in=["differs", "not_visited"])
        return self.annotate(
            reached=Count("rechecks", filter=reached), differing=Count("rechecks", filter=differs)
        ).select_related("drawn_by")


class RecheckQuerySet(OfficeQuerySet):
    def waiting(self) -> Self:
        """Calls that somebody still has to make."""
        return self.filter(outcome__in=["", "not_reached"])

    def for_list(self) -> Self:
        return self.select_related("visit__by", "visit__household__dwelling", "called_by")


class TalkQuerySet(OfficeQuerySet):
    def with_oneself(self, user: User) -> Self:
        """What was said with the user about the user's own visits."""
        return self.filter(walker=user).scoped()

    def for_list(self) -> Self:
        return self.select_related("walker", "by")


class DeviceQuerySet(OfficeQuerySet):
    def unsent(self) -> Self:
        """With visits that have not been sent yet."""
        return self.filter(unsent__gt=0)
