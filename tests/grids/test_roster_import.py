"""A roster against the register: created once, changed field by field, left alone the second time."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.models import AuditEvent, Community
from core import clock
from core.fields import plain_of
from core.refusal import Refused
from grids.codes import CareCategory, Relation
from grids.models import Building, CareTag, Dwelling, Estate, Household, Membership, Resident
from grids.rosters import applying
from grids.rosters import sheet as roster_sheet
from grids.rosters.households import Roster
from grids.rosters.plan import Plan
from tests.factories import BuildingFactory, CommunityFactory, EstateFactory, GridFactory
from tests.grids.rosters import HEADINGS, card, real_file, row, sheet, workbook

pytestmark = pytest.mark.django_db

DOOR = "225号3幢2单元501室"
NEXT = "225号3幢2单元502室"


@pytest.fixture
def community() -> Community:
    return CommunityFactory()


def read(*rows: Sequence[Any], headings: Sequence[Any] = HEADINGS) -> Roster:
    return roster_sheet.read([sheet(*rows, headings=headings)])


def apply(community: Community, *rows: Sequence[Any], **options: Any) -> Plan:
    return applying.apply(read(*rows, **options), community=community, by=None)


def changes(plan: Plan) -> list[tuple[str, str, str, str]]:
    return [(change.who, change.field, change.before, change.after) for change in plan.changes()]


FAMILY = [
    row(DOOR, "户主", "张三", number=card(order=1), phone="13812345678"),
    row("同上", "配偶", "李四", number=card("19570406", 2)),
    row("同上", "子", "张小三", born="1985年6月"),
]


def test_a_household_its_people_and_their_door_are_created(community: Community) -> None:
    plan = apply(community, *FAMILY)
    assert plan.created() == {
        "estates": 1,
        "buildings": 1,
        "dwellings": 1,
        "households": 1,
        "residents": 3,
        "care_tags": 0,
    }
    household = Household.objects.get()
    assert str(household) == DOOR
    assert (household.head.name, plain_of(household.phone)) == ("张三", "13812345678")
    assert household.building == household.dwelling.building
    head = Resident.objects.get(name="张三")
    assert (head.pinyin, head.initials, head.sex) == ("zhangsan", "zs", "1")
    assert plain_of(head.id_number) == card(order=1)
    assert str(head.birth_date) == "1956-**-**"
    assert plain_of(Resident.objects.get(name="张小三").birth_date) == "1985-06"
    relations = Membership.objects.order_by("relation").values_list("resident__name", "relation")
    assert list(relations) == [("张三", Relation.HEAD), ("李四", Relation.SPOUSE), ("张小三", Relation.SON)]


def test_the_second_time_changes_nothing(community: Community) -> None:
    apply(community, *FAMILY)
    events = AuditEvent.objects.count()
    plan = apply(community, *FAMILY)
    assert plan.does_nothing
    assert plan.summary()["create"] == plan.summary()["change"] == 0
    assert plan.summary()["leave"] == 1
    assert AuditEvent.objects.count() == events
    assert Household.objects.get().version == 1


def test_a_dry_run_writes_nothing(community: Community) -> None:
    with CaptureQueriesContext(connection) as queries:
        applying.plan(read(*FAMILY), community=community)
    assert all(query["sql"].startswith("SELECT") for query in queries.captured_queries)
    assert not Estate.objects.exists()


def test_planning_takes_the_same_queries_for_one_household_and_for_many(community: Community) -> None:
    apply(community, *FAMILY)
    many = [row(f"225号3幢2单元{100 + number}室", "户主", f"王{chr(0x4E00 + number)}") for number in range(40)]
    counts = []
    for rows in (FAMILY, [*FAMILY, *many]):
        with CaptureQueriesContext(connection) as queries:
            applying.plan(read(*rows), community=community).summary()
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_fields_change_one_by_one_and_sensitive_ones_stay_masked(community: Community) -> None:
    apply(community, *FAMILY)
    headings = [*HEADINGS, "就业状况", "党员", "人员类别", "面积"]
    plan = apply(
        community,
        [*row(DOOR, "户主", "张三", number=card(order=1), phone="13912345678"), "退休", "是", "独居", "72.45"],
        [*row("同上", "配偶", "李四", number=card("19570406", 2)), "", "", "", ""],
        [*row("同上", "长子", "张小三", born="1985-06-03"), "在职", "", "", ""],
        headings=headings,
    )
    assert changes(plan) == [
        (DOOR, "建筑面积（0.01 平方米）", "", "72.45"),
        ("张三", "手机号", "138****5678", "139****5678"),
        ("张三", "就业状况", "", "退（离）休人员"),
        ("张三", "党员", "", "是"),
        ("张三", "关爱标签", "", "独居老人"),
        ("张小三", "出生日期", "1985-**-**", "1985-**-**"),
        ("张小三", "就业状况", "", "职员"),
    ]
    household = Household.objects.get()
    assert household.version == 2
    assert plain_of(household.phone) == "13912345678"
    assert household.dwelling.area == 7245
    assert CareTag.objects.get().resident.name == "张三"
    event = AuditEvent.objects.get(verb="roster_applied", changes__has_key="张三 手机号")
    assert event.household_id == household.pk
    assert event.changes["张三 手机号"] == ["138****5678", "139****5678"]
    assert "13912345678" not in json.dumps(plan.summary(), default=str)


def test_what_the_roster_leaves_empty_stays(community: Community) -> None:
    apply(community, *FAMILY)
    plan = apply(community, row(DOOR, "", "张三"), row("", "", "李四"), row("", "", "张小三", born="1985"))
    assert changes(plan) == []
    assert plain_of(Resident.objects.get(name="张小三").birth_date) == "1985-06"


def test_a_new_member_joins_the_household_that_is_there(community: Community) -> None:
    apply(community, *FAMILY)
    plan = apply(community, *FAMILY, row("同上", "孙女", "张小小"))
    assert changes(plan) == [("张小小", "成员", "", "张小小")]
    assert plan.created()["residents"] == 1
    assert plan.created()["households"] == 0


def test_a_corrected_name_is_found_by_the_number(community: Community) -> None:
    apply(community, *FAMILY)
    plan = apply(community, row(DOOR, "户主", "张叁", number=card(order=1)))
    assert ("张叁", "姓名", "张三", "张叁") in changes(plan)
    assert Resident.objects.get(name="张叁").pinyin == "zhangsan"
    assert Resident.objects.count() == 3


def test_a_number_found_later_is_added_to_the_person(community: Community) -> None:
    apply(community, *FAMILY)
    number = card("19850603", 3)
    plan = apply(community, *FAMILY[:2], row("同上", "子", "张小三", number=number))
    assert ("张小三", "证件号码", "", f"{number[:4]}**********{number[-4:]}") in changes(plan)
    assert plain_of(Resident.objects.get(name="张小三").id_number) == number
    assert apply(community, *FAMILY[:2], row("同上", "子", "张小三", number=number)).does_nothing


def test_somebody_who_moved_takes_the_care_along(community: Community) -> None:
    headings = [*HEADINGS, "人员类别"]
    moving = [*row(DOOR, "户主", "张三", number=card(order=1)), "低保"]
    apply(community, moving, headings=headings)
    with clock.at(clock.now() + timedelta(days=3)):
        plan = apply(community, [*row(NEXT, "户主", "张三", number=card(order=1)), "低保"], headings=headings)
    assert changes(plan) == [("张三", "住户", DOOR, NEXT)]
    assert (plan.created()["households"], plan.created()["residents"], plan.created()["care_tags"]) == (1, 0, 0)
    open_ones = Membership.objects.filter(ends_on__isnull=True)
    assert [str(one.household) for one in open_ones] == [NEXT]
    assert [one.ends_on for one in Membership.objects.filter(ends_on__isnull=False)] == [
        clock.today() + timedelta(days=2)
    ]
    assert [str(tag.household) for tag in CareTag.objects.all()] == [NEXT]
    assert Resident.objects.count() == 1
    assert apply(community, [*row(NEXT, "户主", "张三", number=card(order=1)), "低保"], headings=headings).does_nothing


def test_others_at_the_same_door_are_a_household_of_their_own(community: Community) -> None:
    apply(community, *FAMILY)
    plan = apply(community, row(DOOR, "户主", "王五"))
    assert [doubt.reason for doubt in plan.doubts] == ["others live there"]
    assert Household.objects.count() == 2
    assert Dwelling.objects.count() == 1
    again = apply(community, *FAMILY, row("同上", "户主", "王五"))
    assert again.does_nothing


def test_the_dead_are_not_brought_back(community: Community) -> None:
    apply(community, *FAMILY)
    Resident.objects.filter(name="张三").update(deceased_on="2026-01-01")
    plan = apply(community, *FAMILY)
    assert [(doubt.row, doubt.reason) for doubt in plan.doubts] == [(2, "registered as deceased")]


def test_a_number_registered_for_another_is_not_given_twice(community: Community) -> None:
    apply(community, *FAMILY)
    first = row(DOOR, "户主", "张三")  # matched by name, keeps the number it has
    plan = apply(community, first, row(NEXT, "户主", "王五", number=card(order=1)))
    assert [doubt.reason for doubt in plan.doubts] == ["number of another"]
    assert str(Resident.objects.get(name="王五").id_number) == ""


def test_estates_buildings_and_grids_that_exist_are_used(community: Community) -> None:
    estate = EstateFactory(community=community, code="225")
    sixth = GridFactory(community=community, name="第6网格")
    GridFactory(community=community, name="第七网格")
    there = BuildingFactory(community=community, estate=estate, grid=sixth, number="3")
    headings = [*HEADINGS, "所属网格"]
    plan = apply(
        community,
        [*row(DOOR, "户主", "张三"), "第七网格"],
        [*row("225号4幢101", "户主", "李四"), "第六网格"],
        [*row("225号5幢101", "户主", "王五"), "第九网格"],
        headings=headings,
    )
    assert plan.created()["estates"] == 0
    assert plan.created()["buildings"] == 2
    assert Household.objects.get(head__name="张三").building == there
    assert Building.objects.get(number="4").grid == sixth
    assert Building.objects.get(number="5").grid is None
    assert plan.summary()["unknown_grids"] == ["第九网格"]


def test_the_only_grid_takes_every_new_building(community: Community) -> None:
    grid = GridFactory(community=community)
    apply(community, *FAMILY)
    assert Building.objects.get().grid == grid


def test_a_building_without_a_grid_is_assigned_when_the_roster_names_it(community: Community) -> None:
    apply(community, *FAMILY)
    grid = GridFactory(community=community)
    plan = apply(community, *FAMILY)
    assert plan.summary()["grids_assigned"] == 1
    assert Building.objects.get().grid == grid
    assert AuditEvent.objects.filter(verb="building_assigned").count() == 1


def test_a_door_without_a_compound_needs_a_single_one(community: Community) -> None:
    EstateFactory(community=community, code="225")
    apply(community, row("3幢2单元501", "户主", "张三"))
    assert str(Household.objects.get()) == DOOR
    EstateFactory(community=community, code="231")
    plan = apply(community, row("4幢2单元501", "户主", "王五"), row("", "配偶", "赵六"))
    assert [(doubt.row, doubt.reason) for doubt in plan.doubts] == [(2, "no compound"), (3, "no compound")]


def test_another_community_is_neither_read_nor_written(community: Community) -> None:
    other = CommunityFactory()
    apply(other, *FAMILY)
    plan = apply(community, *FAMILY)
    assert plan.created()["residents"] == 3
    assert Resident.objects.filter(community=other).count() == 3


def test_a_plan_that_is_out_of_date_is_refused(community: Community) -> None:
    seen = applying.plan(read(*FAMILY), community=community).fingerprint()
    apply(community, FAMILY[0])
    with pytest.raises(Refused, match="重新预览"):
        applying.apply(read(*FAMILY), community=community, by=None, expected=seen)
    assert Resident.objects.count() == 1


def test_two_of_the_same_name_in_a_household_are_told_apart_by_birth_date(community: Community) -> None:
    father = row(DOOR, "户主", "张伟", born="1956-03-07")
    son = row(DOOR, "子", "张伟", born="1985-06-03")
    apply(community, father, son)
    assert Resident.objects.count() == 2
    assert apply(community, son, father).does_nothing


def test_tags_of_every_category_are_kept_once(community: Community) -> None:
    headings = [*HEADINGS, "人员类别"]
    rows = [[*row(DOOR, "户主", "张三"), "残疾二级、低保"]]
    apply(community, *rows, headings=headings)
    assert apply(community, *rows, headings=headings).does_nothing
    assert set(CareTag.objects.values_list("category", "level")) == {
        (CareCategory.DISABLED, "2"),
        (CareCategory.MINIMUM_ALLOWANCE, ""),
    }
    plan = apply(community, [*row(DOOR, "户主", "张三"), "残疾一级"], headings=headings)
    assert changes(plan) == [("张三", "等级", "2", "1")]


def run(*args: str) -> str:
    out = io.StringIO()
    call_command("import_roster", *args, stdout=out)
    return out.getvalue()


def test_the_command_on_the_sample_roster(community: Community) -> None:
    file = str(real_file("roster_2026.xlsx"))
    expected = json.loads(real_file("roster_2026.json").read_text())
    told = json.loads(run(file, "--community", community.code, "--json"))
    assert not Household.objects.exists()
    for name in ("households", "residents", "care", "doors"):
        assert told[name] == expected[name]
    assert told["create"] == 420 + 1021
    rows = [[doubt["row"], doubt["column"], doubt["reason"]] for doubt in told["doubts"]]
    assert rows == sorted([*expected["bad_rows"], *expected["warned_rows"]])
    run(file, "--community", community.code, "--apply")
    assert (Household.objects.count(), Resident.objects.count()) == (420, 1021)
    again = json.loads(run(file, "--community", community.code, "--json"))
    assert (again["create"], again["change"], again["leave"]) == (0, 0, 420)


def test_the_command_tells_people_what_it_would_do(community: Community, tmp_path: Any) -> None:
    file = tmp_path / "名册.xlsx"
    file.write_bytes(workbook([("一", [HEADINGS, *FAMILY, row("小区东门", "户主", "王五")])]))
    told = run(str(file), "--community", community.code)
    assert "名册里有 1 户、3 人。" in told
    assert "一 第 5 行“住址”：住址没有读懂" in told
    assert "这是预览，没有写入" in told
    assert "已写入登记册。" in run(str(file), "--community", community.code, "--apply")


def test_the_command_takes_a_mapping(community: Community, tmp_path: Any) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(f"姓名,哪里住\n张三,{DOOR}\n", encoding="utf-8")
    told = json.loads(run(str(file), "--community", community.code, "--json", "--column", "哪里住=address"))
    assert told["households"] == 1


@pytest.mark.parametrize(
    ("content", "args", "words"),
    [
        (b"", [], "空的"),
        (b"PK\x03\x04broken", [], "不是能读的表格"),
        ("日期,金额\n1,2\n".encode(), [], "没有找到表头"),
        ("姓名,住址\n".encode(), ["--column", "姓名=nonsense"], "不认识的栏目"),
        (None, [], "打不开文件"),
    ],
)
def test_errors_are_one_sentence(
    community: Community, tmp_path: Any, content: bytes | None, args: list[str], words: str
) -> None:
    file = tmp_path / "名册.xlsx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        run(str(file), "--community", community.code, *args)


def test_an_unknown_community_is_named() -> None:
    with pytest.raises(CommandError, match="000000000000"):
        run("x.xlsx", "--community", "000000000000")
