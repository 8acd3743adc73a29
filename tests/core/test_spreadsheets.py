import csv
import io
import struct
import zipfile
import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xlsxwriter import Workbook

from core.fields import Masked
from core.refusal import Refused
from core.spreadsheets import Cell, Sheet, csv_rows, read_sheets, write_xlsx

SHARED = Path(__file__).parents[3] / "shared" / "data"


def workbook() -> bytes:
    target = io.BytesIO()
    with Workbook(target) as book:
        sheet = book.add_worksheet("一网格")
        sheet.merge_range("B2:C3", "3幢1单元")
        sheet.write_row("B5", ["0123", 5, 2.5, True])
        day, minute = book.add_format({"num_format": "yyyy/m/d"}), book.add_format({"num_format": 22})
        sheet.write_datetime("F5", datetime(2026, 9, 30, tzinfo=UTC).replace(tzinfo=None), day)
        sheet.write_datetime("G5", datetime(2026, 9, 30, 8, 30, tzinfo=UTC).replace(tzinfo=None), minute)
        sheet.write_formula("H5", "=1+1", None, 2)
        sheet.write_number("I5", 13812345678)
        book.add_worksheet("二网格").write(0, 0, "x")
        hidden = book.add_worksheet("去年")
        hidden.hide()
        hidden.write(0, 0, "old")
    return target.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def repacked(content: bytes, **changed: bytes) -> bytes:
    """The workbook with its first sheet's XML replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    return zipped(entries | {"xl/worksheets/sheet1.xml": changed["sheet"]})


def refusal(content: bytes, name: str = "名册.xlsx") -> str:
    with pytest.raises(Refused) as caught:
        read_sheets(content, name)
    message = str(caught.value)
    assert message.endswith("。")
    return message


def test_a_workbook_is_read_as_a_person_sees_it():
    first, second = read_sheets(workbook(), "whatever")
    assert (first.name, second.name) == ("一网格", "二网格")
    merged = "3幢1单元"
    assert first.rows[1][:4] == [None, merged, merged, None]
    assert first.rows[2][:4] == [None, merged, merged, None]
    moment = datetime(2026, 9, 30, 8, 30, tzinfo=UTC).replace(tzinfo=None)
    assert first.rows[4] == [None, "0123", 5, 2.5, True, date(2026, 9, 30), moment, 2, 13812345678]
    assert [type(value) for value in first.rows[4][1:4]] == [str, int, float]
    assert type(first.rows[4][5]) is date
    assert second.rows == [["x"]]


def test_files_and_bytes_are_read_alike():
    assert read_sheets(io.BytesIO(workbook()), "a.xlsx") == read_sheets(workbook(), "a.xlsx")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv(encoding: str, mark: str):
    text = f"姓名{mark}门牌{mark}备注\r\n{mark}\r\n王龑{mark}0501{mark}“两\r\n行”\r\n".replace("“", '"').replace(
        "”", '"'
    )
    (sheet,) = read_sheets(text.encode(encoding), "folder/名册.csv")
    assert sheet == Sheet("名册", [["姓名", "门牌", "备注"], [None, None, None], ["王龑", "0501", "两\r\n行"]])


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n1 0 obj",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\x89PNG\r\n\x1a\n\0\0",
        zipped({"word/document.xml": b"<x/>"}),
        zipped({"xl/workbook.xml": b"<x/>"}),
        b"PK\x03\x04 broken",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000),
        "<html><table><tr><td>姓名</td></tr></table></html>".encode(),
        b'<?xml version="1.0"?><Workbook/>',
        b"\x81\xff\xff,\xff",
        workbook()[:3000],
    ],
    ids=["pdf", "jpeg", "png", "docx", "empty shell", "broken zip", "broken xls", "html", "xml", "no text", "cut off"],
)
def test_other_files_are_refused_whatever_their_name(content: bytes):
    assert "另存为" in refusal(content)


@pytest.mark.parametrize("content", [b"\n\n,,\n", write_xlsx("空", [], [])])
def test_a_table_without_content_is_refused(content: bytes):
    assert "没有内容" in refusal(content)


def test_limits():
    assert "空的" in refusal(b"")
    assert "20 MB" in refusal(b"a," * (11 * 2**20))


def test_a_zip_bomb_is_refused():
    assert "太大" in refusal(zipped({"xl/workbook.xml": b"", "xl/media/a.bin": bytes(210 * 2**20)}))


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    bomb = bytearray(zipped({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": bytes(210 * 2**20)}))
    entry = bomb.rindex(b"PK\x01\x02")
    struct.pack_into("<I", bomb, entry + 24, 10)
    struct.pack_into("<I", bomb, entry + 16, zlib.crc32(bytes(10)))
    assert "太大" in refusal(bytes(bomb))


def sheet_of(data: bytes, more: bytes = b"") -> bytes:
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = b'<worksheet xmlns="%s"><sheetData>%s</sheetData>%s</worksheet>' % (namespace, data, more)
    return repacked(workbook(), sheet=sheet)


FIRST = b'<row r="1"><c r="A1"><v>7</v></c><c r="B1"><v>8</v></c></row>'


@pytest.mark.parametrize(
    "last",
    [
        b'<row><c r="XFD1048576"><v>1</v></c></row>',
        b"<row><c s='1'\nr='XFD1048576'><v>1</v></c></row>",
        b'<row r="1048576">' + b"<c><v>1</v></c>" * 3 + b'</row><row r="2"><c r="XFD2"><v>1</v></c></row>',
        b" " * 262_000 + b'<c s="0" r="XFD1048576">',
    ],
    ids=["named", "other quotes", "row and column apart", "across two pieces"],
)
def test_a_cell_at_the_end_of_the_world_is_refused(last: bytes):
    assert "太大" in refusal(sheet_of(FIRST + last))


def test_a_merge_over_the_whole_sheet_stays_within_its_rows():
    merge = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    assert read_sheets(sheet_of(FIRST, merge))[0].rows == [[7, 7]]


def test_what_is_written_is_read_again():
    rows: list[list[object]] = [
        ["=1+1", Decimal("1234.50"), date(2026, 9, 30), 5],
        ["@SUM(A1)", None, datetime(2026, 9, 30, 12, tzinfo=UTC), 3210],
        ["-5", Masked("13812345678", lambda _: "138****5678"), True, 10**17],
    ]
    content = write_xlsx("收支/明细：[2026]", ["文字", "金额", "日期", "数"], rows)
    (sheet,) = read_sheets(content)
    evening = datetime(2026, 9, 30, 20, tzinfo=UTC).replace(tzinfo=None)
    assert sheet.name == "收支 明细： 2026"
    assert sheet.rows == [
        ["文字", "金额", "日期", "数"],
        ["=1+1", 1234.5, date(2026, 9, 30), 5],
        ["@SUM(A1)", None, evening, 3210],
        ["-5", "138****5678", "是", str(10**17)],
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
        assert b"13812345678" not in b"".join(map(archive.read, archive.namelist()))


def test_too_many_rows_are_said():
    with pytest.raises(ValueError, match="more rows"):
        write_xlsx("t", ["a"], [[]] * 1_048_575 + [["x"]])


texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40).filter(lambda text: text.strip() == text)
cells = st.none() | texts.filter(bool) | st.integers(-(10**14), 10**14) | st.dates(date(1901, 1, 1), date(2200, 1, 1))


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=5))
def test_any_table_survives_the_way_out_and_in(rows: list[list[Cell]]):
    (sheet,) = read_sheets(write_xlsx("表", ["甲", "乙", "丙"], rows))
    while rows and not any(value is not None for value in rows[-1]):
        rows = rows[:-1]
    assert sheet.rows == [["甲", "乙", "丙"], *rows]


@pytest.mark.parametrize("path", sorted(SHARED.glob("statements/*.csv")), ids=lambda path: path.name)
def test_statements_of_real_banks_are_read(path: Path):
    (sheet,) = read_sheets(path.read_bytes(), path.name)
    assert len(sheet.rows) > 2
    assert max(sum(value is not None for value in row) for row in sheet.rows) > 4


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86 138", "'+86 138"),
        ("-5 度", "'-5 度"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("  =1", "'  =1"),
        ("＝1＋1", "'＝1＋1"),
        ("\x00=1", "'=1"),
        ("a=1", "a=1"),
        ("说“好”, 再见", "说“好”, 再见"),
        ('say "hi"', 'say "hi"'),
        ("一\n二", "一\n二"),
        (-5, "-5"),
        (Decimal("-1.50"), "-1.50"),
        (None, ""),
        (True, "是"),
        (Masked("+8613812345678", lambda plain: "+86****5678"), "'+86****5678"),
    ],
)
def test_a_csv_starts_no_formula(value: object, written: str):
    content = b"".join(csv_rows(["甲"], [[value, "乙"]]))
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1] == [written, "乙"]


def test_what_is_written_as_csv_is_read_again():
    (sheet,) = read_sheets(b"".join(csv_rows(["编号", "内容"], [["GD1", "漏水，\n很急"], ["GD2", ""]])))
    assert sheet.rows == [["编号", "内容"], ["GD1", "漏水，\n很急"], ["GD2", None]]
