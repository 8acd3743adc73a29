"""Reads of fees. Sums are made in whole fen, so that they are exact on every database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from core.quarters import Month
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet
from property.querysets import fen_sum, sees_books

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household
    from property.models import Book, Voucher

# Whose a row is: what was registered twice and made one owes and pays as one.
OWNER = Coalesce("household__merged_into", "household")
BILL_OWNER = Coalesce("bill__household__merged_into", "bill__household")


def sees_fees(user: User) -> Q:
    """Whether a row is of books the user reads, or of the user's own household."""
    return sees_books(user) | of_own(user)


def of_own(user: User, prefix: str = "") -> Q:
    """Whether a row is of the user's own household, or of a record that was made one with it."""
    own = user.scope.households
    return Q(**{f"{prefix}household__in": _records(Q(pk__in=own) | Q(merged_into__in=own))}) if own else Q(pk__in=())


def belongs_to(household: Household) -> Q:
    """Whether a row is the household's, or of a record that was made one with it."""
    return Q(household__in=_records(Q(pk=household.pk) | Q(merged_into=household.pk)))


def _records(those: Q) -> Any:
    """Ids of households, as a query of its own: the rows that hang on them are then found by their index."""
    from grids.models import Household

    return Household.objects.unscoped(reason="records of households already found").filter(those).values("pk")


class FeeScheduleQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What everybody pays is no secret: the committee, the secretary, and whoever lives in the estate."""
        from grids.models import Building

        own = Building.objects.unscoped(reason="estates of one's own household")
        lives = own.filter(households__in=user.scope.households).values("estate")
        return self.filter(sees_books(user) | Q(book__estate__in=lives)).scoped()

    def of_book(self, book: Book) -> Self:
        """The rates of a book found through its own `visible_to`."""
        return self.filter(community=book.community_id, book=book).scoped()

    def within(self, first: Month, last: Month) -> Self:
        """Rates that hold in one of these months at least."""
        return self.filter(Q(last_month="") | Q(last_month__gte=str(first)), first_month__lte=str(last))


class _OfHouseholds(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The committee of the estate, the secretary of the community, and the household itself."""
        return self.filter(sees_fees(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The rows of a book found through its own `visible_to`."""
        return self.filter(community=book.community_id, book=book).scoped()

    def of_household(self, household: Household) -> Self:
        """The rows of a household found already, and of what was registered twice and is one with it now."""
        return self.filter(belongs_to(household)).scoped()


class _TermsOfHouseholds(TermQuerySet):
    """As `_OfHouseholds`, of what holds from one day to another."""

    def visible_to(self, user: User) -> Self:
        return self.filter(sees_fees(user)).scoped()

    def of_book(self, book: Book) -> Self:
        return self.filter(community=book.community_id, book=book).scoped()

    def of_household(self, household: Household) -> Self:
        return self.filter(belongs_to(household)).scoped()


class VehicleQuerySet(_TermsOfHouseholds):
    pass


class ReliefQuerySet(_TermsOfHouseholds):
    pass


class BillingRunQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        return self.filter(community=book.community_id, book=book).scoped()

    def latest_first(self) -> Self:
        return self.order_by("-run_at", "-pk")


class BillQuerySet(_OfHouseholds):
    def of_months(self, first: Month, last: Month) -> Self:
        return self.filter(month__range=(str(first), str(last)))

    def with_paid(self, on: date | None = None) -> Self:
        """With `paid_fen`: what was allocated to the bill, until the end of `on` (None: until now)."""
        from property.models import Allocation

        rows = Allocation.objects.unscoped(reason="what was paid of bills that are in scope themselves")
        if on is not None:
            rows = rows.filter(day__lte=on)
        return self.annotate(paid_fen=Coalesce(Subquery(rows.of_outer_bill()), 0))

    def oldest_first(self) -> Self:
        return self.order_by("month", "due_on", "pk")


class PaymentQuerySet(_OfHouseholds):
    def within(self, first: date, last: date) -> Self:
        """What was received and given back from `first` to `last`; balances brought forward are neither."""
        return self.filter(paid_on__range=(first, last)).exclude(kind="opening")

    def unposted(self) -> Self:
        """Those that are on no voucher, or on one that was given up; what was brought forward is never on one."""
        return self.filter(Q(voucher__isnull=True) | Q(voucher__state="voided")).exclude(kind="opening")

    def of_voucher(self, voucher: Voucher) -> Self:
        """The payments of a day's voucher found already."""
        return self.filter(voucher=voucher).scoped()

    def latest_first(self) -> Self:
        return self.order_by("-year", "-number", "-pk")

    def for_list(self) -> Self:
        return self.select_related("household__dwelling", "account", "taken_by")


class AllocationQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user, "bill__book__") | of_own(user, "bill__")).scoped()

    def of_book(self, book: Book) -> Self:
        return self.filter(community=book.community_id, bill__book=book).scoped()

    def of_outer_bill(self) -> Any:
        """As a subquery: the fen allocated to the bill of the row outside."""
        return self.filter(bill=OuterRef("pk")).order_by().values("bill").annotate(fen=fen_sum("amount")).values("fen")

    def of_bills(self, bills: Collection[Any]) -> Self:
        """What was allocated to bills found already."""
        return self.filter(bill__in=bills).scoped()

    def from_payments(self) -> Self:
        return self.filter(payment__isnull=False)
