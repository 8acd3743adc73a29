"""Reads of hand-overs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet
from property.querysets import sees_books

if TYPE_CHECKING:
    from community.models import User
    from property.models import Book


class HandoverQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Who may read the books, and the two between whom the office passes: one of them may hold none that day."""
        return self.filter(sees_books(user) | Q(leaving=user) | Q(successor=user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The hand-overs of a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def open(self) -> Self:
        return self.filter(state="open")

    def for_page(self) -> Self:
        return self.select_related("book__estate", "book__community", "leaving", "successor", "witness", "begun_by")
