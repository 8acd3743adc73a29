"""Reads of budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Prefetch

from core.scoping import ScopedQuerySet
from property.querysets import sees_books

if TYPE_CHECKING:
    from community.models import User
    from property.models import Book


class BudgetQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The budgets of a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def approved(self) -> Self:
        return self.filter(state="approved")

    def newest_first(self) -> Self:
        return self.order_by("-year", "-version")

    def for_page(self) -> Self:
        """With who drafted and approved it, and its lines in `rows`."""
        from property.models import BudgetLine

        found = "lines of a budget found already"
        lines = BudgetLine.objects.unscoped(reason=found).select_related("account").order_by("account__code", "fund")
        people = self.select_related("book__estate", "drafted_by", "approved_by", "resolution")
        return people.prefetch_related(Prefetch("lines", lines, to_attr="rows"))


class BudgetLineQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user, "budget__book__")).scoped()
