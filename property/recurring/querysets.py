"""Reads of vouchers that come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Prefetch

from core.scoping import ScopedQuerySet
from property.querysets import sees_books

if TYPE_CHECKING:
    from community.models import User
    from property.models import Book


class RecurringVoucherQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """What comes back in a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def running(self) -> Self:
        """What has not been stopped."""
        return self.filter(stopped_at__isnull=True)

    def for_page(self) -> Self:
        """With lines in `rows` and the months already drafted in `drafted`."""
        from property.models import RecurringDraft, RecurringLine

        found = "parts of a recurring voucher found already"
        lines = RecurringLine.objects.unscoped(reason=found).select_related("account").order_by("line")
        drafts = RecurringDraft.objects.unscoped(reason=found).select_related("voucher__month").order_by("-month")
        return self.select_related("book__estate").prefetch_related(
            Prefetch("lines", lines, to_attr="rows"), Prefetch("drafts", drafts, to_attr="drafted")
        )


class RecurringPartQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user, "recurring__book__")).scoped()
