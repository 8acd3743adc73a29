"""The rows of a published quarter, and the one way in which they are written down and read again. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, get_type_hints

from django.db import models
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.hashing import canonical
from core.quarters import Quarter
from property import chart
from property.chart import Fund


class Section(models.IntegerChoices):
    """The parts of a publication that are made of rows, numbered as on the sheet.

    The figures of the chart of quarters and the arrears by building, which belong to section 5, come last.
    """

    FUNDS = 1
    ITEMS = 2
    SPENDING = 3
    CASH = 4
    COLLECTION = 5
    STAFF = 6
    ASSETS = 7
    RESOLUTIONS = 8
    ANSWERS = 9
    HISTORY = 13
    AGEING = 14


class BrokenLine(ValueError):
    """The cells of a frozen line cannot be read: somebody changed them."""


def percent_of(part: Decimal | int, whole: Decimal | int | None) -> int:
    """The part in whole percent of the whole, half up; 0 for nothing of nothing."""
    return int((Decimal(part) * 100 / Decimal(whole)).quantize(Decimal(1), ROUND_HALF_UP)) if whole else 0


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
    `rate` is what is charged, in words; `receivable` and `received` are what was billed and paid in the quarter, None
    where nothing is billed; `budget` is the year's, None where none was decided.
    """

    kind: str
    code: str
    name: str
    fund: str
    quarter: Decimal
    year: Decimal
    rate: str = ""
    receivable: Decimal | None = None
    received: Decimal | None = None
    budget: Decimal | None = None

    @property
    def label(self) -> str:
        return account_label(self.code, self.name)

    @property
    def percent(self) -> int | None:
        """How much of the year's budget is earned or spent since January, rounded; None without a budget."""
        return percent_of(self.year, self.budget) if self.budget else None

    @property
    def fund_label(self) -> str:
        return str(Fund(self.fund).label)


@dataclass(frozen=True, slots=True)
class SpendingRow:
    """Section 3: one voucher with expenditure; `seal` is its hash in the chain of the books, `digests` the SHA-256
    of each of its papers."""

    day: date
    month: str
    number: int
    summary: str
    payee: str
    amount: Decimal
    papers: int
    resolution: str
    seal: str
    digests: tuple[str, ...] = ()

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
class CollectionRow:
    """Section 5: fees of the quarter over the whole estate, in yuan; `relief` and `prepaid` as in the fee books."""

    due: int
    paid: int
    billed: Decimal
    received: Decimal
    relief: Decimal
    prepaid: Decimal

    @property
    def label(self) -> str:
        return gettext("物业费收缴情况")

    @property
    def rate(self) -> int | None:
        """How many of a hundred households that owed something have paid; None where nobody owed."""
        return percent_of(Decimal(self.paid), Decimal(self.due)) if self.due else None


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """Section 5: what the households of one building owe at the end of the quarter, by its age, in yuan; no names."""

    building: str
    months_3: Decimal
    months_12: Decimal
    years_2: Decimal
    older: Decimal

    @property
    def label(self) -> str:
        return gettext("%(building)s的欠费") % {"building": self.building}

    @property
    def total(self) -> Decimal:
        return self.months_3 + self.months_12 + self.years_2 + self.older


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Section 6: a post, how many hold it, and what was paid for it in the quarter (None: not said)."""

    post: str
    people: int
    wages: Decimal | None = None
    note: str = ""

    @property
    def label(self) -> str:
        return self.post


class AssetKind(models.TextChoices):
    ASSET = "asset", _("资产")
    PROJECT = "project", _("项目")


@dataclass(frozen=True, slots=True)
class AssetRow:
    """Section 7: an asset or a project: who gave the money, who approved it, what it cost, how it stands."""

    kind: str
    name: str
    source: str
    approved_by: str
    amount: Decimal | None
    state: str
    custodian: str

    @property
    def label(self) -> str:
        return self.name

    @property
    def kind_label(self) -> str:
        return str(AssetKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class ResolutionRow:
    """Section 8: a resolution with both counts: owners and area in m², for it and altogether."""

    ref: str
    title: str
    decided_on: date | None
    people_for: int | None
    people_all: int | None
    area_for: Decimal | None
    area_all: Decimal | None

    @property
    def label(self) -> str:
        return " ".join(part for part in (self.ref, self.title) if part)

    @property
    def people_percent(self) -> int | None:
        return percent_of(self.people_for, self.people_all) if self.people_all and self.people_for is not None else None

    @property
    def area_percent(self) -> int | None:
        return percent_of(self.area_for, self.area_all) if self.area_all and self.area_for is not None else None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """Section 9: a question about an earlier quarter, without who asked it; `answered_on` None: still open."""

    quarter: str
    about: str
    asked_on: date
    text: str
    answer: str
    answered_on: date | None

    @property
    def label(self) -> str:
        return gettext("%(quarter)s · %(about)s") % {
            "quarter": Quarter.parse(self.quarter).label,
            "about": self.about,
        }


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """The figures of one quarter in the chart of eight."""

    quarter: str
    income: Decimal
    expenditure: Decimal

    @property
    def period(self) -> Quarter:
        return Quarter.parse(self.quarter)


TypedRow = StaffRow | AssetRow | ResolutionRow
Row = FundRow | ItemRow | SpendingRow | CashRow | CollectionRow | TypedRow | AnswerRow | HistoryRow | AgeingRow
KINDS: dict[int, type[Row]] = {
    Section.FUNDS: FundRow,
    Section.ITEMS: ItemRow,
    Section.SPENDING: SpendingRow,
    Section.CASH: CashRow,
    Section.COLLECTION: CollectionRow,
    Section.STAFF: StaffRow,
    Section.ASSETS: AssetRow,
    Section.RESOLUTIONS: ResolutionRow,
    Section.ANSWERS: AnswerRow,
    Section.HISTORY: HistoryRow,
    Section.AGEING: AgeingRow,
}
TYPED = (Section.STAFF, Section.ASSETS, Section.RESOLUTIONS)
"""The sections that the bookkeeper types."""
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
    if hint == Decimal | None:
        return Decimal(value) if value is not None else None
    if hint == tuple[str, ...]:
        return tuple(str(item) for item in value)
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
