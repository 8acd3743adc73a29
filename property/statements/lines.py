"""The lines of a statement's table, cell by cell: what is a row, what is printed around it, what is doubtful."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from django.utils.translation import gettext as _

from core.spreadsheets import Cell
from property.statements import cells
from property.statements.cells import Amount
from property.statements.headings import Column as C
from property.statements.headings import Headings, normal
from property.statements.printed import Printed
from property.statements.tables import Doubt, Table

_TOTAL = re.compile(r"合计|总计|小计|累计|总额|total|汇总")
_WHOLE = re.compile(r"^(人民币)?(本期)?(合计|总计)|^total")
_CARRIED = re.compile(r"期初|承前|上期|上页|上年|上月|昨日|结转|opening|brought")
# A cell that makes its whole row a total, even where a day stands beside it.
_TOTAL_CELL = re.compile(r"(本[日月年页季期]|[日月年页季])?(发生额?)?(合计|小计|累计|总计|汇总)(金额|数|发生额?)?:?")
# The headings of a small table of totals under the rows.
_TOTALS_BELOW = re.compile(r"总(笔数|金额|额|交易|单数)|合计|汇总")
_VALUES = frozenset({C.DATE, C.TIME, C.AMOUNT, C.IN, C.OUT, C.BALANCE, C.REFUNDED, C.DIRECTION})
_DASHES = re.compile(r"[-=*_#~\s]{4,}")
_INEXACT = re.compile(r"\d(\.\d+)?e\+\d+", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """One row of the table as it stands there; amounts in yuan, not yet told apart by side."""

    number: int
    day: date
    at: time | None
    single: Amount | None
    into: Amount | None
    out: Amount | None
    says: str
    balance: Decimal | None
    texts: dict[str, str] = field(default_factory=dict)
    sheet: str = ""

    def text(self, column: str) -> str:
        return self.texts.get(column, "")


@dataclass(slots=True)
class Lines:
    """All rows of a table, what it prints about itself, and what could not be read."""

    rows: list[Line] = field(default_factory=list)
    printed: Printed = field(default_factory=Printed)
    doubts: list[Doubt] = field(default_factory=list)
    totals: list[dict[str, Decimal]] = field(default_factory=list)


def read_lines(table: Table, headings: Headings, *, sheet: str, day_first: bool | None) -> Lines:
    """Every line below the headings; those above and those that are no rows say something about the whole."""
    found = Lines()
    reader = _Reader(headings, day_first)
    for row in table.rows[: headings.row]:
        found.printed.take(_joined(row))
    below = False
    for number, row in enumerate(table.rows[headings.row + 1 :], start=headings.row + 2):
        if not any(cells.words(cell) for cell in row) or reader.is_headings(row):
            continue
        try:
            line = reader.line(row, number, sheet)
        except ValueError as error:
            if not below:
                _leave(found, reader, row, Doubt(number, str(error), sheet))
            below = bool(_TOTALS_BELOW.search(_joined(row))) and not reader.amounts(row)
            continue
        if line is not None:
            found.rows.append(line)
        elif reader.is_carried(row):
            found.printed.opening = reader.balance(row)
    return found


def _leave(found: Lines, reader: _Reader, row: Sequence[Cell], doubt: Doubt) -> None:
    """A line that is no row: a total, words, or something that a person should see."""
    joined = _joined(row)
    if _TOTAL.search(joined):
        if _WHOLE.search(joined.strip()):
            found.totals.append(reader.amounts(row))
        found.printed.take(joined)
        return
    found.printed.take(joined)
    if reader.looks_like_a_row(row) and not _DASHES.match(joined):
        found.doubts.append(doubt)


def _joined(row: Iterable[Cell]) -> str:
    return " ".join(text for cell in row if (text := cells.plain(cell)))


class _Reader:
    """The cells of a row by the meaning of their column."""

    def __init__(self, headings: Headings, day_first: bool | None) -> None:
        self.headings = headings
        self.day_first = day_first
        self.names = [normal(one.text) for one in headings.columns]
        self.places = {column: [one.index for one in headings.of(column)] for column in C.values}
        self.texts = [(column, places) for column, places in self.places.items() if places and column not in _VALUES]

    def is_headings(self, row: Sequence[Cell]) -> bool:
        """The headings once more, at the top of another page."""
        columns = self.headings.columns
        if not columns or cells.words(_at(row, columns[0].index)) != columns[0].text:
            return False
        return [normal(cells.words(_at(row, one.index))) for one in columns] == self.names

    def is_carried(self, row: Sequence[Cell]) -> bool:
        return bool(_CARRIED.search(_joined(row))) and self.balance(row) is not None

    def line(self, row: Sequence[Cell], number: int, sheet: str) -> Line | None:
        """The row; None for one that moves nothing. Raises ValueError with a sentence."""
        when = self._moment(row)
        if when is None or any(_TOTAL_CELL.fullmatch(cells.plain(cell)) for cell in row if isinstance(cell, str)):
            raise ValueError(_("这一行有金额，却没有看得懂的日期，没有读进来。"))
        single, into, out = (self._amount(row, column) for column in (C.AMOUNT, C.IN, C.OUT))
        refunded = self._amount(row, C.REFUNDED)
        if refunded and refunded.value and not (single and single.value):
            out, single = refunded, None
        if not any(one and one.value for one in (single, into, out)) and self.is_carried(row):
            return None
        if not (single or into or out):
            raise ValueError(_("这一行有日期，却没有金额，没有读进来。"))
        return Line(
            number,
            when[0],
            when[1],
            single,
            into,
            out,
            next((said for place in self.places[C.DIRECTION] if (said := cells.direction(_at(row, place)))), ""),
            self.balance(row),
            self._texts(row),
            sheet,
        )

    def balance(self, row: Sequence[Cell]) -> Decimal | None:
        """The balance behind the row; None where it is blank or made unreadable."""
        for place in self.places[C.BALANCE]:
            try:
                found = cells.amount(_at(row, place))
            except ValueError:
                continue
            if found is not None:
                return found.value
        return None

    def amounts(self, row: Sequence[Cell]) -> dict[str, Decimal]:
        """Whatever amounts stand in the columns of money, balance aside."""
        found = {}
        for column in (C.AMOUNT, C.IN, C.OUT):
            for place in self.places[column]:
                try:
                    value = cells.amount(_at(row, place))
                except ValueError:
                    continue
                if value is not None and column.value not in found:
                    found[column.value] = abs(value.value)
        return found

    def looks_like_a_row(self, row: Sequence[Cell]) -> bool:
        """Whether a line that could not be read is more than a remark under the table."""
        filled = sum(1 for one in self.headings.columns if cells.plain(_at(row, one.index)))
        return bool(self.amounts(row)) or (self._moment(row) is not None and filled >= min(3, len(self.names)))

    def _moment(self, row: Sequence[Cell]) -> tuple[date, time | None] | None:
        for place in self.places[C.DATE]:
            try:
                found = cells.moment(_at(row, place), day_first=self.day_first)
            except ValueError:
                continue
            if found is not None:
                return found[0], found[1] or self._time(row, found[0])
        return None

    def _time(self, row: Sequence[Cell], day: date) -> time | None:
        """The time from a column of its own, or from another column that names the same day."""
        for place in self.places[C.TIME]:
            if (at := cells.clock_time(_at(row, place))) is not None:
                return at
        for place in self.places[C.DATE]:
            try:
                found = cells.moment(_at(row, place), day_first=self.day_first)
            except ValueError:
                continue
            if found is not None and found[0] == day and found[1] is not None:
                return found[1]
        return None

    def _amount(self, row: Sequence[Cell], column: C) -> Amount | None:
        """The first filled cell of the columns that hold this, the best column first."""
        for place in self.places[column]:
            try:
                found = cells.amount(_at(row, place))
            except ValueError:
                raise ValueError(
                    _("“%(cell)s”不是看得懂的金额，这一行没有读进来。") % {"cell": cells.words(_at(row, place))[:30]}
                ) from None
            if found is not None:
                return found
        return None

    def _texts(self, row: Sequence[Cell]) -> dict[str, str]:
        texts = {}
        for column, places in self.texts:
            parts = [
                text for place in places if cells.plain(_at(row, place)) and (text := cells.words(_at(row, place)))
            ]
            if column == C.REMARK:
                texts[column] = " ".join(dict.fromkeys(parts))[:240]
            elif parts:
                texts[column] = parts[0][:120]
        rounded = any(isinstance(_at(row, place), float) for place in self.places[C.REFERENCE])
        if rounded or _INEXACT.fullmatch(texts.get(C.REFERENCE, "")):
            # A spreadsheet has rounded the number: it says nothing any more.
            texts[C.REFERENCE] = ""
        return texts


def _at(row: Sequence[Cell], place: int) -> Cell:
    return row[place] if place < len(row) else None
