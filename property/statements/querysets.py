"""Reads of statements and their rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet
from property.querysets import sees_books

if TYPE_CHECKING:
    from community.models import User
    from property.models import Account, Book


class StatementFormatQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Headings alone, for whoever reads books of the community."""
        return self.filter(community__in=user.scope.communities).scoped()


class StatementQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The statements of a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def for_list(self) -> Self:
        """With sender and account, without the sealed file and preview."""
        return self.select_related("owner", "account", "book__estate").defer("sealed_content", "sealed_preview")

    def for_page(self) -> Self:
        """With the preview, without the file, which may be many megabytes."""
        return self.select_related("owner", "account", "book__estate").defer("sealed_content")


class StatementRowQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user, "account__book__")).scoped()

    def of_book(self, book: Book) -> Self:
        return self.filter(community=book.community_id, account__book=book).scoped()

    def of_account(self, account: Account) -> Self:
        """The rows of an account found before, from the oldest to the newest."""
        return self.filter(community=account.community_id, account=account).scoped()

    def waiting(self) -> Self:
        """What moved money and is not matched with anything yet."""
        return self.filter(match="none").exclude(amount=0)

    def until(self, last_day: date) -> Self:
        return self.filter(Q(day__lte=last_day))

    def for_list(self) -> Self:
        return self.select_related("account__book__estate", "voucher__month", "payment__household__dwelling")

    def for_page(self) -> Self:
        """One row with its statement, without the sealed file and preview."""
        return (
            self.for_list()
            .select_related("statement", "matched_by")
            .defer("statement__sealed_content", "statement__sealed_preview")
        )
