"""What a roster's moves leave behind: terms that never overlap, the account, the head, the home nobody lives in."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from community.models import Appointment, AuditEvent, Community, User
from community.roles import Role
from core import clock
from grids.codes import Arrival, Departure
from grids.models import BuildingInGrid, Dwelling, Household, Membership, Resident, RosterHeading, RosterUpload
from grids.rosters import applying, memory
from grids.rosters import sheet as roster_sheet
from grids.rosters.plan import Plan
from tests.factories import CommunityFactory, GridFactory, appoint
from tests.grids.roster_pages import apply_rows, send, work_off
from tests.grids.rosters import HEADINGS, card, row, sheet, workbook

pytestmark = pytest.mark.django_db

DOOR = "225号3幢2单元501室"
NEXT = "225号3幢2单元502室"
ZHANG = row(DOOR, "户主", "张三", number=card(order=1))
LI = row(DOOR, "配偶", "李四", number=card("19570406", 2))
ZHANG_MOVED = row(NEXT, "户主", "张三", number=card(order=1))
LI_MOVED = row(NEXT, "配偶", "李四", number=card("19570406", 2))


@pytest.fixture
def community() -> Community:
    return CommunityFactory()


def apply(community: Community, *rows: Any, headings: Any = HEADINGS) -> Plan:
    return applying.apply(roster_sheet.read([sheet(*rows, headings=headings)]), community=community, by=None)


def terms(name: str) -> list[tuple[str, str, str]]:
    rows = Membership.objects.filter(resident__name=name).order_by("starts_on", "pk")
    return [(str(one.household), one.came_by, one.left_by) for one in rows]


def later(days: int = 3) -> Any:
    return clock.at(clock.now() + timedelta(days=days))


def test_how_somebody_came_and_left_is_kept(community: Community) -> None:
    apply(community, ZHANG, LI)
    with later():
        apply(community, ZHANG_MOVED)
    assert terms("张三") == [
        (DOOR, Arrival.REGISTERED, Departure.MOVED_WITHIN),
        (NEXT, Arrival.MOVED_WITHIN, ""),
    ]
    Membership.objects.filter(resident__name="李四").update(ends_on=clock.today(), left_by=Departure.MOVED_OUT)
    with later():
        apply(community, LI)
    assert terms("李四")[-1] == (DOOR, Arrival.MOVED_IN, "")


def test_two_moves_on_one_day_leave_the_last(community: Community) -> None:
    apply(community, ZHANG)
    apply(community, ZHANG_MOVED)
    apply(community, ZHANG)
    assert [home for home, _came, _left in terms("张三")] == [DOOR]


@pytest.mark.parametrize("ends_in", [0, 5])
def test_a_home_that_ends_today_or_later_does_not_clash(community: Community, ends_in: int) -> None:
    with clock.at(clock.now() - timedelta(days=9)):
        apply(community, ZHANG)
    Membership.objects.update(ends_on=clock.today() + timedelta(days=ends_in))
    apply(community, ZHANG_MOVED)
    old, new = Membership.objects.order_by("starts_on")
    assert (old.ends_on, new.starts_on) == (clock.today() - timedelta(days=1), clock.today())
    assert str(new.household) == NEXT


def test_a_home_that_begins_later_gives_way(community: Community) -> None:
    apply(community, ZHANG)
    Membership.objects.update(starts_on=clock.today() + timedelta(days=5))
    apply(community, ZHANG_MOVED)
    assert [home for home, _came, _left in terms("张三")] == [NEXT]
    assert Membership.objects.get().starts_on == clock.today()


def test_the_account_moves_along_and_reads_the_old_home_no_more(community: Community) -> None:
    with clock.at(clock.now() - timedelta(days=9)):
        apply(community, ZHANG, LI)
    home = Household.objects.get()
    head = Resident.objects.get(name="张三")
    user = appoint(Role.RESIDENT, home, resident=head)
    apply(community, ZHANG_MOVED)
    user.__dict__.pop("scope", None)
    new = Household.objects.get(head=head)
    assert user.scope.households == {new.pk}
    home.refresh_from_db()
    assert (home.head, home.left_on) == (None, None)
    verbs = set(AuditEvent.objects.filter(household_id=home.pk).values_list("verb", flat=True))
    assert {"moved_away", "head_changed", "account_moved"} <= verbs
    told = AuditEvent.objects.filter(household_id=new.pk, verb="roster_applied").get()
    assert DOOR not in json.dumps(told.changes, ensure_ascii=False)
    assert NEXT not in json.dumps(
        list(AuditEvent.objects.filter(household_id=home.pk).values_list("changes", flat=True)), ensure_ascii=False
    )


def test_a_home_that_all_have_left_is_closed(community: Community) -> None:
    with clock.at(clock.now() - timedelta(days=9)):
        apply(community, ZHANG, LI)
    home = Household.objects.get()
    appoint(Role.RESIDENT, home)
    apply(community, ZHANG_MOVED, LI_MOVED)
    home.refresh_from_db()
    assert home.left_on == clock.today()
    assert not Appointment.objects.current().filter(household=home).exists()
    assert AuditEvent.objects.filter(household_id=home.pk, verb="household_left").count() == 1
    assert apply(community, ZHANG_MOVED, LI_MOVED).does_nothing


def test_an_area_says_where_it_comes_from_and_a_deed_is_not_overruled(community: Community) -> None:
    headings = [*HEADINGS, "面积"]
    apply(community, [*ZHANG, "72.45"], headings=headings)
    dwelling = Dwelling.objects.get()
    assert (dwelling.area, dwelling.area_source) == (7245, Dwelling.AreaSource.ROSTER)
    apply(community, [*ZHANG, "73"], headings=headings)
    assert Dwelling.objects.get().area == 7300
    Dwelling.objects.update(area=7400, area_source=Dwelling.AreaSource.DEED)
    plan = apply(community, [*ZHANG, "73"], headings=headings)
    assert [doubt.reason for doubt in plan.doubts] == ["area of the deed"]
    assert Dwelling.objects.get().area == 7400
    assert apply(community, [*ZHANG, "74"], headings=headings).doubts == []


def test_a_building_that_gets_a_grid_has_a_term(community: Community) -> None:
    apply(community, ZHANG)
    assert not BuildingInGrid.objects.exists()
    grid = GridFactory(community=community)
    apply(community, ZHANG)
    apply(community, row("225号4幢101", "户主", "孙七"))
    assert [(one.grid, one.starts_on, one.ends_on) for one in BuildingInGrid.objects.all()] == [
        (grid, clock.today(), None)
    ] * 2


@pytest.fixture
def staff(client: Client) -> User:
    user = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
    client.force_login(user)
    return user


def correct(client: Client, upload: RosterUpload, **columns: str) -> None:
    url = reverse("grids:roster_columns", args=[upload.pk])
    form = client.get(url).context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    client.post(url, {**data, **columns})
    work_off()


ODD = [["姓名", "住址", "咋样"], ["张三", DOOR, "低保"]]


def test_a_corrected_column_is_remembered_told_and_forgotten(client: Client, staff: User) -> None:
    send(client, workbook([("一", ODD)]))
    correct(client, RosterUpload.objects.get(), column_2="care")
    send(client, workbook([("一", ODD)]))
    again = RosterUpload.objects.order_by("pk").last()
    assert again.preview["care"] == {"低保": 1}
    assert "按上次的对应来读：“咋样”→关爱类别" in client.get(again.get_absolute_url()).content.decode()
    page = client.get(reverse("grids:roster_headings")).content.decode()
    assert "咋样" in page
    correct(client, again, column_2="remark")
    assert RosterHeading.objects.get().column == "remark"
    client.post(reverse("grids:roster_heading_forget", args=[RosterHeading.objects.get().pk]))
    assert not RosterHeading.objects.exists()
    send(client, workbook([("一", ODD)]))
    assert RosterUpload.objects.order_by("pk").last().preview["remembered"] == []
    verbs = AuditEvent.objects.filter(verb__startswith="roster_heading").values_list("verb", flat=True)
    assert sorted(verbs) == ["roster_heading_forgotten", "roster_heading_kept", "roster_heading_kept"]


def test_what_one_community_says_is_not_used_for_another(client: Client, staff: User) -> None:
    memory.remember(CommunityFactory(), {"咋样": "care"}, by=staff)
    upload = apply_rows(client, ODD[1], headings=ODD[0])
    assert upload.mapping == {}
    assert "咋样" not in client.get(reverse("grids:roster_headings")).content.decode()


def test_the_command_understands_columns_as_the_office_has_said(client: Client, staff: User, tmp_path: Any) -> None:
    community = Community.objects.get(pk__in=staff.scope.offices_communities)
    memory.remember(community, {"咋样": "care:left_behind_child"}, by=staff)
    file = tmp_path / "名册.xlsx"
    file.write_bytes(workbook([("一", [ODD[0], ["张三", DOOR, "√"]])]))
    told = []
    for more in ([], ["--column", "咋样="]):
        out = io.StringIO()
        call_command("import_roster", str(file), "--community", community.code, "--json", *more, stdout=out)
        told.append(json.loads(out.getvalue())["care"])
    assert [sum(care.values()) for care in told] == [1, 0]
