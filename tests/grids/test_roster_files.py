"""Files and rows that are not what they should be, each sent through the page: refused, or a named doubt."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.models import User
from community.roles import Role
from core.models import Job
from grids.models import Household, Membership, Resident, RosterDoubt, RosterPage, RosterUpload
from tests.factories import CommunityFactory, appoint
from tests.grids.roster_pages import apply_rows, decide, send, work_off
from tests.grids.rosters import HEADINGS, card, row, workbook

pytestmark = pytest.mark.django_db

DOOR = "225号3幢2单元501室"
NEXT = "225号3幢2单元502室"
MB = 2**20


@pytest.fixture
def staff(client: Client) -> User:
    user = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
    client.force_login(user)
    return user


def nothing_was_kept() -> bool:
    """No person, no place, no file and no preview."""
    sealed = RosterUpload.objects.exclude(sealed_content="", sealed_preview="").exists()
    return not (Household.objects.exists() or Resident.objects.exists() or sealed or RosterPage.objects.exists())


def bomb() -> bytes:
    """A workbook of half a megabyte that unpacks to half a gigabyte."""
    target = io.BytesIO(workbook([("一", [HEADINGS, row(DOOR, "户主", "张三")])]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", bytes(500 * MB))
    return target.getvalue()


def far_cell() -> bytes:
    """A workbook with one cell in the last corner of the sheet."""
    source = zipfile.ZipFile(io.BytesIO(workbook([("一", [HEADINGS, row(DOOR, "户主", "张三")])])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                content = content.replace(b"</sheetData>", cell)
            archive.writestr(entry.filename, content)
    return target.getvalue()


def locked_workbook() -> bytes:
    """What Excel writes for a workbook with a password: an OLE container of EncryptionInfo and EncryptedPackage."""
    free, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108

    def entry(name: str, kind: int, *, left: int = free, child: int = free, start: int = end, size: int = 0) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        fields = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
        fields += struct.pack("<III", left, free, child) + bytes(36)
        return fields + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, child=1)
    directory += entry("EncryptedPackage", 2, left=2, start=2, size=4096)
    directory += entry("EncryptionInfo", 2, start=10, size=4096)
    directory += entry("", 0)
    package, info = bytes(4096), struct.pack("<HHI", 4, 4, 0x40) + b"<encryption/>".ljust(4088, b"\0")
    chain = [fat_mark, end, *range(3, 10), end, *range(11, 18), end]
    fat = struct.pack("<128I", *chain, *[free] * (128 - len(chain)))
    return header + fat + directory + package + info


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "名册.xlsx", "空的"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", "名册.pdf", "请选择 Excel"),
        (b"x" * (100 * MB), "名册.xlsx", "超过 10 MB"),
    ],
    ids=["empty", "pdf", "100 MB"],
)
def test_what_the_form_refuses(client: Client, staff: User, content: bytes, name: str, words: str) -> None:
    answer = send(client, content, name)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not RosterUpload.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n", "名册.xlsx", "不是能读的表格"),
        (b"<html><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d</td></tr></table>", "名册.xls", "不是能读的表格"),
        (bomb, "名册.xlsx", "太大"),
        (far_cell, "名册.xlsx", "太大"),
        (locked_workbook, "名册.xlsx", "密码"),
        (workbook([("一", [["姓名", "住址"]])])[:900], "名册.xlsx", "不是能读的表格"),
        (workbook([("一", [])]), "名册.xlsx", "没有内容"),
        ("日期,金额\n2026-01-01,5\n".encode("gb18030"), "流水.csv", "没有找到表头"),
    ],
    ids=["renamed pdf", "html", "bomb", "far cell", "password", "cut off", "no rows", "another table"],
)
def test_what_cannot_be_read_is_said_in_words_and_erased(
    client: Client, staff: User, content: Any, name: str, words: str
) -> None:
    send(client, content() if callable(content) else content, name)
    job = Job.objects.get()
    assert (job.state, words in job.message) == (Job.State.FAILED, True), job.message
    assert RosterUpload.objects.get().state == RosterUpload.State.UNREADABLE
    assert nothing_was_kept()
    assert words in client.get(job.get_absolute_url()).content.decode()


def doubts() -> set[tuple[int, str, str]]:
    return set(RosterDoubt.objects.values_list("row", "column", "reason"))


def wrong_digit() -> str:
    return card()[:-1] + ("1" if card()[-1] != "1" else "2")


@pytest.mark.parametrize(
    ("rows", "expected", "registered"),
    [
        ([row(DOOR, "户主", "=CMD()")], {(2, "姓名", "formula")}, 0),
        ([row(DOOR, "户主", "张3")], {(2, "姓名", "not a name")}, 0),
        ([row(DOOR, "户主", "张三", phone="1381234567")], {(2, "联系电话", "10 digits")}, 1),
        ([row(DOOR, "户主", "张三", number=wrong_digit())], {(2, "身份证号", "check digit")}, 1),
        ([row(DOOR, "户主", "张三", number="99071219560231001X")], {(2, "身份证号", "birth date")}, 1),
        ([row(DOOR, "户主", "张三", number="990712560307001")], {(2, "身份证号", "15 digits")}, 1),
        ([row(DOOR, "户主", "张三", number=990712195603070012)], {(2, "身份证号", "lost precision")}, 1),
        ([row(DOOR, "户主", "张三", born="1956-02-30")], {(2, "出生日期", "no such date")}, 1),
        ([row(DOOR, "户主", "张三", born="2156-02-03")], {(2, "出生日期", "date in the future")}, 1),
        (
            [row(DOOR, "户主", "张三", born="1957-03-07", number=card())],
            {(2, "出生日期", "birth date contradicts number")},
            1,
        ),
        (
            [row(DOOR, "户主", "张三", sex="女", number=card(order=1))],
            {(2, "性别", "sex contradicts number")},
            1,
        ),
        (
            [row(DOOR, "户主", "张三", number=card()), row(NEXT, "户主", "张三", number=card())],
            {(3, "身份证号", "same number twice")},
            1,
        ),
        (
            [row(DOOR, "户主", "张三", number=card()), row(NEXT, "户主", "李四", number=card())],
            {(3, "身份证号", "same number twice")},
            2,
        ),
        ([row(DOOR, "户主", "张三"), row("同上", "户主", "李四")], {(3, "与户主关系", "two heads")}, 2),
    ],
    ids=lambda value: next(iter(value))[2] if isinstance(value, set) else None,
)
def test_every_doubt_is_named_in_the_preview_and_kept(
    client: Client, staff: User, rows: list[list[Any]], expected: set[tuple[int, str, str]], registered: int
) -> None:
    send(client, workbook([("一", [HEADINGS, *rows])]))
    upload = RosterUpload.objects.get()
    shown = {(one["row"], one["column"], one["reason"]) for one in upload.preview["first"]["doubts"]}
    assert shown == expected
    decide(client, upload, "apply")
    work_off()
    assert Resident.objects.count() == registered
    assert not registered or doubts() == expected
    assert not Resident.objects.filter(name__startswith="=").exists()


def test_two_heads_with_one_household_number_keep_the_first(client: Client, staff: User) -> None:
    headings = [*HEADINGS, "户号"]
    apply_rows(client, [*row(DOOR, "户主", "张三"), "1"], [*row(DOOR, "户主", "李四"), "1"], headings=headings)
    assert doubts() == {(3, "与户主关系", "two heads")}
    assert Household.objects.get().head.name == "张三"
    assert Membership.objects.count() == 2


def test_csv_as_wps_writes_it(client: Client, staff: User) -> None:
    send(client, f"姓名,住址\n张三,{DOOR}\n".encode("gb18030"), "名册.csv")
    assert RosterUpload.objects.get().preview["residents"] == 1
    send(client, f"\ufeff姓名,住址\n李四,{NEXT}\n".encode(), "名册.csv")
    assert RosterUpload.objects.order_by("pk").last().preview["residents"] == 1


def test_a_preview_of_many_households_is_paged_and_bounded(client: Client, staff: User) -> None:
    rows = [row(f"225号{n // 90 + 1}幢{n % 90 + 101}室", "户主", f"王{chr(0x4E00 + n)}") for n in range(230)]
    apply_rows(client, *rows)
    changed = [[*one[:-1], f"138{n:08d}"] for n, one in enumerate(rows)]
    send(client, workbook([("一", [HEADINGS, *changed])]))
    upload = RosterUpload.objects.order_by("pk").last()
    assert upload.preview["parts"]["changed"] == 230
    assert len(upload.preview["first"]["changed"]) == 10
    assert len(upload.sealed_preview) < 20_000
    url = reverse("grids:roster_part", args=[upload.pk, "changed"])
    seen = []
    address = url
    while address:
        page = client.get(address)
        seen += [entry["door"] for entry in page.context["entries"]]
        address = f"{url}{page.context['next_url']}" if page.context["next_url"] else ""
    assert len(seen) == len(set(seen)) == 230
    assert "138****0000" in client.get(url).content.decode()
    file = client.get(url, {"format": "xlsx"})
    assert file["Content-Type"].startswith("application/vnd.openxml")
    assert client.get(url, {"page": "999"}).context["number"] == 5
    assert client.get(reverse("grids:roster_part", args=[upload.pk, "nothing"])).status_code == 404
    decide(client, upload, "give_up")
    assert client.get(url).status_code == 404
    assert not RosterPage.objects.exists()
