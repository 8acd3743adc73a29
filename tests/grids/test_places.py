"""Estates, grids, buildings, stairwells, dwellings: kept by the office, read by the leader."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community import robots
from community.models import AuditEvent
from community.roles import Role
from core.refusal import Refused
from core.spreadsheets import read_sheets
from grids import actions, areas
from grids.actions import places
from grids.models import Building, Dwelling, Estate, Grid, Unit
from tests.factories import (
    BuildingFactory,
    CommunityFactory,
    DwellingFactory,
    EstateFactory,
    GridFactory,
    HouseholdFactory,
    UnitFactory,
    appoint,
    household_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def community():
    return CommunityFactory(code="321102001007", grid_households_from=2, grid_households_to=3)


@pytest.fixture
def secretary(community, client):
    secretary = appoint(Role.SECRETARY, community)
    client.force_login(secretary)
    return secretary


def grid_of(community, number: int = 1, **fields) -> Grid:
    return GridFactory(community=community, code=f"{community.code}{number:03d}", **fields)


def content(client, name, *args, **query) -> str:
    answer = client.get(reverse(f"grids:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


# grids -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("32110200100700", "15 位数字，现在是 14 位"),
        ("3211020010070011", "15 位数字，现在是 16 位"),
        ("32110200100700x", "15 位数字"),
        ("３２１１０２００１００７００１", "15 位数字"),
        ("321102001008001", "要以本社区的 12 位代码 321102001007 开头"),
    ],
)
def test_a_grids_code_is_the_communitys_and_three_digits_more(code, says, community, secretary, client):
    page = client.post(
        reverse("grids:grid_add"), {"community": community.pk, "code": code, "name": "甲", "kind": "basic"}
    )
    assert page.status_code == 200
    assert says in page.content.decode()
    assert "甲" in page.content.decode(), "what was typed stays"
    with pytest.raises(Refused):
        actions.add_grid(community, by=secretary, code=code, name="甲")
    assert not Grid.objects.exists()


def test_a_grid_is_added_changed_and_its_code_is_there_once(community, secretary, client):
    given = {"community": community.pk, "code": "321102001007001", "name": "第一网格", "kind": "basic"}
    answer = client.post(reverse("grids:grid_add"), given)
    grid = Grid.objects.get()
    assert answer.url == grid.get_absolute_url()
    assert "已经有了" in client.post(reverse("grids:grid_add"), {**given, "name": "又一个"}).content.decode()
    edit = reverse("grids:grid_edit", args=[grid.pk])
    seen = client.get(edit).context["form"].initial["expected"]
    client.post(edit, {**given, "name": "东网格", "expected": seen})
    grid.refresh_from_db()
    assert grid.name == "东网格"
    assert AuditEvent.objects.get(verb="place_changed").changes == {"name": ["第一网格", "东网格"]}
    stale = client.post(edit, {**given, "name": "西网格", "expected": seen}).content.decode()
    assert "刚刚有人改过" in stale
    assert "西网格" in stale


@pytest.mark.parametrize(
    ("living", "word", "warns"), [(1, "偏少", True), (2, "合适", False), (3, "合适", False), (4, "偏多", True)]
)
def test_a_grid_outside_the_range_is_warned_of_in_words(living, word, warns, community, secretary, client):
    grid = grid_of(community)
    building = BuildingFactory(grid=grid)
    for _ in range(living):
        HouseholdFactory(dwelling__unit__building=building)
    HouseholdFactory(dwelling__unit__building=building, left_on=date(2026, 1, 1))
    page, own = content(client, "grids"), content(client, "grid", grid.pk)
    assert word in page
    assert word in own
    assert (f"{living} 户，" in own) == warns
    size = {"偏少": "small", "偏多": "large", "合适": "right"}[word]
    for chosen in ("small", "right", "large"):
        found = client.get(reverse("grids:grids"), {"size": chosen}).context["page"].rows
        assert bool(found) == (chosen == size)


def test_a_special_grid_is_not_counted(community, secretary, client):
    grid_of(community, kind="special")
    assert "专属网格不计户数" in content(client, "grids")
    for size in ("small", "right", "large"):
        assert client.get(reverse("grids:grids"), {"size": size}).context["page"].rows == []


def test_the_office_sets_the_range(community, secretary, client):
    url = reverse("grids:grid_limits", args=[community.pk])
    page = client.post(url, {"grid_households_from": 500, "grid_households_to": 300}).content.decode()
    assert "下限要比上限小" in page
    assert client.post(url, {"grid_households_from": 300, "grid_households_to": 480}).status_code == 302
    community.refresh_from_db()
    assert community.grid_households_to == 480
    event = AuditEvent.objects.get(verb="grid_limits_changed")
    assert event.changes["grid_households_to"] == [3, 480]


def test_a_grids_page_tells_its_leaders_and_buildings_from_day_to_day(community, secretary, client):
    grid, other = grid_of(community), grid_of(community, 2, name="邻格")
    first = appoint(Role.GRID_LEADER, grid)
    first.appointments.update(ends_on=date(2024, 12, 31))
    second = appoint(Role.GRID_LEADER, grid)
    second.appointments.update(starts_on=date(2025, 1, 1))
    gone, here = (
        actions.add_building(EstateFactory(community=community), number=n, by=secretary, grid=grid) for n in "12"
    )
    actions.assign_building(gone, grid=other, by=secretary)
    page = client.get(grid.get_absolute_url())
    body = page.content.decode()
    assert all(word in body for word in (first.name, "2024-12-31", second.name, "2025-01-01", "在任", here.label))
    assert [building.pk for building in page.context["buildings"]] == [here.pk]


def test_the_leader_reads_the_own_grid_and_changes_nothing(community, client):
    grid, other = grid_of(community), grid_of(community, 2, name="邻格")
    household_in(grid)
    client.force_login(appoint(Role.GRID_LEADER, grid))
    page = content(client, "grids")
    assert grid.code in page
    assert other.code not in page
    assert "划到别的网格" not in content(client, "grid", grid.pk)
    assert client.get(other.get_absolute_url()).status_code == 404
    for name in ("grid_edit", "grid_work_group"):
        assert client.get(reverse(f"grids:{name}", args=[grid.pk])).status_code == 403
    for name in ("estates", "buildings"):
        assert "登记" not in content(client, name).split("<main")[1].split("empty")[0]


def test_the_register_leads_to_what_its_reader_may_open(community, secretary, client):
    household = household_in(grid_of(community))
    ways = {name: reverse(f"grids:{name}") for name in ("grids", "estates", "buildings", "owner_groups")}
    seen = {
        secretary: set(ways),
        appoint(Role.GRID_LEADER, household.building.grid): set(ways),
        appoint(Role.BUILDING_STEWARD, household.building): {"estates", "buildings"},
    }
    for user, names in seen.items():
        client.force_login(user)
        page = content(client, "places")
        assert {name for name, address in ways.items() if f'href="{address}"' in page} == names
        assert all(client.get(ways[name]).status_code == 200 for name in names)


# work group ------------------------------------------------------------------------------------------------------


class Receiver(HTTPServer):
    """A group's server: keeps what it is sent and answers with `status`."""

    status = 200
    got: list[dict[str, str]]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@pytest.fixture
def group_server() -> Iterator[Receiver]:
    server = Receiver(("127.0.0.1", 0), _Handler)
    server.got = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_work_group_is_tried_with_one_message_that_names_nobody(community, secretary, client, group_server):
    grid = grid_of(community)
    household = household_in(grid)
    household.head = None
    url = reverse("grids:grid_work_group", args=[grid.pk])
    address = f"json://127.0.0.1:{group_server.server_port}/secret-key"
    assert client.post(url, {"address": address}).url == url
    grid.refresh_from_db()
    assert grid.work_group.plain == address
    page = client.get(url).content.decode()
    assert "secret-key" not in page, "the address is shown to nobody again"
    assert "发出去了" in client.post(url, {"test": "1"}, follow=True).content.decode()
    (sent,) = group_server.got
    assert (sent["title"], sent["message"]) == (community.name, f"{grid.name}的工作群接通了。")
    assert "secret-key" not in str(AuditEvent.objects.filter(verb__startswith="work_group").values())


def test_a_group_that_refuses_or_is_silent_gets_a_sentence(community, secretary, client, group_server):
    grid = grid_of(community)
    url = reverse("grids:grid_work_group", args=[grid.pk])
    client.post(url, {"address": f"json://127.0.0.1:{group_server.server_port}/"})
    group_server.status = 403
    assert "它回答 403" in client.post(url, {"test": "1"}, follow=True).content.decode()
    client.post(url, {"address": "json://127.0.0.1:9/"})
    assert "连不上群机器人" in client.post(url, {"test": "1"}, follow=True).content.decode()
    assert AuditEvent.objects.filter(verb="work_group_tested").count() == 2


def test_redirects_are_not_followed(community, secretary, group_server):
    group_server.status = 302
    said = robots.say_hello(f"json://127.0.0.1:{group_server.server_port}/", community="甲", group="乙")
    assert "302" in said
    assert len(group_server.got) == 1


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "file:///etc/passwd", "syslog://", "javascript:alert(1)", "群里", "foo://x", "json://"],
)
def test_only_addresses_that_a_message_can_go_to_are_kept(address, community, secretary, client, capfd):
    grid = grid_of(community)
    page = client.post(reverse("grids:grid_work_group", args=[grid.pk]), {"address": address})
    assert page.status_code == 200
    assert "认不出这个地址" in page.content.decode()
    grid.refresh_from_db()
    assert not grid.work_group
    assert address not in "".join(capfd.readouterr()), "an address is a key and no matter for the log"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7aaa-4bc4-97a0-0ec2sifa5aaa",
            "wecombot://693a",
        ),
        ("https://oapi.dingtalk.com/robot/send?access_token=abcd1234abcd1234", "dingtalk://abcd1234abcd1234"),
        ("https://open.feishu.cn/open-apis/bot/v2/hook/abcd1234-abcd-1234", "feishu://abcd1234-abcd-1234"),
    ],
)
def test_addresses_as_the_robots_give_them_are_understood(address, kept):
    assert robots.checked(f" {address} ").startswith(kept)


def test_blank_keeps_the_address_and_clearing_takes_it_away(community, secretary, client):
    grid = grid_of(community)
    url = reverse("grids:grid_work_group", args=[grid.pk])
    assert "请粘贴群机器人的地址" in client.post(url, {"address": ""}).content.decode()
    client.post(url, {"address": "json://127.0.0.1:9/"})
    client.post(url, {"address": ""})
    grid.refresh_from_db()
    assert grid.work_group.plain == "json://127.0.0.1:9/"
    assert "请只选一样" in client.post(url, {"address": "json://127.0.0.1:8/", "clear": "on"}).content.decode()
    client.post(url, {"address": "", "clear": "on"})
    grid.refresh_from_db()
    assert not grid.work_group


# estates, buildings, stairwells ------------------------------------------------------------------------------------


def test_an_estate_is_added_and_changed_and_its_number_is_there_once(community, secretary, client):
    given = {"community": community.pk, "code": "225", "name": "朱方路225号"}
    assert client.post(reverse("grids:estate_add"), given).url == reverse("grids:estates")
    assert "编号是 225 的小区已经有了" in client.post(reverse("grids:estate_add"), given).content.decode()
    estate = Estate.objects.get()
    other = EstateFactory(community=community, code="231")
    edit = reverse("grids:estate_edit", args=[estate.pk])
    assert "已经有了" in client.post(edit, {**given, "code": other.code}).content.decode()
    client.post(edit, {**given, "is_self_managed": "on"})
    estate.refresh_from_db()
    assert estate.is_self_managed


def test_a_building_begins_in_its_grid_and_its_number_is_there_once(community, secretary, client):
    estate, grid = EstateFactory(community=community, code="225"), grid_of(community)
    given = {"estate": estate.pk, "number": "3", "grid": grid.pk}
    client.post(reverse("grids:building_add"), given)
    building = Building.objects.get()
    assert (building.label, building.order) == ("225号3幢", 3)
    assert building.grid_terms.get().grid == grid
    assert "已经有 3 幢了" in client.post(reverse("grids:building_add"), given).content.decode()
    foreign = client.post(reverse("grids:building_add"), {**given, "number": "4", "grid": GridFactory().pk})
    assert foreign.status_code == 200
    assert Building.objects.count() == 1


def test_a_new_name_of_a_building_is_carried_into_its_doors(community, secretary, client):
    estate = EstateFactory(community=community, code="225")
    building = actions.add_building(estate, number="3", by=secretary)
    unit = actions.add_unit(building, number="2", by=secretary)
    door = actions.add_dwelling(unit, room_no="501", by=secretary)
    assert door.label == "225号3幢2单元501室"
    client.post(reverse("grids:building_edit", args=[building.pk]), {"number": "3", "label": "朱方新村3幢", "order": 3})
    door.refresh_from_db()
    assert door.label == "朱方新村3幢2单元501室"


def test_units_and_dwellings_are_added_once_each(community, secretary, client):
    building = actions.add_building(EstateFactory(community=community), number="3", by=secretary)
    units, doors = (reverse(f"grids:{name}_add", args=[building.pk]) for name in ("unit", "dwelling"))
    assert "先登记单元" in client.get(doors).content.decode()
    for number, says in (("1", ""), ("1", "已经有 1 单元了"), ("", ""), ("", "不写单元号")):
        answer = client.post(units, {"number": number})
        assert answer.status_code == (200 if says else 302)
        assert says in answer.content.decode()
    unit = Unit.objects.get(number="1")
    given = {"unit": unit.pk, "room_no": "501", "area": "61.08", "area_source": "deed"}
    assert client.post(doors, given).status_code == 302
    door = Dwelling.objects.get()
    assert (door.area, door.area_source) == (6108, "deed")
    assert "已经有 501 室了" in client.post(doors, given).content.decode()
    foreign = client.post(doors, {**given, "unit": UnitFactory().pk, "room_no": "502"})
    assert foreign.status_code == 200
    assert "1 套" in content(client, "building_manage", building.pk)


# areas -----------------------------------------------------------------------------------------------------------


@given(st.integers(1, 9_999_999))
def test_an_area_comes_back_to_the_last_digit(area):
    assert areas.hundredths(areas.square_metres(area)) == area
    assert areas.hundredths(Decimal(areas.written(area).replace(",", ""))) == area


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"area": "0", "area_source": "deed"}, "面积要大于 0"),
        ({"area": "-5", "area_source": "deed"}, "面积要大于 0"),
        ({"area": "61.085", "area_source": "deed"}, "最多写两位小数"),
        ({"area": "6108000", "area_source": "deed"}, "核对小数点"),
        ({"area": "1e5", "area_source": "deed"}, "核对小数点"),
        ({"area": "NaN", "area_source": "deed"}, "请填数字"),
        ({"area": "六十一", "area_source": "deed"}, "请填数字"),
        ({"area": "61.08", "area_source": ""}, "请选面积是从哪里来的"),
    ],
)
def test_an_area_that_cannot_be_gets_a_sentence(given, says, community, secretary, client):
    door = DwellingFactory(unit__building__grid=grid_of(community), area=5000, area_source="roster")
    page = client.post(reverse("grids:dwelling_edit", args=[door.pk]), given)
    assert page.status_code == 200
    assert says in page.content.decode()
    door.refresh_from_db()
    assert door.area == 5000


def test_an_area_is_changed_recorded_and_taken_away(community, secretary, client):
    door = DwellingFactory(unit__building__grid=grid_of(community), area=5000, area_source="roster")
    url = reverse("grids:dwelling_edit", args=[door.pk])
    seen = client.get(url).context["form"].initial["expected"]
    client.post(url, {"area": "61.1", "area_source": "survey", "expected": seen})
    door.refresh_from_db()
    assert (door.area, door.area_source) == (6110, "survey")
    assert AuditEvent.objects.get(verb="area_changed").changes["建筑面积（平方米）"] == ["50.00", "61.10"]
    assert "刚刚有人改过" in client.post(url, {"area": "70", "area_source": "deed", "expected": seen}).content.decode()
    client.post(url, {"area": "", "area_source": "deed"})
    door.refresh_from_db()
    assert (door.area, door.area_source) == (None, "")


# lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["estates", "grids", "buildings", "dwellings"])
def test_lists_are_sorted_filtered_downloaded_and_cost_the_same(
    name, community, secretary, client, django_assert_max_num_queries
):
    grid = grid_of(community)
    door = DwellingFactory(unit__building__grid=grid, area=6108, area_source="deed")
    appoint(Role.GRID_LEADER, grid)
    url = reverse(f"grids:{name}")
    with django_assert_max_num_queries(12) as few:
        client.get(url)
    for _ in range(20):
        household_in(GridFactory(community=community))
        DwellingFactory(unit=door.unit)
    with django_assert_max_num_queries(12) as many:
        client.get(url)
    assert len(many) == len(few)
    for sort in client.get(url).context["page"].sorts.values():
        assert client.get(sort.url).status_code == 200
        assert client.get(sort.url.replace("sort=", "sort=-")).status_code == 200
    sheet = read_sheets(io.BytesIO(client.get(url, {"format": "xlsx"}).content).getvalue(), "x.xlsx")[0]
    assert len(sheet.rows) == client.get(url).context["page"].count + 1


@pytest.mark.parametrize("name", ["grid", "building_manage", "dwelling"])
def test_pages_cost_the_same_for_one_row_and_for_thirty(
    name, community, secretary, client, django_assert_max_num_queries
):
    household = household_in(grid_of(community))
    building = household.building
    row = {"grid": building.grid, "building_manage": building, "dwelling": household.dwelling}[name]
    url = reverse(f"grids:{name}", args=[row.pk])
    with django_assert_max_num_queries(12) as few:
        client.get(url)
    for _ in range(30):
        household_in(building.grid)
        UnitFactory(building=building)
        HouseholdFactory(dwelling=household.dwelling)
    with django_assert_max_num_queries(12) as many:
        client.get(url)
    assert len(many) == len(few)


def test_doors_are_found_however_they_are_written(community, secretary, client):
    estate = EstateFactory(community=community, code="225")
    building = actions.add_building(estate, number="3", by=secretary)
    unit = actions.add_unit(building, number="2", by=secretary)
    door = actions.add_dwelling(unit, room_no="501", by=secretary)
    actions.add_dwelling(unit, room_no="502", by=secretary)
    for words in ("225-3-2-501", "2单元501", " 225号3幢 2单元501室"):
        assert client.get(reverse("grids:dwellings"), {"q": words}).context["page"].rows == [door]


def test_an_office_of_two_communities_says_which(community, secretary, client):
    other = CommunityFactory(code="321102001009")
    appoint(Role.COMMUNITY_STAFF, other, user=secretary)
    page = client.get(reverse("grids:grid_add")).content.decode()
    assert community.name in page
    assert other.name in page
    given = {"community": other.pk, "code": f"{community.code}001", "name": "甲", "kind": "basic"}
    assert other.code in client.post(reverse("grids:grid_add"), given).content.decode()
    client.post(reverse("grids:grid_add"), {**given, "code": f"{other.code}001"})
    assert Grid.objects.get().community == other


def test_a_place_of_another_community_is_nowhere(community, secretary, client):
    foreign = household_in(GridFactory(community=CommunityFactory()))
    for name, row in (
        ("grid_edit", foreign.building.grid),
        ("building_move", foreign.building),
        ("dwelling", foreign.dwelling),
        ("estate_edit", foreign.building.estate),
    ):
        assert client.get(reverse(f"grids:{name}", args=[row.pk])).status_code == 404
    assert places.wrong_grid_code(foreign.building.grid.code, community)
