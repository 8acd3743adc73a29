"""Rosters in the shapes that communities send; every doubt named by sheet, row and column."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.spreadsheets import Sheet, read_sheets
from grids.codes import CareCategory
from grids.rosters import sheet as roster_sheet
from grids.rosters import values
from grids.rosters.doubts import Severity
from grids.rosters.households import Roster
from grids.rosters.sheet import RosterUnreadable
from tests.grids.rosters import HEADINGS, card, real_file, row, sheet, workbook

DOOR = "225号3幢2单元501室"
NEXT = "225号3幢2单元502室"


def doubts(roster: Roster) -> list[tuple[int, str, str]]:
    return [(doubt.row, doubt.column, doubt.reason) for doubt in roster.doubts]


def people(roster: Roster) -> list[list[str]]:
    return [[person.name for person in household.people] for household in roster.households]


def test_the_sample_roster_is_read_exactly() -> None:
    expected = json.loads(real_file("roster_2026.json").read_text())
    roster = roster_sheet.read(read_sheets(real_file("roster_2026.xlsx").read_bytes(), "roster_2026.xlsx"))
    assert len(roster.households) == expected["households"]
    assert roster.residents == expected["residents"]
    assert {CareCategory(name).label: count for name, count in roster.care().items()} == expected["care"]
    assert roster.doors() == expected["doors"]
    assert doubts(roster) == sorted(tuple(found) for found in (*expected["bad_rows"], *expected["warned_rows"]))
    assert {person.row for one in roster.households for person in one.people}.isdisjoint({expected["total_row"]})


def test_title_and_filled_in_by_stand_before_the_headings() -> None:
    content = workbook(
        [
            (
                "Sheet1",
                [
                    ["社区居民花名册"],
                    ["填表单位：社区居委会", "", "", "填表日期：2026-09-30"],
                    ["序号", "姓 名", "与户主\n关系", "公民身份号码", "家庭住址", "手机"],
                    [1, "张　三", "户主", card(order=1), DOOR, 13812345678],
                    [2, "李四", "妻", card(order=2), "同上", "138-1234-5679"],
                    ["合计", 2],
                    ["填表人：王五"],
                ],
            )
        ],
        merged=[("Sheet1", 0, 0, 0, 5, "社区居民花名册")],
    )
    roster = roster_sheet.read(read_sheets(content, "x.xlsx"))
    assert people(roster) == [["张三", "李四"]]
    assert [person.phone for person in roster.households[0].people] == ["13812345678", "13812345679"]
    assert roster.doubts == []
    assert roster.columns[0].row == 3


def test_other_order_divided_address_two_row_headings_and_ticks() -> None:
    rows = [
        ["", "居民姓名", "住址", "", "", "人员类别", "", "", "是否党员", "房屋状态"],
        ["", "", "楼幢", "单元", "室", "低保", "独居", "残疾", "", ""],
        ["", "张三", 3, 2, 501, "√", "", "二级", "是", "租住"],
        ["", "李四", "", "", 502, "", "✓", "", "否", "空挂"],
        ["", "王五", "4幢", "", "101室", "", "", "", "中共党员", "户籍"],
    ]
    content = workbook([("225号", rows)], merged=[("225号", 0, 2, 0, 4, "住址"), ("225号", 0, 5, 0, 7, "人员类别")])
    roster = roster_sheet.read(read_sheets(content, "x.xlsx"))
    assert [str(household.address) for household in roster.households] == [
        "225号3幢2单元501室",
        "225号3幢2单元502室",
        "225号4幢101室",
    ]
    first, second, third = (household.people[0] for household in roster.households)
    assert dict(first.care) == {CareCategory.MINIMUM_ALLOWANCE: "", CareCategory.DISABLED: "2"}
    assert dict(second.care) == {CareCategory.LIVING_ALONE: ""}
    assert (first.is_party_member, second.is_party_member, third.is_party_member) == (True, False, True)
    assert [household.kind for household in roster.households] == ["renting", "registered_only", "registered"]
    assert roster.doubts == []


def test_merged_addresses_belong_to_all_rows_they_cover() -> None:
    rows = [
        ["门牌", "姓名", "关系"],
        [DOOR, "张三", "户主"],
        ["", "李四", "配偶"],
        ["", "张小三", "长子"],
        [NEXT, "王五", "户主"],
    ]
    content = workbook([("表", rows)], merged=[("表", 1, 0, 3, 0, DOOR)])
    assert people(roster_sheet.read(read_sheets(content, "x.xlsx"))) == [["张三", "李四", "张小三"], ["王五"]]


@pytest.mark.parametrize("again", ["同上", "〃", '"', "", None, " 同 上 "])
def test_ditto_and_blank_go_on_from_above(again: str | None) -> None:
    roster = roster_sheet.read([sheet(row(DOOR, "户主", "张三"), row(again, "配偶", "李四"))])
    assert people(roster) == [["张三", "李四"]]
    assert roster.doubts == []


def test_several_sheets_in_their_own_words() -> None:
    first = sheet(row(DOOR, "户主", "张三"), name="一")
    second = sheet(["王五", "225-3-2-502", "租户"], headings=["户主姓名", "房号", "人户状态"], name="二")
    empty = Sheet("三", [])
    notes = Sheet("说明", [["请各网格认真填写"]])
    roster = roster_sheet.read([first, second, empty, notes])
    assert people(roster) == [["张三"], ["王五"]]
    assert roster.households[1].head is not None
    assert [(doubt.sheet, doubt.reason) for doubt in roster.doubts] == [("说明", "no heading row")]


def test_a_csv_in_gb18030() -> None:
    text = f"姓名,住址,与户主关系,出生年月\r\n张三,{DOOR},户主,1956年3月\r\n李㐂,同上,配偶,1957.4.6\r\n"
    roster = roster_sheet.read(read_sheets(text.encode("gb18030"), "名册.csv"))
    assert [(person.name, person.birth_date) for person in roster.households[0].people] == [
        ("张三", "1956-03"),
        ("李㐂", "1957-04-06"),
    ]


def test_bands_name_the_building_of_the_rows_below() -> None:
    rows = [
        ["姓名", "室号", "与户主关系"],
        ["225号3幢", "", ""],
        ["张三", "2-501", "户主"],
        ["李四", "", "配偶"],
        ["225号4幢", "225号4幢", "225号4幢"],
        ["王五", "1-101", "户主"],
    ]
    roster = roster_sheet.read([Sheet("表", rows)])  # type: ignore[arg-type]
    assert [household.address.building for household in roster.households] == ["3", "4"]
    assert people(roster) == [["张三", "李四"], ["王五"]]


def test_heads_in_a_column_of_their_own_make_households() -> None:
    headings = ["户主姓名", "姓名", "住址", "与户主关系"]
    roster = roster_sheet.read(
        [
            sheet(
                ["张三", "张三", DOOR, "户主"],
                ["张三", "李四", DOOR, "妻"],
                ["王五", "王五", DOOR, "户主"],
                ["王五", "王小五", DOOR, "子"],
                ["王五", "赵六", DOOR, "户主"],
                headings=headings,
            )
        ]
    )
    assert people(roster) == [["张三", "李四"], ["王五", "王小五", "赵六"]]
    assert doubts(roster) == [(6, "与户主关系", "two heads")]
    assert roster.households[1].people[2].relation == ""


def test_a_second_head_at_a_door_opens_a_household_and_is_reported() -> None:
    roster = roster_sheet.read(
        [sheet(row(DOOR, "户主", "张三"), row("同上", "户主", "王五"), row("同上", "配偶", "赵六"))]
    )
    assert people(roster) == [["张三"], ["王五", "赵六"]]
    assert doubts(roster) == [(3, "与户主关系", "two heads")]
    assert roster.doubts[0].severity == Severity.NOTED


@pytest.mark.parametrize(
    ("cells", "column", "reason", "severity"),
    [
        ({"number": card()[:-1] + ("0" if card()[-1] != "0" else "1")}, "身份证号", "check digit", "without_value"),
        ({"number": "99071256030701"}, "身份证号", "length", "without_value"),
        ({"number": "990712560307012"}, "身份证号", "15 digits", "without_value"),
        ({"number": 990712195603070012}, "身份证号", "lost precision", "without_value"),
        ({"number": 9.90712195603070e17}, "身份证号", "lost precision", "without_value"),
        ({"number": "9.90712E+17"}, "身份证号", "lost precision", "without_value"),
        ({"number": card("19561307")}, "身份证号", "birth date", "without_value"),
        ({"number": card(), "born": "1957-01-01"}, "出生日期", "birth date contradicts number", "without_value"),
        ({"number": card(), "sex": "女"}, "性别", "sex contradicts number", "without_value"),
        ({"born": "2099-01-01"}, "出生日期", "date in the future", "without_value"),
        ({"born": "1956年2月30日"}, "出生日期", "no such date", "without_value"),
        ({"born": "腊月初八"}, "出生日期", "no such date", "without_value"),
        ({"phone": 1381234567}, "联系电话", "10 digits", "without_value"),
        ({"phone": "138123456789"}, "联系电话", "12 digits", "without_value"),
        ({"phone": "在女儿家"}, "联系电话", "not a phone", "without_value"),
        ({"sex": "中"}, "性别", "word not known", "without_value"),
        ({"name": "=A1&B1"}, "姓名", "formula", "left_out"),
        ({"name": 12345}, "姓名", "not a name", "left_out"),
        ({"name": None}, "姓名", "no name", "left_out"),
        ({"relation": "邻居的猫"}, "与户主关系", "word not known", "without_value"),
        ({"address": "小区东门"}, "住址", "not understood", "left_out"),
        ({"address": "231-3-501"}, "住址", "several readings", "left_out"),
        ({"address": "225号3幢2单元"}, "住址", "no door", "left_out"),
        ({"address": "501室"}, "住址", "no building", "left_out"),
        ({"address": dt.date(2026, 3, 2)}, "住址", "several readings", "left_out"),
    ],
)
def test_each_doubt_names_row_column_and_reason(
    cells: dict[str, object], column: str, reason: str, severity: str
) -> None:
    given = {"address": NEXT, "relation": "户主", "name": "张三", "number": None, "phone": "13812345678", **cells}
    roster = roster_sheet.read([sheet(row(DOOR, "户主", "李四"), row(**given))])  # type: ignore[arg-type]
    told = [doubt for doubt in roster.doubts if doubt.reason != "no head"]
    assert [(doubt.sheet, doubt.row, doubt.column, doubt.reason) for doubt in told] == [("花名册", 3, column, reason)]
    assert told[0].severity == severity
    assert told[0].sentence != reason
    assert roster.residents == (1 if severity == "left_out" else 2)


def test_what_the_number_says_goes_before_the_columns() -> None:
    roster = roster_sheet.read([sheet(row(DOOR, "户主", "张三", number=card(), born="1957-01-01", sex="女"))])
    person = roster.households[0].people[0]
    assert (person.birth_date, person.sex) == ("1956-03-07", "1")


def test_the_same_number_twice() -> None:
    number = card()
    roster = roster_sheet.read(
        [
            sheet(row(DOOR, "户主", "张三", number=number), name="一"),
            sheet(row(NEXT, "户主", "张三", number=number), row(NEXT, "配偶", "李四", number=number), name="二"),
        ]
    )
    assert [(doubt.sheet, *found) for doubt, found in zip(roster.doubts, doubts(roster), strict=True)] == [
        ("二", 2, "身份证号", "same number twice"),
        ("二", 3, "身份证号", "same number twice"),
        ("二", 3, "与户主关系", "no head"),
    ]
    assert people(roster) == [["张三"], ["李四"]]
    assert roster.households[1].people[0].id_number == ""


def test_rows_under_an_address_that_is_not_understood_are_not_given_to_the_household_above() -> None:
    roster = roster_sheet.read(
        [sheet(row(DOOR, "户主", "张三"), row("小区东门", "户主", "王五"), row("同上", "配偶", "赵六"))]
    )
    assert people(roster) == [["张三"]]
    assert doubts(roster) == [(3, "住址", "not understood"), (4, "住址", "household left out")]


def test_a_head_without_an_address_is_not_put_behind_another_door() -> None:
    roster = roster_sheet.read([sheet(row(DOOR, "户主", "张三"), row("", "户主", "王五"), row("", "配偶", "赵六"))])
    assert people(roster) == [["张三"]]
    assert doubts(roster) == [(3, "住址", "no address"), (4, "住址", "household left out")]


def test_free_words_of_care() -> None:
    headings = [*HEADINGS, "人员类别", "备注"]
    roster = roster_sheet.read(
        [
            sheet(
                [*row(DOOR, "户主", "张三"), "低保、独居,残疾（二级）", "高龄"],
                [*row(NEXT, "户主", "李四"), "爱唱歌", "低保已取消"],
                [*row("225号3幢2单元503", "户主", "王五"), "无", ""],
                headings=headings,
            )
        ]
    )
    assert dict(roster.households[0].people[0].care) == {
        CareCategory.MINIMUM_ALLOWANCE: "",
        CareCategory.LIVING_ALONE: "",
        CareCategory.DISABLED: "2",
        CareCategory.VERY_OLD: "",
    }
    assert roster.households[1].people[0].care == ()
    assert roster.households[2].people[0].care == ()
    assert doubts(roster) == [(3, "人员类别", "care word not known")]


@pytest.mark.parametrize(
    ("cell", "born"),
    [
        (dt.date(1956, 3, 7), "1956-03-07"),
        (dt.datetime.fromisoformat("1956-03-07T08:30"), "1956-03-07"),
        ("1956.3.7", "1956-03-07"),
        ("1956/03/07", "1956-03-07"),
        ("1956-3-7 00:00:00", "1956-03-07"),
        ("1956年3月7日", "1956-03-07"),
        ("19560307", "1956-03-07"),
        (19560307, "1956-03-07"),
        (20521, "1956-03-07"),
        (20521.0, "1956-03-07"),
        ("1956年3月", "1956-03"),
        ("195603", "1956-03"),
        (1956.03, "1956-03"),
        (1956, "1956"),
        ("1956年", "1956"),
        ("不详", ""),
    ],
)
def test_birth_dates(cell: object, born: str) -> None:
    roster = roster_sheet.read([sheet(row(DOOR, "户主", "张三", born=cell))])
    assert roster.households[0].people[0].birth_date == born
    assert roster.doubts == []


def test_landlines_and_several_phones() -> None:
    roster = roster_sheet.read(
        [
            sheet(
                row(DOOR, "户主", "张三", phone="0511-84412345"),
                row("", "配偶", "李四", phone="13812345678/13912345678"),
                row("", "长子", "张小三", phone="84412345"),
                row("", "长女", "张小四", phone="+86 138 1234 5678"),
                row("", "母亲", "赵大", phone="无"),
            )
        ]
    )
    assert [person.phone for person in roster.households[0].people] == [
        "051184412345",
        "13812345678",
        "84412345",
        "13812345678",
        "",
    ]
    assert roster.doubts == []


def test_vacant_doors_are_kept_as_doors() -> None:
    roster = roster_sheet.read([sheet(row(DOOR, "", "空置"), row(NEXT, "户主", "张三"))])
    assert [str(address) for address, _raw in roster.vacant] == [DOOR]
    assert people(roster) == [["张三"]]
    assert roster.doubts == []


def test_total_rows_footers_blank_rows_and_repeated_headings_are_no_people() -> None:
    rows = [
        row(DOOR, "户主", "张三"),
        ["小计", None, "1人"],
        [],
        list(HEADINGS),
        row(NEXT, "户主", "李四"),
        ["总计", None, 2],
        ["备注：以上情况属实"],
        ["审核人：赵六"],
    ]
    roster = roster_sheet.read([sheet(*rows)])
    assert people(roster) == [["张三"], ["李四"]]
    assert roster.doubts == []


def test_the_road_is_completed_where_all_rows_agree() -> None:
    roster = roster_sheet.read([sheet(row(f"朱方路{DOOR}", "户主", "张三"), row(NEXT, "户主", "李四"))])
    assert {household.address.road for household in roster.households} == {"朱方路"}


def test_a_known_number_settles_a_short_address() -> None:
    roster = roster_sheet.read([sheet(row(DOOR, "户主", "张三"), row("225-3-501", "户主", "李四"))])
    assert str(roster.households[1].address) == "225号3幢501室"
    assert roster.doubts == []


def test_a_person_says_what_a_column_means() -> None:
    odd = sheet(["张三", DOOR, "低保"], headings=["姓名", "哪里住", "咋样"])
    with pytest.raises(RosterUnreadable):
        roster_sheet.read([odd])
    roster = roster_sheet.read([odd], {"哪里住": "address", "咋样": "care"})
    assert roster.households[0].people[0].care == ((CareCategory.MINIMUM_ALLOWANCE, ""),)


def test_a_file_without_people_says_so() -> None:
    with pytest.raises(RosterUnreadable, match="表头"):
        roster_sheet.read([Sheet("流水", [["日期", "金额"], ["2026-01-01", 3]])])


def test_passports_are_not_judged_by_the_rules_of_identity_cards() -> None:
    headings = [*HEADINGS, "证件类型"]
    roster = roster_sheet.read(
        [
            sheet(
                [*row(DOOR, "户主", "John Smith", number="E12345678"), "护照"],
                [*row("", "配偶", "李四", number="??"), "护照"],
                headings=headings,
            )
        ]
    )
    first = roster.households[0].people[0]
    assert (first.name, first.id_type, first.id_number) == ("John Smith", "passport", "E12345678")
    assert doubts(roster) == [(3, "身份证号", "format")]


def _says_no_person(cells: list[object]) -> bool:
    return any(values.is_total(cell) or values.is_vacant(cell) for cell in cells)  # type: ignore[arg-type]


CELLS = st.one_of(st.none(), st.text(max_size=8), st.integers(), st.floats(), st.dates(), st.booleans(), st.datetimes())


@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=6))
def test_no_sheet_breaks_the_reading_and_no_row_is_lost_silently(rows: list[list[object]]) -> None:
    roster = roster_sheet.read([sheet(*rows)])  # type: ignore[arg-type]
    told = {doubt.row for doubt in roster.doubts}
    told |= {person.row for household in roster.households for person in household.people}
    named = {number for number, cells in enumerate(rows, 2) if isinstance(cells[2], str) and cells[2].isalpha()}
    vacant_or_total = {number for number in named if _says_no_person(rows[number - 2])}
    assert named - vacant_or_total <= told
