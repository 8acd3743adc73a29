"""Reads the small table of opening balances: a door a row, what it owes, has prepaid, has deposited. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import parse_yuan
from core.refusal import Refused
from core.spreadsheets import read_sheets

ZERO = Decimal("0.00")
LOOKED_THROUGH = 15  # rows in which the headings may stand
DOOR, BUILDING, UNIT, ROOM, NAME = "door", "building", "unit", "room", "name"
OWED, PREPAID, DEPOSIT = "owed", "prepaid", "deposit"
AMOUNTS = (OWED, PREPAID, DEPOSIT)
HEADINGS: dict[str, str] = {
    DOOR: r"门牌号?|地址|住址|房屋(地址|坐落)?|户号|房产|位置|address",
    BUILDING: r"(楼)?[幢栋]号?|楼[幢栋]|楼号|几幢|building",
    UNIT: r"单元号?|unit",
    ROOM: r"室号?|房号|房间号?|room",
    NAME: r"户主(姓名)?|姓名|业主(姓名)?|住户|name",
    OWED: r"(累计|历史|期初|以前)?(欠费|欠缴|欠交|应收|未交|未缴|欠款)(金额|合计|总额|物业费)?|欠物业费|owed",
    PREPAID: r"(期初)?(预交|预缴|预收|预存|多交)(金额|合计|余额|物业费|款)?|prepaid",
    DEPOSIT: r"(期初|装修)?(押金|保证金)(金额|合计|余额)?|deposit",
}
_TOTAL = re.compile(r"^(合计|总计|小计|共计|本页)")
_EXTRA = re.compile(r"[（(][^）)]*[)）]|[\s*:：]|元$")


@dataclass(frozen=True, slots=True)
class Row:
    """One door: as it was written, with the name beside it ("" where there is none), and what it has, in yuan."""

    number: int
    door: str
    name: str = ""
    owed: Decimal = ZERO
    prepaid: Decimal = ZERO
    deposit: Decimal = ZERO


@dataclass(slots=True)
class Table:
    """The rows that could be read, and what could not: (row of the file, why)."""

    rows: list[Row] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)


def read(content: bytes, filename: str = "") -> Table:
    """The rows of the first sheet that has a door and an amount; raises Refused where none has."""
    for sheet in read_sheets(content, filename):
        for number, cells in enumerate(sheet.rows[:LOOKED_THROUGH]):
            columns = columns_of(cells)
            if (DOOR in columns or ROOM in columns) and any(name in columns for name in AMOUNTS):
                return _read(sheet.rows, number, columns)
    raise Refused(_("表格里要有一行标题，写明门牌（或幢、单元、室），还有欠费、预交或押金的金额。"))


def columns_of(cells: Sequence[Any]) -> dict[str, int]:
    """Which column holds what, by its heading; the first of two alike."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        heading = _EXTRA.sub("", str(cell or "")).lower()
        for name, pattern in HEADINGS.items():
            if heading and re.fullmatch(pattern, heading):
                found.setdefault(name, place)
                break
    return found


def _read(rows: Sequence[Sequence[Any]], headings: int, columns: dict[str, int]) -> Table:
    table = Table()
    for number, cells in enumerate(rows[headings + 1 :], start=headings + 2):
        door = _door(cells, columns)
        if not any(_text(cell) for cell in cells) or any(_TOTAL.match(_text(cell)) for cell in cells):
            continue
        try:
            amounts = {name: _amount(cells, columns, name) for name in AMOUNTS}
        except ValueError as reason:
            table.doubts.append((number, str(reason)))
            continue
        if not any(amounts.values()):
            continue
        if not door:
            table.doubts.append((number, _("没有写门牌。")))
        elif min(amounts.values()) < 0:
            table.doubts.append((number, _("金额不能小于零。")))
        else:
            table.rows.append(Row(number, door, _text(_at(cells, columns, NAME)), **amounts))
    return table


def _door(cells: Sequence[Any], columns: dict[str, int]) -> str:
    """The door as one text: what stands in its column, or building, unit and room put together."""
    if DOOR in columns:
        return _text(_at(cells, columns, DOOR))
    parts = [
        (_text(_at(cells, columns, name)), word) for name, word in ((BUILDING, "幢"), (UNIT, "单元"), (ROOM, "室"))
    ]
    if not parts[-1][0]:
        return ""
    return "".join(_with(text, word) for text, word in parts if text)


def _with(text: str, word: str) -> str:
    return text if re.search(r"[幢栋座楼单元室号]$", text) else f"{text}{word}"


def _amount(cells: Sequence[Any], columns: dict[str, int], name: str) -> Decimal:
    cell = _at(cells, columns, name)
    text = _text(cell)
    if not text or text in {"-", "—", "/", "无"}:
        return ZERO
    return parse_yuan(f"{Decimal(str(cell)).quantize(Decimal('0.01'))}" if isinstance(cell, float) else text)


def _at(cells: Sequence[Any], columns: dict[str, int], name: str) -> Any:
    place = columns.get(name)
    return cells[place] if place is not None and place < len(cells) else None


def _text(cell: Any) -> str:
    return str(cell).strip() if cell is not None else ""


def total(rows: Iterable[Row], name: str) -> Decimal:
    """The sum of one amount, in yuan."""
    return sum((getattr(row, name) for row in rows), ZERO)
