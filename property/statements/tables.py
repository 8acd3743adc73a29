"""The bytes of a statement as tables of cells: workbooks, csv and text in any usual encoding, pages saved as "xls"."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from django.utils.translation import gettext as _

from core.refusal import Refused
from core.spreadsheets import MAX_BYTES, MAX_CELLS, Cell, read_sheets

_WORKBOOKS = (b"PK", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|table|meta|head|body|div|tr|style|workbook)\b", re.IGNORECASE)
_DATE_AHEAD = re.compile(r"[\r\n]+[\"'` ]*(\d{1,5}[,\t;|])?[\"'` ]*\d{4}[-/.年]?\d{1,2}[-/.月]?\d{1,2}")
_PIPED = re.compile(r"\s*\|\s*")
_GAPS = re.compile(r"\s{2,}|\t")
_MOST_BREAKS = 5


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one sheet; `rows[0]` is row 1 of the file."""

    name: str
    rows: list[list[Cell]]


@dataclass(frozen=True, slots=True)
class File:
    """A statement as one or more ways to read it, each a list of sheets; `damaged` counts characters that were lost."""

    ways: list[list[Table]]
    damaged: int = 0


def open_file(content: bytes, name: str = "") -> File:
    """Raises Refused for what is no table at all."""
    if not content.strip():
        raise Refused(_("这个文件是空的，请重新选择。"))
    if len(content) > MAX_BYTES:
        raise Refused(_("这个文件超过 %(size)s MB，请分成几个小文件再上传。") % {"size": MAX_BYTES // 2**20})
    if content.startswith(_WORKBOOKS):
        return File([[Table(sheet.name, sheet.rows) for sheet in read_sheets(content, name)]])
    text, damaged = _decode(content)
    if not text.strip():
        raise _no_table()
    if _MARKUP.match(text):
        return File([_of_markup(text)], damaged)
    lines = text.splitlines()
    if len(lines) * max(line.count(",") + line.count("\t") + 1 for line in lines) > MAX_CELLS * 4:
        raise Refused(_("这个文件太大了，请按月份分成几个文件再上传。"))
    ways: list[Callable[[], list[list[str]]]] = [
        *(lambda mark=mark: _split(text, lines, mark) for mark in ",\t;"),
        lambda: [_PIPED.split(line.strip().strip("|").strip()) for line in lines],
        lambda: [_GAPS.split(line.strip()) for line in lines],
    ]
    return File([[Table(name, _squared(way()))] for way in ways], damaged)


def _no_table() -> Refused:
    return Refused(_("这不是能读的对账单。请在网上银行、微信或支付宝里导出 Excel 或 CSV 文件再上传。"))


def _decode(content: bytes) -> tuple[str, int]:
    """The text and how many characters could not be read."""
    if content.startswith(b"%PDF-"):
        raise Refused(_("PDF 里的数字读不准。请在网上银行、微信或支付宝里导出 Excel 或 CSV 文件再上传。"))
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return _text(text), 0
    tries = [content.decode(encoding, "replace") for encoding in ("utf-8", "gb18030")]
    text = min(tries, key=lambda one: one.count("\ufffd"))
    lost = text.count("\ufffd")
    if lost * 20 > len(text):
        raise _no_table()
    return _text(text), lost


def _encodings(content: bytes) -> Iterator[str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
        return
    even, odd = content[0:4000:2].count(0), content[1:4000:2].count(0)
    if max(even, odd) > min(len(content), 4000) // 10:
        yield "utf-16-be" if even > odd else "utf-16-le"
        return
    yield "utf-8-sig"
    yield "gb18030"


def _text(text: str) -> str:
    text = text.lstrip("\ufeff").rstrip("\x1a\x00")
    if _BINARY.search(text):
        raise _no_table()
    return text


def _split(text: str, lines: list[str], mark: str) -> list[list[str]]:
    """As csv; where a stray quote has swallowed lines, line by line."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error:
        return [_line(line, mark) for line in lines]
    cells = [cell for row in rows for cell in row if "\n" in cell or "\r" in cell]
    if any(cell.count("\n") > _MOST_BREAKS or _DATE_AHEAD.search(cell) for cell in cells):
        return [_line(line, mark) for line in lines]
    return rows


def _line(line: str, mark: str) -> list[str]:
    if line.count('"') % 2:
        return [cell.strip().strip('"') for cell in line.split(mark)]
    try:
        return next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return line.split(mark)


def _squared(rows: list[list[str]]) -> list[list[Cell]]:
    width = max(map(len, rows), default=0)
    if width * len(rows) > MAX_CELLS:
        width = 200
    return [[*(cell if cell.strip() else None for cell in row[:width]), *[None] * (width - len(row))] for row in rows]


class _Markup(HTMLParser):
    """Tables of a page, or of a workbook in XML: banks call both "xls"."""

    ROWS = frozenset({"tr", "row", "ss:row"})
    CELLS = frozenset({"td", "th", "cell", "ss:cell"})
    TEXTS = frozenset({"script", "style"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.parts: list[str] | None = None
        self.span = 1
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.TEXTS:
            self.silent += 1
        elif tag in self.ROWS:
            self._end_cell()
            self.rows.append([])
        elif tag in self.CELLS:
            self._end_cell()
            given = {name: value or "" for name, value in attrs}
            place = given.get("ss:index", "")
            if place.isdecimal() and self.rows and len(place) < 4:
                self.rows[-1] += [""] * (int(place) - 1 - len(self.rows[-1]))
            across = given.get("colspan", "")
            self.span = min(int(across), 100) if across.isdecimal() and len(across) < 4 else 1
            self.parts = []
        elif tag == "br" and self.parts is not None:
            self.parts.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.TEXTS:
            self.silent = max(self.silent - 1, 0)
        elif tag in self.CELLS or tag in self.ROWS:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self.parts is not None and not self.silent:
            self.parts.append(data)

    def _end_cell(self) -> None:
        if self.parts is not None:
            if not self.rows:
                self.rows.append([])
            self.rows[-1] += ["".join(self.parts).strip(), *[""] * (self.span - 1)]
        self.parts, self.span = None, 1


def _of_markup(text: str) -> list[Table]:
    parser = _Markup()
    parser.feed(text)
    parser.close()
    if not any(cell for row in parser.rows for cell in row):
        raise _no_table()
    return [Table("", _squared(parser.rows))]


@dataclass(slots=True)
class Doubt:
    """Something a person should look at; `line` is the row of the file, 0 for the file as a whole."""

    line: int
    text: str
    sheet: str = field(default="")

    def as_kept(self) -> dict[str, int | str]:
        return {"row": self.line, "sheet": self.sheet, "sentence": self.text}
