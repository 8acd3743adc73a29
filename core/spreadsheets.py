"""Tables in and out: xlsx, xls and csv are read by their content; what is written never starts a formula."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import PurePath
from typing import IO

from django.utils import timezone
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineSheet, PasswordError, SheetVisibleEnum, load_workbook
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core import clock
from core.refusal import Refused

Cell = str | int | float | bool | date | None

MAX_BYTES = 20 * 2**20
MAX_UNPACKED = 200 * 2**20
MAX_CELLS = 3_000_000

_CHUNK = 2**18
_WIDEST = 60
_LONGEST = 32_767
_EXACT = 10**15
_CELL_NAME = re.compile(rb"<(?:\w+:)?(?:c|row)\s[^<>]*?\br=[\"']([A-Z]{0,3})([0-9]{1,7})[\"']")
# A locked xlsx is a stream of this name; a locked xls says FILEPASS right behind the beginning of its first stream.
_LOCKED = re.compile("EncryptedPackage".encode("utf-16-le") + rb"|\x09\x08\x10\x00.{16}\x2f\x00", re.DOTALL)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|html|table|meta|head|div)\b", re.IGNORECASE)


class SpreadsheetRefused(Refused):
    """A file that cannot be read as a table; its text says what to do instead."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet: `rows[0]` is row 1 of the file, all rows are equally long, None is an empty cell."""

    name: str
    rows: list[list[Cell]]


def read_sheets(file: bytes | IO[bytes], filename: str = "") -> list[Sheet]:
    """The visible sheets of an xlsx, xls or csv file, told apart by content; raises SpreadsheetRefused.

    Every cell of a merged range holds its value. Whole numbers are int, moments at midnight are days. A csv (UTF-8,
    UTF-16 or GB18030; comma, semicolon or tab) is one sheet of texts with the name of the file.
    """
    content = file if isinstance(file, bytes) else _read(file)
    if not content:
        raise SpreadsheetRefused(_("这个文件是空的，请重新选择。"))
    if len(content) > MAX_BYTES:
        raise SpreadsheetRefused(_("这个文件超过 %(size)s MB，请分成几个小文件再上传。") % {"size": MAX_BYTES // 2**20})
    if content.startswith(b"PK"):
        _check_zip(content)
        return _read_workbook(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if _LOCKED.search(content):
            raise _locked()
        return _read_workbook(content)
    return [_read_csv(content, PurePath(filename).stem or _("表格"))]


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(MAX_BYTES + 1)


def _not_a_table() -> SpreadsheetRefused:
    return SpreadsheetRefused(_("这不是能读的表格。请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传。"))


def _locked() -> SpreadsheetRefused:
    return SpreadsheetRefused(_("这个表格设了密码。请在 Excel 或 WPS 里去掉密码，另存后再上传。"))


def _too_large() -> SpreadsheetRefused:
    return SpreadsheetRefused(_("这个表格展开以后太大了。请删去多余的空行、空列和图片，另存后再上传。"))


def _check_zip(content: bytes) -> None:
    """Unpack everything once and throw it away: the sizes that an archive claims are not believed.

    The reader holds every cell up to the last one in memory, so one cell at XFD1048576 would take the machine down.
    """
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
        if not any(entry.filename.lower() == "xl/workbook.xml" for entry in entries):
            raise _not_a_table()
        for entry in entries:
            extent = _Extent()
            for piece in _unpack(content, entry):
                left -= len(piece)
                extent.feed(piece)
                if left < 0 or extent.row * extent.column > MAX_CELLS:
                    raise _too_large()
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError) as error:
        raise _not_a_table() from error


class _Extent:
    """How far the cells of a sheet reach, from its XML in pieces."""

    def __init__(self) -> None:
        self.row = self.column = 0
        self.tail = b""

    def feed(self, piece: bytes) -> None:
        text = self.tail + piece
        for found in _CELL_NAME.finditer(text):
            self.row, self.column = max(self.row, int(found[2])), max(self.column, _column(found[1]), 1)
        # A tag may lie across two pieces; one that is longer than any text in a cell is none.
        self.tail = text[max(text.rfind(b"<"), 0) :][: 2 * _LONGEST]


def _unpack(content: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The true content of an entry, in pieces."""
    name, extra = struct.unpack_from("<HH", content, entry.header_offset + 26)
    start = entry.header_offset + 30 + name + extra
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    piece = unpacker.decompress(packed, _CHUNK)
    while piece:
        yield piece
        piece = unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _read_workbook(content: bytes) -> list[Sheet]:
    try:
        with load_workbook(io.BytesIO(content)) as workbook:
            seen = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
            sheets = [_read_sheet(workbook.get_sheet_by_name(name)) for name in seen]
    except PasswordError as error:
        raise _locked() from error
    except (CalamineError, ValueError, OSError) as error:
        raise _not_a_table() from error
    if not any(sheet.rows for sheet in sheets):
        raise SpreadsheetRefused(_("这个表格里没有内容，请看看是不是选错了文件。"))
    return sheets


def _read_sheet(sheet: CalamineSheet) -> Sheet:
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise _too_large()
    rows = [[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if top < len(rows) and left < len(rows[top]):
            for row in rows[top : bottom + 1]:
                width = min(right + 1, len(row)) - left
                row[left : left + width] = [rows[top][left]] * width
    return Sheet(sheet.name, rows)


def _cell(value: object) -> Cell:
    match value:
        case "":
            return None
        case bool() | str() | int():
            return value
        case float():
            return int(value) if value.is_integer() and abs(value) < _EXACT * 10 else value
        case datetime():
            return value.date() if value.time() == time.min else value
        case date():
            return value
        case time() | timedelta():
            return str(value)
    raise ValueError(f"a cell of {type(value).__name__}")


def _read_csv(content: bytes, name: str) -> Sheet:
    text = _decode(content)
    if _MARKUP.match(text):
        raise _not_a_table()
    head = [line for line in text.splitlines()[:40] if line.strip()]
    delimiter = max(",;\t", key=lambda mark: sum(line.count(mark) for line in head))
    try:
        rows: list[list[Cell]] = [
            [value if value.strip() else None for value in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise _not_a_table() from error
    if not any(value is not None for row in rows for value in row):
        raise SpreadsheetRefused(_("这个表格里没有内容，请看看是不是选错了文件。"))
    width = max(map(len, rows))
    if width * len(rows) > MAX_CELLS:
        raise _too_large()
    return Sheet(name, [row + [None] * (width - len(row)) for row in rows])


def _decode(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif _BINARY.search(content) or content.startswith(b"%PDF-"):
        raise _not_a_table()
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _not_a_table()


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet to be written."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[object]]


def write_xlsx(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """One sheet named after `title`, as `write_workbook` writes it."""
    return write_workbook(title, [Table(title, headings, rows)])


def write_workbook(title: str, tables: Iterable[Table]) -> bytes:
    """Sheets named after their titles, each with a heading row that stays in view and can be filtered.

    Decimals are numbers with two places, days and moments (local time) dates; True and False are 是 and 否, everything
    else its `str()`, so that masked values stay masked. Text is text, even where it begins with =, +, - or @.
    Raises ValueError for more rows than a sheet holds.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with Workbook(target, options) as workbook:
        workbook.set_properties({"title": title, "created": timezone.make_naive(clock.now())})
        kinds = {
            Decimal: workbook.add_format({"num_format": "#,##0.00"}),
            datetime: workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        bold = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for table in tables:
            name = re.sub(r"[\[\]:*?/\\']", " ", table.title).strip()[:31] or None
            _fill(workbook.add_worksheet(name), table, kinds, bold)
    return target.getvalue()


def _fill(sheet: Worksheet, table: Table, kinds: dict[type, Format], bold: Format) -> None:
    """The headings and rows of one sheet."""
    widths = [_breadth(str(heading)) for heading in table.headings]
    for column, heading in enumerate(table.headings):
        sheet.write_string(0, column, str(heading), bold)
    last = 0
    for last, row in enumerate(table.rows, 1):
        for column, value in enumerate(row):
            shown = _write(sheet, last, column, value, kinds)
            if column < len(widths):
                widths[column] = max(widths[column], min(_breadth(shown), _WIDEST))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width + 3)
    sheet.freeze_panes(1, 0)
    if table.headings:
        sheet.autofilter(0, 0, last, len(table.headings) - 1)


# A cell that begins so is run as a formula by the programs that open a csv; marked, it is text.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def csv_rows(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """A csv in UTF-8, line by line, with the mark by which spreadsheet programs know that it is; RFC 4180.

    Whatever could start a formula is text behind an apostrophe. None is empty, True and False are 是 and 否,
    everything else its `str()`, so that masked values stay masked.
    """
    line = io.StringIO()
    writer = csv.writer(line)
    yield "\ufeff".encode()
    for row in chain([headings], rows):
        writer.writerow([_csv_cell(value) for value in row])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()


def _csv_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    text = str(value).replace("\x00", "")
    is_number = isinstance(value, int | float | Decimal)
    return f"'{text}" if not is_number and _FORMULA.match(text) else text


def _breadth(text: str) -> int:
    return sum(2 if ord(char) > 0x2E80 else 1 for char in text)


def _write(sheet: Worksheet, row: int, column: int, value: object, kinds: dict[type, Format]) -> str:
    """Write one cell and say how it will look, for the width of its column."""
    if row >= sheet.xls_rowmax:
        raise ValueError("more rows than a sheet holds")
    match value:
        case None | "":
            return ""
        case bool():
            return _write(sheet, row, column, _("是") if value else _("否"), kinds)
        case int() | float() if abs(value) < _EXACT:
            sheet.write_number(row, column, value)
        case Decimal() if value.is_finite():
            sheet.write_number(row, column, float(value), kinds[Decimal])
            return f"{value:,.2f}"
        case datetime():
            local = timezone.make_naive(value) if timezone.is_aware(value) else value
            sheet.write_datetime(row, column, local, kinds[datetime])
            return "2026-09-30 20:14"
        case date():
            sheet.write_datetime(row, column, value, kinds[date])
            return "2026-09-30"
        case _:
            sheet.write_string(row, column, str(value)[:_LONGEST])
    return str(value)
