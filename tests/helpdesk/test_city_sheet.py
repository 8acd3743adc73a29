"""A sheet of a city's system: read by what its headings mean, logged once, told in numbers and doubts."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from core.refusal import Refused
from core.spreadsheets import Sheet, read_sheets, write_xlsx
from helpdesk import actions, city_sheet
from helpdesk.city_sheet import CitySheet, Column
from helpdesk.models import Category, OutsideRequest, ServiceRequest, Update
from tests.factories import BuildingFactory, Desk, EstateFactory, desk

HEADINGS = ["序号", "工单编号", "来电时间", "诉求人", "联系电话", "诉求类型", "事发地址", "诉求内容", "办理状态"]


def row(number: Any = "GD001", **cells: Any) -> list[Any]:
    """A ticket in the order of HEADINGS."""
    usual = {
        "order": 1,
        "number": number,
        "at": datetime(2026, 11, 20, 9, 12),  # noqa: DTZ001 as a sheet has it
        "name": "张桂兰",
        "phone": 13800138000,
        "category": "环境卫生",
        "address": "朱方路225号3幢",
        "said": "楼下垃圾三天没清，味道很大。",
        "state": "待办理",
    }
    return list({**usual, **cells}.values())


def read(*rows: Sequence[Any], headings: Sequence[Any] = HEADINGS, **options: Any) -> CitySheet:
    return city_sheet.read([Sheet("工单", [list(headings), *map(list, rows)])], **options)


def reasons(found: CitySheet) -> list[tuple[int, str]]:
    return [(doubt.row, doubt.reason) for doubt in found.doubts]


# Reading


def test_columns_are_known_by_their_meaning_in_any_order() -> None:
    found = read(row())
    (ticket,) = found.tickets
    assert (ticket.number, ticket.name, ticket.phone) == ("GD001", "张桂兰", "13800138000")
    assert (ticket.category, ticket.address) == ("环境卫生", "朱方路225号3幢")
    assert (ticket.description, ticket.at) == ("楼下垃圾三天没清，味道很大。", "2026-11-20 09:12")
    assert found.columns == {
        "工单": dict(
            zip(
                ["number", "time", "name", "phone", "category", "address", "description", "state"],
                HEADINGS[1:],
                strict=True,
            )
        )
    }


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("工单编号", Column.NUMBER),
        ("流水号", Column.NUMBER),
        ("受理单号", Column.NUMBER),
        ("事件标题", Column.TITLE),
        ("诉求标题 *", Column.TITLE),
        ("反映内容", Column.DESCRIPTION),
        ("问题描述", Column.DESCRIPTION),
        ("诉求大类", Column.CATEGORY),
        ("事发地点", Column.ADDRESS),
        ("市民姓名", Column.NAME),
        ("来电人", Column.NAME),
        ("来电号码", Column.PHONE),
        ("受理时间", Column.TIME),
        ("工单状态", Column.STATE),
        ("承办单位", ""),
        ("办理结果", ""),
        ("办结时间", ""),
        ("受理人员", ""),
        ("序号", ""),
        ("天气", None),
    ],
)
def test_what_a_heading_means(heading: str, column: str | None) -> None:
    assert city_sheet.meaning(heading) == column


def test_a_persons_own_choice_goes_before_every_rule() -> None:
    found = read(["1", "灯坏了"], headings=["天气", "标题"], mapping={"天气": "number"})
    assert found.tickets[0].number == "1"


def test_titles_before_the_heading_totals_and_repeated_headings_are_no_tickets() -> None:
    rows = [["2026 年 11 月工单"], HEADINGS, row("A"), HEADINGS, row("B"), [None] * 9, ["合计", 2]]
    found = city_sheet.read([Sheet("工单", rows), Sheet("说明", [["请填写"]]), Sheet("空", [[]])])
    assert [(one.number, one.row) for one in found.tickets] == [("A", 3), ("B", 5)]
    assert [(doubt.sheet, doubt.reason) for doubt in found.doubts] == [("说明", "no heading row")]


def test_what_cannot_be_taken_is_told_with_its_row_and_its_reason() -> None:
    found = read(
        row(None),
        row("2.02611E+15"),
        row("A"),
        row("A"),
        row("B", said=None),
        row("C", said="长" * 4000),
        row("9" * 81),
        row("D", phone="打过来"),
    )
    assert reasons(found) == [
        (2, "no number"),
        (3, "number lost"),
        (5, "number again"),
        (6, "nothing asked"),
        (7, "too long"),
        (8, "number too long"),
        (9, "not a phone"),
    ]
    assert [one.number for one in found.tickets] == ["A", "D"]
    assert found.tickets[1].phone == ""
    assert all(doubt.sentence for doubt in found.doubts)


@pytest.mark.parametrize("state", ["已办结", "办结", "已归档", "已完成", "不予受理", "已撤销", "已退回"])
def test_what_has_ended_there_is_counted_and_left_aside(state: str) -> None:
    found = read(row("A", state=state), row("B", state="未办结"), row("C", state="处理中"))
    assert (found.ended, [one.number for one in found.tickets]) == (1, ["B", "C"])


def test_a_sheet_without_headings_is_refused() -> None:
    with pytest.raises(Refused, match="没有找到表头"):
        read(["a", "b"], headings=["甲", "乙"])


cells = st.one_of(st.none(), st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.datetimes())


@given(st.lists(st.lists(cells, min_size=9, max_size=9), max_size=6))
def test_whatever_stands_in_a_sheet_becomes_a_ticket_a_doubt_or_nothing(rows: list[list[Any]]) -> None:
    found = read(*rows)
    assert len(found.tickets) + found.ended <= len(rows)
    assert len({one.number for one in found.tickets}) == len(found.tickets)
    assert all(one.number and (one.title or one.description) for one in found.tickets)


# Taking in


@pytest.fixture
def here(db: None) -> Desk:
    return desk()


def run(here: Desk, folder: Path, *rows: Sequence[Any], name: str = "工单.xlsx", **options: Any) -> dict[str, Any]:
    """The command on a file with these rows; what it says as JSON."""
    path = folder / name
    if name.endswith("csv"):
        path.write_text("\n".join(",".join(str(cell or "") for cell in one) for one in [HEADINGS, *rows]), "gb18030")
    else:
        path.write_bytes(write_xlsx("工单", HEADINGS, rows))
    said = io.StringIO()
    given = {"community": here.grid.community.code, "json": True, "stdout": said, **options}
    call_command("import_requests", path, **given)
    answer: dict[str, Any] = json.loads(said.getvalue())
    return answer


def test_a_dry_run_tells_and_writes_nothing(here: Desk, tmp_path: Path) -> None:
    told = run(here, tmp_path, row("A"), row("B", state="已办结"), row(None))
    assert (told["tickets"], told["new"], told["known"], told["ended"], told["left_out"]) == (1, 1, 0, 1, 1)
    assert told["rows"] == [{"sheet": "工单", "row": 2, "number": "A", "category": "sanitation", "building": ""}]
    assert told["applied"] is False
    assert "张桂兰" not in json.dumps(told, ensure_ascii=False)
    assert not ServiceRequest.objects.exists()


@pytest.mark.parametrize("name", ["工单.xlsx", "工单.csv"])
def test_it_is_logged_once_and_the_second_time_nothing_is_left(here: Desk, tmp_path: Path, name: str) -> None:
    estate = EstateFactory(community=here.grid.community, code="225", name="朱方路225号")
    building = BuildingFactory(grid=here.grid, estate=estate, number="3", label="225号3幢")
    told = run(here, tmp_path, row("A", at="2026-11-20 09:12"), row("B", said="路灯不亮"), name=name, apply=True)
    assert (told["new"], told["applied"]) == (2, True)
    first = ServiceRequest.objects.get(outside__outside_id="A")
    assert (first.category.slug, first.building, first.grid) == ("sanitation", building, here.grid)
    assert (first.source, first.reporter_name, first.logged_by) == ("city", "张桂兰", None)
    assert first.reporter_phone.plain == "13800138000"
    assert first.title == "楼下垃圾三天没清，味道很大。"
    note = Update.objects.get(request=first, kind="note").internal_note
    assert note == "市里的系统的编号：A\n那边登记于 2026-11-20 09:12\n那边的类别：环境卫生"
    again = run(here, tmp_path, row("A"), row("B", said="路灯不亮"), row("C"), name=name, apply=True)
    assert (again["new"], again["known"]) == (1, 2)
    assert ServiceRequest.objects.count() == OutsideRequest.objects.count() == 3


def test_what_came_by_the_interface_is_known_to_the_sheet_and_the_other_way(here: Desk, tmp_path: Path) -> None:
    run(here, tmp_path, row("A"), system="12345", apply=True)
    told = run(here, tmp_path, row("A", said="又有新情况"), system="12345", apply=True)
    assert (told["known"], [doubt["reason"] for doubt in told["doubts"]]) == (1, ["other words"])
    told = run(here, tmp_path, row("A"), system="街道平台", apply=True)
    assert [(doubt["reason"], doubt["severity"]) for doubt in told["doubts"]] == [("known elsewhere", "left_out")]
    assert ServiceRequest.objects.count() == 1
    sent = actions.systems.Sent(Category.objects.get(slug="plumbing"), "漏水", "大门口", outside_id="A")
    with pytest.raises(Refused, match="以前送来过"):
        actions.receive(sent, system="12345")


def test_categories_are_found_by_their_name_their_words_and_the_text(here: Desk, tmp_path: Path) -> None:
    told = run(
        here,
        tmp_path,
        row("1", category="水电暖维修"),
        row("2", category="噪音扰民"),
        row("3", category="城市运行", said="路灯坏了好几天"),
        row("4", category=None, said="说不清"),
        row("5", category="矛盾调解"),
        row("6", category="举报"),
        row("7", category="困难救助"),
        row("8", address=None),
        apply=True,
    )
    assert [(one["number"], one["category"]) for one in told["rows"]] == [
        ("1", "plumbing"),
        ("2", "nuisance"),
        ("3", "public_fixtures"),
        ("4", "other"),
        ("8", "sanitation"),
    ]
    assert [(doubt["row"], doubt["reason"]) for doubt in told["doubts"]] == [
        (4, "category not known"),
        (5, "category not known"),
        (6, "category kept"),
        (7, "category kept"),
        (8, "category kept"),
        (9, "no place"),
    ]
    assert ServiceRequest.objects.get(outside__outside_id="8").place == "没有写明"


def test_one_that_cannot_be_logged_leaves_the_others(here: Desk, tmp_path: Path) -> None:
    told = run(here, tmp_path, row("A"), row("B", category="随便"), apply=True, column=["诉求类型="])
    assert told["new"] == 2
    assert {doubt["reason"] for doubt in told["doubts"]} == {"category not known"}


def test_it_says_in_words_what_it_did(here: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(write_xlsx("工单", HEADINGS, [row("A"), row(None), row("B", state="已办结")]))
    for options, ending in (({}, "这是预览，没有登记；加上 --apply 才会登记。"), ({"apply": True}, "已登记。")):
        said = io.StringIO()
        call_command("import_requests", path, community=here.grid.community.code, stdout=said, **options)
        assert said.getvalue().splitlines() == [
            "表里有 2 件：新的 1 件，以前收过 0 件，那边已办完不收 1 件。",
            "存疑：1 处",
            "  工单 第 3 行“工单编号”：没有工单编号，没有收。请补上编号，不然同一件会收两次。",
            ending,
        ]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"community": "0"}, "没有代码是 0 的社区"),
        ({"column": ["天气=雨"]}, "不认识的栏目：雨"),
    ],
)
def test_what_is_asked_wrongly_is_refused(here: Desk, tmp_path: Path, options: dict[str, Any], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        run(here, tmp_path, row(), **options)


def test_a_file_that_is_none_is_refused(here: Desk, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7")
    for file, says in ((path, "这不是能读的表格"), (tmp_path / "none.xlsx", "打不开文件")):
        with pytest.raises(CommandError, match=says):
            call_command("import_requests", file, community=here.grid.community.code)


def test_the_sheet_is_read_as_the_portal_writes_it() -> None:
    (sheet,) = read_sheets(write_xlsx("工单", HEADINGS, [row("A")]))
    assert city_sheet.read([sheet]).tickets[0].phone == "13800138000"
