"""A building changes its grid: dated, at once, with everything that hangs on it, and only once."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.actions_letters import issue_letters
from community.models import AuditEvent, Notice, User
from community.roles import Role
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from grids import actions
from grids.actions import regrid
from grids.models import Building, BuildingInGrid, Household
from grids.rosters import applying
from grids.rosters import sheet as roster_sheet
from helpdesk.models import ServiceRequest, Update
from tests.factories import (
    BuildingFactory,
    Desk,
    GridFactory,
    HouseholdFactory,
    appoint,
    desk,
    family_of,
    report_of,
)
from visits import actions as visits
from visits.models import Finding, Target
from visits.report import Brought

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def terms(building: Building) -> list[tuple[str, date, date | None]]:
    rows = BuildingInGrid.objects.filter(building=building).order_by("starts_on")
    return [(term.grid.name, term.starts_on, term.ends_on) for term in rows.select_related("grid")]


@pytest.fixture
def office() -> Desk:
    """A desk whose building has stood in its grid since the second of March 2026."""
    place = desk()
    with clock.at(noon(date(2026, 3, 2))):
        actions.begin_in_grid([place.household.building])
    return place


@pytest.fixture
def new_grid(office):
    grid = GridFactory(community=office.grid.community, name="新网格")
    appoint(Role.GRID_LEADER, grid)
    return grid


def leader_of(grid) -> User:
    return User.objects.get(appointments__grid=grid)


def test_the_old_term_ends_yesterday_and_the_new_one_begins_today(office, new_grid):
    building = office.household.building
    with clock.at(noon(date(2026, 9, 10))):
        actions.assign_building(building, grid=new_grid, by=office.secretary)
    assert terms(building) == [
        (office.grid.name, date(2026, 3, 2), date(2026, 9, 9)),
        ("新网格", date(2026, 9, 10), None),
    ]
    event = AuditEvent.objects.get(verb="building_assigned")
    assert event.changes == {"grid": [office.grid.name, "新网格"]}


def test_what_began_today_is_changed_in_place_and_back_again(office, new_grid):
    building, third = office.household.building, GridFactory(community=office.grid.community, name="第三个")
    with clock.at(noon(date(2026, 9, 10))):
        for grid in (new_grid, third):
            building = actions.assign_building(building, grid=grid, by=office.secretary)
        assert terms(building)[1:] == [("第三个", date(2026, 9, 10), None)]
        actions.assign_building(building, grid=office.grid, by=office.secretary)
    assert terms(building) == [(office.grid.name, date(2026, 3, 2), None)]


def test_a_building_whose_first_grid_nobody_dated_stood_there_since_it_was_registered(new_grid, office):
    building = BuildingFactory(grid=office.grid, created_at=noon(date(2026, 1, 5)))
    with clock.at(noon(date(2026, 9, 10))):
        actions.assign_building(building, grid=new_grid, by=office.secretary)
    assert terms(building)[0] == (office.grid.name, date(2026, 1, 5), date(2026, 9, 9))


def test_the_leader_looks_after_the_households_the_same_moment(office, new_grid):
    new_leader = leader_of(new_grid)
    assert Household.objects.visible_to(office.leader).contains(office.household)
    actions.assign_building(office.household.building, grid=new_grid, by=office.secretary)
    for leader in (office.leader, new_leader):
        leader.__dict__.pop("scope", None)
    assert not Household.objects.visible_to(office.leader).contains(office.household)
    assert Household.objects.visible_to(new_leader).contains(office.household)


def test_open_requests_go_to_the_new_grid_and_its_leader_is_told(office, new_grid):
    new_leader = leader_of(new_grid)
    waiting = office.log(title="楼道灯坏了")
    accepted = office.walk(office.log(), "accept")
    over = office.walk(office.log(), "withdraw")
    neighbours = HouseholdFactory(dwelling__unit__building__grid=office.grid)
    elsewhere = office.log(household=neighbours, reporter=None, reporter_name="邻居", by=office.leader)
    Notice.objects.all().delete()
    actions.assign_building(office.household.building, grid=new_grid, by=office.secretary)
    grids = dict(ServiceRequest.objects.values_list("pk", "grid"))
    assert [grids[one.pk] for one in (waiting, accepted)] == [new_grid.pk] * 2
    assert [grids[one.pk] for one in (over, elsewhere)] == [office.grid.pk] * 2
    notes = Update.objects.filter(kind="note")
    assert {note.request_id for note in notes} == {waiting.pk, accepted.pk}
    assert all("新网格" in note.internal_note and not note.public_text for note in notes)
    told = Notice.objects.get(user=new_leader, kind="requests_moved")
    assert "2 件诉求" in told.text
    assert told.url == waiting.get_absolute_url()
    assert AuditEvent.objects.filter(verb="request_moved").count() == 2


def test_the_page_of_a_moved_request_opens_for_the_new_leader(office, new_grid, client):
    request = office.log()
    actions.assign_building(office.household.building, grid=new_grid, by=office.secretary)
    client.force_login(leader_of(new_grid))
    assert "由那里接着办" in client.get(request.get_absolute_url()).content.decode()
    client.force_login(office.leader)
    assert client.get(request.get_absolute_url()).status_code == 404


def test_what_is_confidential_goes_along_untold(office, new_grid):
    request = office.log("tip_off", building=office.household.building, place="三楼")
    Notice.objects.all().delete()
    actions.assign_building(office.household.building, grid=new_grid, by=office.secretary)
    request.refresh_from_db()
    assert request.grid == new_grid
    assert not Notice.objects.filter(kind="requests_moved").exists()


def test_waiting_doors_and_open_problems_are_handed_to_the_new_leader(office, new_grid):
    family_of(office.household, {"name": "王秀英"})
    visits.open_campaign(office.grid.community, quarter=Quarter.of(clock.today()), by=office.secretary)
    visits.record_visit(
        office.household, by=office.leader, report=report_of(office.household, findings=(Brought("灯不亮"),))
    )
    other_door = HouseholdFactory(dwelling__unit=office.household.dwelling.unit)
    special = Target.objects.filter(household=office.household)[0]
    waiting = Target.objects.create(
        community=office.grid.community,
        campaign=special.campaign,
        household=other_door,
        building=other_door.building,
        assignee=office.leader,
        due_on=special.due_on,
    )
    by_another = Target.objects.create(
        community=office.grid.community,
        campaign=special.campaign,
        household=other_door,
        building=other_door.building,
        kind=Target.Kind.SPECIAL,
        assignee=office.other,
        due_on=special.due_on,
    )
    Notice.objects.all().delete()
    actions.assign_building(office.household.building, grid=new_grid, by=office.secretary)
    assert Target.objects.get(pk=waiting.pk).assignee == leader_of(new_grid)
    assert Target.objects.get(pk=by_another.pk).assignee == office.other
    assert Target.objects.get(pk=special.pk).assignee == office.leader, "a door that was reached stays with who went"
    assert Finding.objects.get().owner == leader_of(new_grid)
    assert "1 处待访、1 个走访问题" in Notice.objects.get(kind="visits_moved").text


def test_both_leaders_are_told_of_the_building(office, new_grid):
    actions.assign_building(office.household.building, grid=new_grid, by=office.secretary)
    told = dict(Notice.objects.filter(kind="building_assigned").values_list("user__name", "text"))
    assert "由您负责" in told[leader_of(new_grid).name]
    assert "不再由您负责" in told[office.leader.name]


def test_bad_moves_are_refused_with_a_sentence(office, new_grid):
    building = office.household.building
    with pytest.raises(Refused, match="不属于本社区"):
        actions.assign_building(building, grid=GridFactory(), by=office.secretary)
    with pytest.raises(Refused, match="已经在"):
        actions.assign_building(building, grid=office.grid, by=office.secretary)
    seen = regrid.seen_in(building)
    actions.assign_building(building, grid=new_grid, by=office.secretary)
    third = GridFactory(community=office.grid.community)
    with pytest.raises(Refused, match="刚刚有人把"):
        actions.assign_building(building, grid=third, by=office.secretary, expected=seen)
    assert len(terms(building)) == 2


def test_when_a_room_fails_nothing_has_moved(office, new_grid, monkeypatch):
    from grids import moved

    def fail(move):
        raise Refused("这里出了差错")

    monkeypatch.setattr(moved, "_rooms", [*moved._rooms, (fail, lambda move: [])])
    request = office.log()
    with pytest.raises(Refused):
        actions.assign_building(office.household.building, grid=new_grid, by=office.secretary)
    request.refresh_from_db()
    assert request.grid == office.grid
    assert len(terms(office.household.building)) == 1


def test_the_page_shows_the_numbers_before_the_button(office, new_grid, client, django_assert_max_num_queries):
    office.log()
    HouseholdFactory(dwelling=office.household.dwelling, left_on=date(2026, 1, 1))
    for _ in range(2):
        issue_letters([office.household], by=office.leader)
    client.force_login(office.secretary)
    url = reverse("grids:building_move", args=[office.household.building_id])
    with django_assert_max_num_queries(12):
        page = client.get(url, {"grid": new_grid.pk}).content.decode()
    assert "<b>1</b> <span>户住户" in page
    assert "<b>1</b> <span>封还没用的开通信" in page
    assert "<b>1</b> <span>件还在办的诉求" in page
    assert "处待访的住户" in page
    assert "封还没用的开通信" in page
    answer = client.post(url, {"grid": new_grid.pk, "expected": str(office.grid.pk)})
    assert answer.url == reverse("grids:building_manage", args=[office.household.building_id])
    assert Building.objects.get(pk=office.household.building_id).grid == new_grid
    foreign = client.get(url, {"grid": GridFactory().pk}).content.decode()
    assert "不属于本社区" in foreign
    assert client.post(url, {"grid": "", "expected": ""}).status_code == 200


def test_the_second_of_two_people_is_told_on_the_page(office, new_grid, client):
    client.force_login(office.secretary)
    url = reverse("grids:building_move", args=[office.household.building_id])
    third = GridFactory(community=office.grid.community, name="第三个")
    client.post(url, {"grid": new_grid.pk, "expected": str(office.grid.pk)})
    page = client.post(url, {"grid": third.pk, "expected": str(office.grid.pk)}).content.decode()
    assert "刚刚有人把" in page
    assert "新网格" in page


def test_the_roster_writes_the_first_term_of_a_building_it_brings(office):
    rows = [["网格", "住址", "姓名", "与户主关系"], [office.grid.name, "朱方路988号1幢1单元101室", "单雄", "户主"]]
    from core.spreadsheets import Sheet

    known = BuildingFactory(
        grid=None, number="2", estate__community=office.grid.community, community=office.grid.community
    )
    rows.append([office.grid.name, f"{known.estate.name}2幢1单元102室", "王伟", "户主"])
    waiting = office.log(household=HouseholdFactory(dwelling__unit__building=known), reporter_name="甲")
    ServiceRequest.objects.filter(pk=waiting.pk).update(grid=None)
    applying.apply(roster_sheet.read([Sheet("名册", rows)]), community=office.grid.community, by=office.secretary)
    made = Building.objects.get(estate__code="988")
    assert terms(made) == [(office.grid.name, clock.today(), None)]
    assert terms(known) == [(office.grid.name, clock.today(), None)]
    waiting.refresh_from_db()
    assert waiting.grid == office.grid


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12))
def test_the_terms_of_a_building_never_overlap_and_say_where_it_was(moves):
    """Moves some days apart into one of three grids: each day of the past has the grid that held that evening."""
    with transaction.atomic():
        grids = [GridFactory()]
        grids += [GridFactory(community=grids[0].community) for _ in range(2)]
        by = appoint(Role.SECRETARY, grids[0].community)
        day = date(2026, 3, 2)
        building = BuildingFactory(grid=grids[0], created_at=noon(day))
        with clock.at(noon(day)):
            actions.begin_in_grid([building])
        evenings = {day: building.grid_id}
        for later, index in moves:
            for _ in range(later):
                day += DAY
                evenings[day] = building.grid_id
            with clock.at(noon(day)):
                try:
                    building = actions.assign_building(building, grid=grids[index], by=by)
                except Refused:
                    assert building.grid == grids[index]
            evenings[day] = building.grid_id
        rows = BuildingInGrid.objects.filter(building=building)
        assert {one: [term.grid_id for term in rows.at(one)] for one in evenings} == {
            one: [grid] for one, grid in evenings.items()
        }
        transaction.set_rollback(True)


def test_the_database_refuses_two_grids_on_one_day(office, new_grid):
    building = office.household.building
    with pytest.raises(IntegrityError), transaction.atomic():
        BuildingInGrid.objects.create(
            community=building.community,
            building=building,
            grid=new_grid,
            starts_on=date(2026, 3, 1),
            ends_on=date(2026, 3, 2),
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_moves_at_once_one_is_made_and_the_other_told():
    place = desk()
    building = place.household.building
    targets = [GridFactory(community=place.grid.community) for _ in range(2)]
    seen, at_once = regrid.seen_in(building), threading.Barrier(2)
    said: list[str] = []

    def move(grid):
        try:
            at_once.wait()
            moved = actions.assign_building(building, grid=grid, by=place.secretary, expected=seen)
            said.append(f"moved {moved.grid_id}")
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    both = [threading.Thread(target=move, args=[grid]) for grid in targets]
    for one in both:
        one.start()
    for one in both:
        one.join()
    made = [one for one in said if one.startswith("moved")]
    assert len(made) == 1
    assert any("刚刚有人把" in one for one in said)
    building.refresh_from_db()
    assert made == [f"moved {building.grid_id}"]
    assert BuildingInGrid.objects.get(building=building, ends_on=None).grid_id == building.grid_id
