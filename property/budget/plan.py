"""What was planned for a year, and what the books say beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from core.quarters import Month
from property.chart import AccountKind, AccountWords, Fund, Side, normal_side
from property.models import Account, Book, Budget
from property.querysets import StatementRow

ZERO = Decimal("0.00")
Key = tuple[str, str]  # account code, fund


@dataclass(slots=True)
class Row:
    """An account of a fund: what was planned and what came or went in the year so far, in yuan."""

    account: AccountWords
    fund: str
    planned: Decimal = ZERO
    actual: Decimal = ZERO
    note: str = ""

    @property
    def fund_label(self) -> str:
        return str(Fund(self.fund).label)

    @property
    def percent(self) -> int | None:
        """How much of the plan is reached, in whole percent; None where nothing was planned."""
        return percent_of(self.actual, self.planned)

    @property
    def left(self) -> Decimal:
        return self.planned - self.actual

    @property
    def is_over(self) -> bool:
        """A cost above its plan, or one that was not planned."""
        return self.account.kind != AccountKind.INCOME and self.actual > self.planned


@dataclass(slots=True)
class Part:
    """Income, costs, or what is bought and built, with the sums of its rows."""

    title: str
    rows: list[Row] = field(default_factory=list)

    @property
    def planned(self) -> Decimal:
        return sum((row.planned for row in self.rows), ZERO)

    @property
    def actual(self) -> Decimal:
        return sum((row.actual for row in self.rows), ZERO)

    @property
    def percent(self) -> int | None:
        return percent_of(self.actual, self.planned)


def percent_of(actual: Decimal, planned: Decimal) -> int | None:
    """`actual` in whole percent of `planned`, half up; None of nothing."""
    if not planned:
        return None
    return int((actual / planned * 100).quantize(Decimal(1), ROUND_HALF_UP))


def in_force(book: Book, year: int) -> Budget | None:
    """The newest approved budget of a year."""
    found: Budget | None = Budget.objects.of_book(book).of_year(year).approved().order_by("-version").first()
    return found


def planned(book: Book, year: int) -> dict[Key, Decimal]:
    """What the approved budget of a year says, in yuan by account code and fund; empty where none is approved.

    Of a book found through its own `visible_to`. Income and cost alike stand above zero.
    """
    budget = in_force(book, year)
    if budget is None:
        return {}
    lines = budget.lines.unscoped(reason="lines of a budget found already")
    return {(code, fund): amount for code, fund, amount in lines.values_list("account__code", "fund", "amount")}


def beside(book: Book, budget: Budget | None, year: int) -> list[Part]:
    """The budget (from `for_page()`; None: nothing planned) with what the books have of the year beside it."""
    rows: dict[Key, Row] = {}
    for line in budget.rows if budget else ():
        key = line.account.code, line.fund
        rows[key] = Row(line.account, line.fund, planned=line.amount, note=line.note)
    for one in Account.objects.statement(book, Month(year, 1), Month(year, 12)):
        if is_planned(one.account) and (one.debit or one.credit):
            row = rows.setdefault((one.account.code, one.fund), Row(one.account, one.fund))
            row.actual = moved(one)
    return _parts(rows[key] for key in sorted(rows))


def is_planned(account: AccountWords) -> bool:
    """Whether budgets speak of an account: income, costs, and what is bought or built."""
    return account.kind in {AccountKind.INCOME, AccountKind.EXPENSE} or account.code.startswith(("1501", "1505"))


def moved(row: StatementRow) -> Decimal:
    """How much came or went, on the side that is natural for the account's kind; what lessens it is below zero."""
    change = row.debit - row.credit
    return change if normal_side(row.account.kind) == Side.DEBIT else -change


def _parts(rows: Iterable[Row]) -> list[Part]:
    income, costs, built = Part(_("收入")), Part(_("支出")), Part(_("添置和工程"))
    of_kind = {str(AccountKind.INCOME): income, str(AccountKind.EXPENSE): costs}
    for row in rows:
        of_kind.get(row.account.kind, built).rows.append(row)
    return [part for part in (income, costs, built) if part.rows]
