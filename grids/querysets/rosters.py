"""Reads of uploaded rosters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from core.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from community.models import User


class RosterUploadQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office that imports rosters, whoever of it sent the file."""
        return self.filter(community__in=user.scope.offices_communities).scoped()

    def for_list(self) -> Self:
        """With the sender, without the sealed file and preview."""
        return self.select_related("owner", "community").defer("sealed_content", "sealed_preview")

    def for_page(self) -> Self:
        """With the sender and the preview, without the file, which may be many megabytes."""
        return self.select_related("owner", "community").defer("sealed_content")


class RosterPageQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.offices_communities).scoped()


class RosterHeadingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.offices_communities).scoped()


class RosterDoubtQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office that imports rosters."""
        return self.filter(community__in=user.scope.offices_communities).scoped()

    def open(self) -> Self:
        return self.filter(state="open")
