"""What headings leave open, the cells below them say: times under 交易时间, columns without a usual name. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

from core.spreadsheets import Cell
from property.statements import cells
from property.statements.balances import follow
from property.statements.headings import IGNORED, Headings
from property.statements.headings import Column as C
from property.statements.tables import Table

_LOOKED_AT = 300
_MOST = Decimal("0.8")
_TWO_WAYS = re.compile(r"\s*[\"'`]?(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}")
_MONEY = frozenset({C.AMOUNT, C.IN, C.OUT, C.REFUNDED})
_MOST_CANDIDATES = 6


def by_content(table: Table, headings: Headings) -> Headings:
    """The headings with the meaning of columns put right by what stands below them."""
    below = table.rows[headings.row + 1 : headings.row + 1 + _LOOKED_AT]
    found: dict[int, str] = {}
    for one in headings.columns:
        column = _put_right(one.column, [row[one.index] if one.index < len(row) else None for row in below])
        if column != one.column and one.rank >= 0:
            found[one.index] = column
    headings = headings.with_columns(found)
    headings = headings.with_columns(_signed_income(headings, below))
    held = {one.column for one in headings.columns}
    if C.DATE not in held:
        headings = headings.with_columns(_days(headings, below))
    if not held & {C.AMOUNT, C.IN, C.OUT}:
        headings = headings.with_columns(_amounts(headings, below))
    return headings


def _signed_income(headings: Headings, below: Sequence[Sequence[Cell]]) -> dict[int, str]:
    """A lone column called 入账金额 that has minus signs holds both sides."""
    lone = headings.of(C.IN)
    if len(lone) != 1 or headings.of(C.OUT) or headings.of(C.AMOUNT) or lone[0].rank < 0:
        return {}
    values = {_value(row, lone[0].index) > 0 for row in below if _value(row, lone[0].index)}
    return {lone[0].index: C.AMOUNT.value} if len(values) == 2 else {}


def day_first(table: Table, headings: Headings) -> bool | None:
    """How 03/04/2024 is meant in this table; None where no row tells."""
    parts = []
    for row in table.rows[headings.row + 1 :]:
        for one in headings.of(C.DATE):
            cell = row[one.index] if one.index < len(row) else None
            if isinstance(cell, str) and (found := _TWO_WAYS.match(cell)):
                parts.append((int(found[1]), int(found[2])))
    if any(one > 12 for one, _two in parts):
        return True
    return False if any(two > 12 for _one, two in parts) else None


def _put_right(column: str, below: Sequence[Cell]) -> str:
    filled = [cell for cell in below if cells.plain(cell)]
    if not filled:
        return column
    if column in (C.DATE, C.TIME):
        if column == C.TIME and _share(filled, _is_day):
            return C.DATE
        if not _share(filled, _is_day):
            return C.TIME if _share(filled, cells.clock_time) else column if column == C.DATE else IGNORED
    elif column == C.KIND and all(cells.direction(cell) for cell in filled):
        return C.DIRECTION
    elif column == C.DIRECTION and not any(cells.direction(cell) for cell in filled):
        return C.KIND
    elif column in _MONEY and not any(_is_amount(cell) for cell in filled):
        return C.REMARK if len(filled) > 1 and column != C.AMOUNT else column
    return column


def _share(filled: Sequence[Cell], fits: object) -> bool:
    """Whether most cells fit; totals and remarks under the table do not."""
    test = fits if callable(fits) else bool
    return sum(1 for cell in filled if test(cell)) >= _MOST * len(filled) if filled else False


def _is_day(cell: Cell) -> bool:
    try:
        return cells.moment(cell, day_first=True) is not None
    except ValueError:
        return False


def _is_unnamed_day(cell: Cell) -> bool:
    """A day that nobody could take for a number."""
    return len(cells.plain(cell)) >= 6 and _is_day(cell)


def _is_amount(cell: Cell) -> bool:
    try:
        return cells.amount(cell) is not None
    except ValueError:
        return False


def _days(headings: Headings, below: Sequence[Sequence[Cell]]) -> dict[int, str]:
    for one in headings.columns:
        filled = [row[one.index] for row in below if one.index < len(row) and cells.plain(row[one.index])]
        if one.rank >= 0 and not one.column and len(filled) > 0 and _share(filled, _is_unnamed_day):
            return {one.index: C.DATE.value}
    return {}


def _amounts(headings: Headings, below: Sequence[Sequence[Cell]]) -> dict[int, str]:
    """Which unnamed columns are amounts: those along which a running balance comes out, or the only one there is."""
    days = {one.index for one in headings.of(C.DATE)}
    rows = [row for row in below if any(_is_day(row[place]) for place in days if place < len(row))]
    unnamed = [one.index for one in headings.columns if one.rank >= 0 and one.column in (IGNORED, C.BALANCE)]
    numeric = [place for place in unnamed if place not in days and _is_money(rows, place)][:_MOST_CANDIDATES]
    for value, balance in permutations(numeric, 2):
        steps = [(_value(row, value), _balance(row, balance)) for row in rows]
        if _comes_out(steps):
            return {value: C.AMOUNT.value, balance: C.BALANCE.value}
    for into, out, balance in permutations(numeric, 3):
        steps = [(_value(row, into) - abs(_value(row, out)), _balance(row, balance)) for row in rows]
        if _comes_out(steps):
            return {into: C.IN.value, out: C.OUT.value, balance: C.BALANCE.value}
    others = [place for place in numeric if place not in {one.index for one in headings.of(C.BALANCE)}]
    return {others[0]: C.AMOUNT.value} if len(others) == 1 else {}


def _comes_out(steps: Sequence[tuple[Decimal, Decimal | None]]) -> bool:
    followed = follow(steps, [("", "")] * len(steps))
    return followed.agrees and followed.links >= 2 and any(moved for moved, _balance in steps)


def _is_money(rows: Sequence[Sequence[Cell]], place: int) -> bool:
    """Whether a column may hold yuan: numbers, some with fen, or all too short for an account number."""
    filled = [row[place] for row in rows if place < len(row) and cells.plain(row[place])]
    if not filled or not _share(filled, _is_amount):
        return False
    return any("." in cells.words(cell) for cell in filled) or all(len(cells.plain(cell)) <= 8 for cell in filled)


def _value(row: Sequence[Cell], place: int) -> Decimal:
    return _balance(row, place) or Decimal(0)


def _balance(row: Sequence[Cell], place: int) -> Decimal | None:
    try:
        found = cells.amount(row[place]) if place < len(row) else None
    except ValueError:
        return None
    return None if found is None else found.value
