"""Reads of the books. Totals come from the kept monthly balances, never from a scan of the postings."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Prefetch, Q, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Round

from community.roles import Role
from core.quarters import Month
from core.scoping import ScopedQuerySet
from property import chart, last_rows
from property.last_rows import in_yuan

if TYPE_CHECKING:
    from community.models import User
    from property.models import Account, Book

FEN = Decimal("0.01")


def sees_books(user: User, book: str = "book__") -> Q:
    """Whether a row belongs to books the user may read: the estate's committee, its auditor, the community's
    secretary."""
    scope = user.scope
    own = Q(**{f"{book}estate__in": scope.estates | scope.audited})
    return own | Q(community__in=scope.ids("community", Role.SECRETARY))


def fen_of(yuan: Combinable) -> Combinable:
    """Yuan as whole fen, so that sums are exact on every database."""
    return Cast(Round(yuan * 100), BigIntegerField())


def fen_sum(field: str, less: str = "", **options: Any) -> Combinable:
    """The sum of a yuan column (less another one, row by row) in whole fen; 0 for no rows."""
    return Coalesce(Sum(fen_of(F(field) - F(less) if less else F(field)), **options), 0)


def yuan_of(fen: int) -> Decimal:
    """Whole fen as yuan."""
    return (Decimal(fen) * FEN).quantize(FEN)


class _Told(NamedTuple):
    pk: int
    code: str
    name: str
    kind: str
    normal_side: str
    is_money: bool


class ToldAccount(chart.AccountWords, _Told):
    """An account as a statement tells it; a row of the model takes ten times as long to make."""

    __slots__ = ()


class StatementRow(NamedTuple):
    """An account and fund over a period; `opening` and `closing` in yuan, debit positive."""

    account: ToldAccount
    fund: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    @property
    def grown(self) -> Decimal:
        """What the account grew by in the period, on its kind's own side: income earned, cost incurred."""
        change = self.debit - self.credit
        return change if chart.normal_side(self.account.kind) == chart.Side.DEBIT else -change

    @property
    def normal_opening(self) -> Decimal:
        """The opening balance as it is read aloud: positive on the account's normal side."""
        return self.opening if self.account.normal_side == chart.Side.DEBIT else -self.opening

    @property
    def normal_closing(self) -> Decimal:
        """The closing balance, positive on the account's normal side."""
        return self.closing if self.account.normal_side == chart.Side.DEBIT else -self.closing


class BookQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The committee of the estate and the secretary of the community."""
        return self.filter(sees_books(user, "")).scoped()

    def for_page(self) -> Self:
        return self.select_related("estate")


# After every month there is.
_NOW = "9999-12"


class AccountQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The accounts of a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def postable(self) -> Self:
        return self.filter(takes_postings=True)

    def statement(self, book: Book, first: Month, last: Month) -> list[StatementRow]:
        """Every account and fund of a book found through its own `visible_to`, with opening, movement and closing of
        `first` to `last`, in the order of their codes; what is zero throughout is left out. One query, as long as the
        book may be."""
        statement = []
        for *told, fund, closing, debits, credited in last_rows.movements(book.pk, str(first), str(last)):
            debit, credit = debits or 0, credited or 0
            opening = closing - debit + credit
            if opening or debit or credit:
                sums = in_yuan(opening), in_yuan(debit), in_yuan(credit)
                statement.append(StatementRow(ToldAccount._make(told), fund, *sums))
        return sorted(statement, key=lambda row: (row.account.code, row.fund))

    def balances(self, last: Month | None = None) -> dict[tuple[str, str], Decimal]:
        """What every one of these accounts and its funds has come to at the end of `last` (None: now), in yuan, debit
        positive, by code and fund; those without a posting have none. One query."""
        found = last_rows.balances(self, _NOW if last is None else str(last))
        return {(code, fund): balance for code, fund, balance in sorted(found)}

    def money_by_fund(self, last: Month | None = None) -> dict[str, Decimal]:
        """The cash, bank and wallet balance of every fund at the end of `last` (None: now), in yuan."""
        held = {str(fund): Decimal("0.00") for fund in chart.Fund}
        for (_code, fund), balance in self.filter(is_money=True).balances(last).items():
            held[fund] += balance
        return held


class LedgerMonthQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        return self.filter(book=book).scoped()

    def open(self) -> Self:
        return self.filter(state="open")

    def closed(self) -> Self:
        return self.filter(state="closed")

    def with_counts(self) -> Self:
        """With `unfinished`: how many vouchers of the month are on their way."""
        from property.models import Voucher

        rows = Voucher.objects.unscoped(reason="a count for months that are in scope themselves")
        own = rows.filter(community=OuterRef("community"), book=OuterRef("book"), month=OuterRef("pk"))
        count = own.unfinished().order_by().values("month").annotate(count=Count("pk")).values("count")
        return self.annotate(unfinished=Coalesce(Subquery(count), 0))


class VoucherQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The committee of the estate and the secretary of the community; nobody else."""
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        return self.filter(book=book).scoped()

    def posted(self) -> Self:
        return self.filter(state="posted")

    def unfinished(self) -> Self:
        return self.filter(state__in=self.model.UNFINISHED)

    def for_list(self) -> Self:
        """With what a list shows already joined."""
        return self.select_related("month", "book__estate")

    def latest_first(self) -> Self:
        return self.order_by("-day", "-id")

    def touching(self, code: str) -> Self:
        """Vouchers with a line on the account of this code."""
        from property.models import Posting

        touched = Posting.objects.unscoped(reason="lines of vouchers that are in scope themselves")
        return self.filter(Exists(touched.filter(voucher=OuterRef("pk"), account__code=code)))

    def for_page(self) -> Self:
        """One voucher with the people, the month and the lines of its paper: `lines` and `paper_lines`."""
        from property.models import Posting, VoucherAttachment

        found = "lines of a voucher found through visible_to"
        return self.select_related(
            "book__estate", "month", "drafted_by", "reviewed_by", "settled_by", "returned_by", "reverses__month"
        ).prefetch_related(
            Prefetch(
                "postings",
                Posting.objects.unscoped(reason=found).select_related("account"),
                to_attr="lines",
            ),
            Prefetch(
                "papers",
                VoucherAttachment.objects.unscoped(reason=found).select_related("attachment"),
                to_attr="paper_lines",
            ),
        )


class PostingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user, "voucher__book__")).scoped()

    def posted_to(self, account: Account, first: Month, last: Month) -> Self:
        """What was posted to an account (found through `visible_to`) in these months, in the order of posting."""
        return (
            self.filter(
                account=account,
                voucher__state="posted",
                voucher__book=account.book_id,
                voucher__month__month__range=(str(first), str(last)),
            )
            .select_related("voucher__month")
            .order_by("voucher__sequence", "line")
            .scoped()
        )


class VoucherAttachmentQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user, "voucher__book__")).scoped()


class MonthlyBalanceQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(sees_books(user)).scoped()

    def of_book(self, book: Book) -> Self:
        """The kept balances of a book found through its own `visible_to`."""
        return self.filter(book=book).scoped()

    def grown(self, first: Month, last: Month) -> dict[Month, dict[str, Decimal]]:
        """How much the accounts of each kind grew by in every month of the period, in yuan, on the kind's own side:
        {Month(2026, 9): {"income": …, "expense": …, …}}. One query."""
        grown = {
            month: {str(kind): Decimal("0.00") for kind in chart.AccountKind} for month in Month.range(first, last)
        }
        found = (
            self.filter(month__range=(str(first), str(last)))
            .order_by()
            .values("month", "account__kind")
            .annotate(d=fen_sum("debit"), c=fen_sum("credit"))
            .values_list("month", "account__kind", "d", "c")
        )
        for month, kind, debit, credit in found:
            side = 1 if chart.normal_side(kind) == chart.Side.DEBIT else -1
            grown[Month.parse(month)][kind] = yuan_of(side * (debit - credit))
        return grown

    def by_month(self, first: Month, last: Month, kind: str) -> dict[Month, Decimal]:
        """`grown` of one kind of account alone."""
        return {month: kinds[kind] for month, kinds in self.grown(first, last).items()}
