"""The rows of a published quarter, and the one way in which they are written down and read again. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, get_type_hints

from django.db import models
from django.utils.translation import gettext, ngettext

from core.hashing import canonical
from core.quarters import Quarter
from property import chart
from property.chart import Fund


class Section(models.IntegerChoices):
    """The parts of a publication that are made of rows, numbered as on the sheet; the charts' figures come last."""

    FUNDS = 1
    ITEMS = 2
    SPENDING = 3
    CASH = 4
    HISTORY = 13


class BrokenLine(ValueError):
    """The cells of a frozen line cannot be read: somebody changed them."""


def account_label(code: str, name: str) -> str:
    """The name of an account as it was frozen; that of a standard account in the reader's language."""
    standard = chart.BY_CODE.get(code)
    return gettext(name) if standard and standard.name == name else name


@dataclass(frozen=True, slots=True)
class FundRow:
    """Section 1: the money of one fund. `other` moved money without being income or expenditure."""

    fund: str
    opening: Decimal
    income: Decimal
    expenditure: Decimal
    other: Decimal
    closing: Decimal

    @property
    def label(self) -> str:
        return str(Fund(self.fund).label)

    @property
    def ties_out(self) -> bool:
        return self.opening + self.income - self.expenditure + self.other == self.closing


@dataclass(frozen=True, slots=True)
class ItemRow:
    """Section 2: what an account of one fund brought, cost, or moved in the quarter and since January.

    `kind` is "income", "expense" or "other"; other items show what they did to the money, negative for money gone.
    """

    kind: str
    code: str
    name: str
    fund: str
    quarter: Decimal
    year: Decimal

    @property
    def label(self) -> str:
        return account_label(self.code, self.name)

    @property
    def fund_label(self) -> str:
        return str(Fund(self.fund).label)


@dataclass(frozen=True, slots=True)
class SpendingRow:
    """Section 3: one voucher with expenditure; `seal` is its hash in the chain of the books."""

    day: date
    month: str
    number: int
    summary: str
    payee: str
    amount: Decimal
    papers: int
    resolution: str
    seal: str

    @property
    def label(self) -> str:
        return gettext("%(month)s 记-%(number)d") % {"month": self.month, "number": self.number}

    @property
    def said(self) -> str:
        """To whom, which voucher, how many papers, on what resolution: the small line under the summary."""
        papers = ngettext("附件 %(n)d 张", "附件 %(n)d 张", self.papers) % {"n": self.papers} if self.papers else ""
        return " · ".join(part for part in (self.payee, self.label, papers, self.resolution) if part)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Something that stands in the books and not yet on the statement, in yuan; negative the other way round."""

    what: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CashRow:
    """Section 4: a money account in the books and on its statement, or counted. `difference` is what is left over."""

    code: str
    name: str
    book: Decimal
    statement: Decimal
    items: tuple[Outstanding, ...]
    difference: Decimal
    explanation: str
    counted_on: date | None
    counted_by: str
    witness: str

    @property
    def label(self) -> str:
        return account_label(self.code, self.name)

    @property
    def outstanding(self) -> Decimal:
        return sum((item.amount for item in self.items), Decimal("0.00"))

    @property
    def is_cash(self) -> bool:
        return self.code.startswith("1001")

    @property
    def ties_out(self) -> bool:
        return self.statement + self.outstanding + self.difference == self.book


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """The figures of one quarter in the chart of eight."""

    quarter: str
    income: Decimal
    expenditure: Decimal

    @property
    def period(self) -> Quarter:
        return Quarter.parse(self.quarter)


Row = FundRow | ItemRow | SpendingRow | CashRow | HistoryRow
KINDS: dict[int, type[Row]] = {
    Section.FUNDS: FundRow,
    Section.ITEMS: ItemRow,
    Section.SPENDING: SpendingRow,
    Section.CASH: CashRow,
    Section.HISTORY: HistoryRow,
}
_HINTS = {section: get_type_hints(kind) for section, kind in KINDS.items()}


def freeze(row: Row) -> str:
    """The row as canonical JSON."""
    return canonical(asdict(row)).decode()


def thaw(section: int, cells: str) -> Row:
    """Read a frozen row; raises BrokenLine for what `freeze` cannot have written."""
    try:
        kind = KINDS[section]
        data = json.loads(cells)
        row = kind(**{name: _read(hint, data.pop(name)) for name, hint in _HINTS[section].items()})
        if data or freeze(row) != cells:
            raise BrokenLine(cells)
    except (KeyError, TypeError, ValueError, AttributeError, InvalidOperation) as reason:
        raise BrokenLine(cells) from reason
    return row


def _read(hint: Any, value: Any) -> Any:
    if hint is Decimal:
        return Decimal(value)
    if hint in (date, date | None):
        return date.fromisoformat(value) if value is not None else None
    if hint == tuple[Outstanding, ...]:
        return tuple(_outstanding(item) for item in value)
    if not isinstance(value, hint):
        raise BrokenLine(str(value))
    return value


def _outstanding(item: Mapping[str, Any]) -> Outstanding:
    names = {field.name for field in fields(Outstanding)}
    if set(item) != names:
        raise BrokenLine(str(item))
    return Outstanding(str(item["what"]), Decimal(item["amount"]))
