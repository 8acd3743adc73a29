"""Reads of what auditors said they open the books for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from core import clock
from core.scoping import ScopedQuerySet
from property.querysets import sees_books

if TYPE_CHECKING:
    from community.models import User
    from property.models import Book


class AuditPurposeQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The purposes given for a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def valid(self) -> Self:
        """What still holds: a purpose is good for the day on which it was given."""
        return self.filter(day=clock.today())
