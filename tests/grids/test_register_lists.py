"""The lists of households and of people: filters, pages, spreadsheets, and the way out in plain."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community import history
from community.models import AuditEvent, User
from community.roles import Role
from core import clock, sealed
from core.models import Job
from core.spreadsheets import read_sheets
from grids import exports
from grids.codes import CareCategory, Departure, Employment
from grids.models import Building, CareTag, Dwelling, Grid, Household, Membership, Owner, OwnerGroup, Ownership
from tests.factories import (
    BuildingFactory,
    DwellingFactory,
    GridFactory,
    MembershipFactory,
    appoint,
    household_in,
    in_care,
)
from tests.grids.rosters import card

pytestmark = pytest.mark.django_db

HOUSEHOLDS, RESIDENTS = "grids:households", "grids:residents"


@pytest.fixture
def grid() -> Grid:
    return GridFactory()


@pytest.fixture
def leader(client: Client, grid: Grid) -> User:
    user = appoint(Role.GRID_LEADER, grid)
    client.force_login(user)
    return user


def member(grid: Grid, name: str, *, household: dict[str, Any] | None = None, **resident: Any) -> Membership:
    """Somebody in a household of their own in the grid."""
    home = household_in(grid, **(household or {}))
    made = MembershipFactory(household=home, resident__name=name, **{f"resident__{k}": v for k, v in resident.items()})
    home.head = made.resident
    home.save()
    return made


def names(client: Client, url: str, **query: Any) -> list[str]:
    page = client.get(reverse(url), query).context["page"]
    if url == HOUSEHOLDS:
        return [row.head.name for row in page.rows]
    return [row.resident.name for row in page.rows]


def table(content: bytes) -> list[list[Any]]:
    return read_sheets(content)[0].rows


@pytest.mark.parametrize("url", [HOUSEHOLDS, RESIDENTS])
def test_filters_of_both_lists(client: Client, leader: User, grid: Grid, url: str) -> None:
    one = member(grid, "张三")
    two = member(grid, "李四", household={"kind": Household.Kind.RENTING})
    gone = member(grid, "王五", household={"left_on": clock.today()})
    gone.ends_on, gone.left_by = clock.today() - timedelta(days=1), Departure.MOVED_OUT
    gone.save()
    CareTag.objects.create(
        community=grid.community,
        household=two.household,
        resident=two.resident,
        category=CareCategory.DISABLED,
        starts_on=clock.today(),
    )
    building = one.household.building
    assert sorted(names(client, url)) == ["张三", "李四"]
    assert names(client, url, state="gone") == ["王五"]
    assert len(names(client, url, state="all")) == 3
    assert names(client, url, building=building.pk) == ["张三"]
    assert names(client, url, building=building.pk, unit=one.household.dwelling.unit.number) == ["张三"]
    assert names(client, url, building=building.pk, unit="没有") == []
    assert names(client, url, kind="renting") == ["李四"]
    assert names(client, url, care="disabled") == ["李四"]
    assert names(client, url, care="any") == ["李四"]
    assert names(client, url, care="destitute") == []
    assert len(names(client, url, grid=grid.pk)) == 2
    assert names(client, url, q="张") == ["张三"]
    assert names(client, url, q=two.household.dwelling.label) == ["李四"]


def test_filters_of_people(client: Client, leader: User, grid: Grid) -> None:
    with clock.at(clock.now()):
        today = clock.today()
        birthday = today.replace(year=today.year - 80).isoformat()
        tomorrow = (today + timedelta(days=1)).replace(year=today.year - 80).isoformat()
        member(grid, "八十", birth_date=birthday, is_party_member=True)
        member(grid, "差一天", birth_date=tomorrow, employment=Employment.RETIRED, is_party_member=False)
        member(grid, "不清楚", birth_date="")
        member(grid, "只有年", birth_date=f"{today.year - 10}")
    assert names(client, RESIDENTS, age="old") == ["八十"]
    assert names(client, RESIDENTS, age="senior") == ["差一天"]
    assert names(client, RESIDENTS, age="unknown") == ["不清楚"]
    assert names(client, RESIDENTS, age="school") == ["只有年"]
    assert names(client, RESIDENTS, party="yes") == ["八十"]
    assert names(client, RESIDENTS, party="no") == ["差一天"]
    assert sorted(names(client, RESIDENTS, party="unknown")) == ["不清楚", "只有年"]
    assert names(client, RESIDENTS, employment="80") == ["差一天"]
    assert len(names(client, RESIDENTS, employment="none")) == 3


def test_who_moved_within_the_community_is_not_gone(client: Client, leader: User, grid: Grid) -> None:
    moved = member(grid, "张三")
    Membership.objects.filter(pk=moved.pk).update(ends_on=clock.today() - timedelta(days=1))
    MembershipFactory(household=household_in(grid), resident=moved.resident, starts_on=clock.today())
    assert names(client, RESIDENTS, state="gone") == []
    assert names(client, RESIDENTS) == ["张三"]


@pytest.mark.parametrize(("url", "sorts"), [(HOUSEHOLDS, "door people kind left"), (RESIDENTS, "door name age since")])
def test_every_sort_pages_through_everything_once(
    client: Client, leader: User, grid: Grid, url: str, sorts: str
) -> None:
    for number in range(30):
        member(grid, f"居民{number:02d}")
    for sort in sorts.split():
        for direction in ("", "-"):
            first = client.get(reverse(url), {"sort": direction + sort}).context["page"]
            second = client.get(first.next_url).context["page"]
            seen = [row.pk for row in (*first.rows, *second.rows)]
            assert len(seen) == len(set(seen)) == 30
            assert not second.next_url


@pytest.mark.parametrize("url", [HOUSEHOLDS, RESIDENTS])
def test_queries_are_the_same_for_one_and_for_many(client: Client, leader: User, grid: Grid, url: str) -> None:
    counts = []
    for number in (1, 20):
        for _each in range(number):
            member(grid, "某人")
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(url))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_only_ones_duty_is_listed(client: Client, leader: User, grid: Grid) -> None:
    member(grid, "自己的")
    member(GridFactory(community=grid.community), "隔壁的")
    member(GridFactory(), "别处的")
    assert names(client, HOUSEHOLDS) == names(client, RESIDENTS) == ["自己的"]
    steward = appoint(Role.BUILDING_STEWARD, BuildingFactory(grid=grid))
    client.force_login(steward)
    assert names(client, RESIDENTS) == []


@pytest.mark.parametrize("url", [HOUSEHOLDS, RESIDENTS])
def test_the_spreadsheet_holds_what_is_filtered_and_stays_masked(
    client: Client, leader: User, grid: Grid, url: str
) -> None:
    one = member(grid, "=HYPERLINK(1)", phone="13812345678", id_number=card())
    one.household.phone, one.household.note = "13812345678", "+1"
    one.household.save()
    member(grid, "李四", household={"kind": Household.Kind.RENTING})
    answer = client.get(reverse(url), {"kind": "registered", "format": "xlsx"})
    rows = table(answer.content)
    assert len(rows) == 2
    assert "=HYPERLINK(1)" in rows[1]
    assert "138****5678" in rows[1]
    assert b"13812345678" not in answer.content
    with io.BytesIO(answer.content) as file:
        sheet = zipfile.ZipFile(file).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


def prove(user: User) -> None:
    """Give the user a second factor."""
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})


def export(client: Client, url: str = "grids:export_residents", purpose: str = "街道人口核查", **query: Any) -> Any:
    address = f"{reverse(url)}?{'&'.join(f'{key}={value}' for key, value in query.items())}"
    return client.post(address, {"purpose": purpose})


def test_an_export_in_plain_is_told_to_every_household(client: Client, leader: User, grid: Grid) -> None:
    prove(leader)
    one = member(grid, "张三", phone="13812345678", id_number=card(), birth_date="1956-03-07")
    two = member(grid, "李四")
    other = member(grid, "王五", household={"kind": Household.Kind.RENTING})
    page = client.get(reverse("grids:export_residents"), {"kind": "registered"}).content.decode()
    assert "<b>2</b>" in page
    assert "证件号码" in page
    assert "户别 户籍" in page
    answer = export(client, kind="registered")
    job = Job.objects.get(kind="register_export")
    assert answer.url == job.get_absolute_url()
    assert job.state == Job.State.DONE
    file = client.get(job.result["url"])
    rows = table(file.content)
    assert {row[3] for row in rows[1:]} == {"张三", "李四"}
    plain = next(row for row in rows if "张三" in row)
    assert card() in plain
    assert "13812345678" in plain
    assert "1956-03-07" in plain
    event = AuditEvent.objects.get(verb="register_exported")
    assert event.reason == "街道人口核查"
    assert (event.changes["行数"], event.changes["筛选"]) == ([None, 2], [None, "住不住这里：住在这里的；户别：户籍"])
    readings = AuditEvent.objects.filter(verb__in=history.reading_verbs())
    assert {one.household_id for one in readings} == {one.household_id, two.household_id}
    assert other.household_id not in {each.household_id for each in readings}
    assert all(each.reason == "街道人口核查" for each in readings)
    told = history.tell(readings)[0]
    assert "证件号码" in told.text
    assert "街道人口核查" in told.text


def test_an_export_needs_a_purpose_and_a_second_factor(client: Client, leader: User, grid: Grid) -> None:
    member(grid, "张三")
    assert "两步验证" in export(client).content.decode()
    prove(leader)
    assert export(client, purpose=" ").status_code == 200
    assert "没有一行" in export(client, kind="collective").content.decode()
    assert not AuditEvent.objects.filter(verb="register_exported").exists()


def test_whoever_only_looks_after_a_building_exports_nothing(client: Client, grid: Grid) -> None:
    client.force_login(appoint(Role.BUILDING_STEWARD, Building.objects.first() or BuildingFactory(grid=grid)))
    assert client.get(reverse("grids:export_residents")).status_code == 403
    assert "导出完整信息" not in client.get(reverse(RESIDENTS)).content.decode()


def test_a_leader_exports_the_own_grid_alone(client: Client, leader: User, grid: Grid) -> None:
    prove(leader)
    home = member(GridFactory(community=grid.community), "自己家")
    appoint(Role.RESIDENT, home.household, user=leader)
    member(grid, "网格里的")
    assert sorted(names(client, RESIDENTS)) == ["网格里的", "自己家"]
    export(client)
    rows = table(client.get(Job.objects.get(kind="register_export").result["url"]).content)
    assert [row[3] for row in rows[1:]] == ["网格里的"]


def test_the_file_is_encrypted_for_its_owner_and_gone_after_a_day(
    client: Client, leader: User, grid: Grid, settings: Any
) -> None:
    prove(leader)
    member(grid, "张三")
    export(client, "grids:export_households")
    job = Job.objects.get(kind="register_export")
    (path,) = list((settings.DATA_DIR / "exports").glob(f"{job.pk.hex}*"))
    assert not path.read_bytes().startswith(b"PK")
    other = appoint(Role.GRID_LEADER, GridFactory(community=grid.community))
    prove(other)
    client.force_login(other)
    assert client.get(job.result["url"]).status_code == 404
    client.force_login(leader)
    assert client.get(job.result["url"]).status_code == 200
    assert sealed.get("exports", job.pk, within=timedelta(0)) is None
    assert sealed.forget("exports", older_than=timedelta(0)) >= 1
    assert exports.forget_old() == 0
    assert client.get(job.result["url"]).status_code == 404


def test_a_job_that_runs_twice_records_once(client: Client, leader: User, grid: Grid) -> None:
    prove(leader)
    member(grid, "张三")
    export(client)
    job = Job.objects.get(kind="register_export")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING)
    exports._write.call(str(job.pk), "zh-hans", "residents", "", "街道人口核查")
    assert AuditEvent.objects.filter(verb="register_exported").count() == 1


def test_the_care_list_leaves_in_plain_with_what_is_filtered(client: Client, leader: User, grid: Grid) -> None:
    prove(leader)
    one, other = member(grid, "张三"), member(grid, "李四")
    for each, category in ((one, "disabled"), (other, "very_old")):
        in_care(each.household, resident=each.resident, category=category, evidence="残疾证 3211")
    listed = client.get(reverse("grids:care"), {"category": "disabled"}).content.decode()
    assert f"{reverse('grids:export_care')}?category=disabled" in listed
    export(client, "grids:export_care", category="disabled")
    rows = table(client.get(Job.objects.get(kind="register_export").result["url"]).content)
    assert len(rows) == 2
    assert {"张三", "残疾证 3211"} <= set(rows[1])
    reading = AuditEvent.objects.get(verb="read_in_export")
    assert (reading.household_id, reading.reason) == (one.household_id, "街道人口核查")
    assert "依据" in history.tell([reading])[0].text


def owning(door: Dwelling, name: str, **owner: Any) -> OwnerGroup:
    """An owner group with one owner to whom the door belongs."""
    group = OwnerGroup.objects.create(community=door.community, estate=door.building.estate, label=name)
    group.voter = Owner.objects.create(community=door.community, group=group, name=name, **owner)
    group.save()
    Ownership.objects.create(community=door.community, group=group, dwelling=door, starts_on=date(2020, 1, 1))
    return group


def test_owners_leave_in_plain_and_those_who_live_here_are_told(client: Client, leader: User, grid: Grid) -> None:
    prove(leader)
    home = member(grid, "张三")
    lives_here = owning(home.household.dwelling, "张三", resident=home.resident, phone="13812345678", id_number=card())
    away = owning(member(grid, "租客").household.dwelling, "吴老板", phone="13900001111")
    appoint(Role.COMMITTEE, home.household.building.estate, user=leader, office="chair")
    elsewhere = member(GridFactory(community=grid.community), "别的网格")
    there = elsewhere.household.building.grid
    other = DwellingFactory(unit__building=BuildingFactory(estate=home.household.building.estate, grid=there))
    owning(other, "别的网格的业主")
    listed = client.get(reverse("grids:owner_groups")).content.decode()
    assert "别的网格的业主" in listed
    assert reverse("grids:export_owner_groups") in listed
    assert "13812345678" not in listed
    export(client, "grids:export_owner_groups")
    rows = table(client.get(Job.objects.get(kind="register_export").result["url"]).content)
    assert sorted(row[0] for row in rows[1:]) == ["吴老板", "张三"]
    plain = next(row for row in rows if row[0] == "张三")
    assert {home.household.dwelling.label, "是", "13812345678", card()} <= set(plain)
    readings = AuditEvent.objects.filter(verb="read_in_export")
    told = {(one.target_id, one.household_id) for one in readings}
    household = home.household_id
    assert told == {(str(lives_here.pk), None), (str(away.pk), None), (str(household), household)}
    assert AuditEvent.objects.get(verb="register_exported").changes["户数"] == [None, 2]


@pytest.mark.parametrize("kind", ["care", "owner_groups"])
def test_the_committee_and_the_steward_take_no_list_along(client: Client, grid: Grid, kind: str) -> None:
    building = BuildingFactory(grid=grid)
    client.force_login(appoint(Role.COMMITTEE, building.estate, office="chair"))
    assert client.get(reverse(f"grids:export_{kind}")).status_code == 403
    assert "导出完整信息" not in client.get(reverse("grids:owner_groups")).content.decode()
