"""Reads of cash counts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from core.scoping import ScopedQuerySet
from property.querysets import sees_books

if TYPE_CHECKING:
    from community.models import User
    from property.models import Book


class CashCountQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The counts of a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def witnessed(self) -> Self:
        return self.filter(witnessed_at__isnull=False)

    def waiting(self) -> Self:
        """Counted by one, not yet confirmed by the other, not taken back."""
        return self.filter(witnessed_at__isnull=True, withdrawn_at__isnull=True)

    def between(self, first: date, last: date) -> Self:
        """Counted on these days, both included."""
        return self.filter(counted_on__range=(first, last))

    def for_page(self) -> Self:
        return self.select_related("book__estate", "account", "counted_by", "witnessed_by", "voucher__month")
