"""Doors change hands: who may, who is told, what is written down, and who takes over what nobody walks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community.actions import appoint as appoint_by
from community.actions import end_appointment
from community.models import Appointment, AuditEvent, Notice
from community.roles import Role
from core import clock, daily
from core.quarters import Quarter
from core.refusal import Refused
from grids.actions import assign_building
from tests.asks import asks_of
from tests.factories import GridFactory, UserFactory, appoint, household_in, in_care, neighbour_of, report_of
from visits import actions, walkers
from visits import today as room
from visits.models import Handover, Target

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(household):
    return appoint(Role.BUILDING_STEWARD, household.building)


@pytest.fixture
def secretary(grid):
    return appoint(Role.SECRETARY, grid.community)


@pytest.fixture
def there(household, campaign):
    """All the doors of the building."""
    return Target.objects.filter(building=household.building)


def yesterday():
    return clock.today() - timedelta(days=1)


def ends(user: Any) -> None:
    """The user's appointments are over since yesterday."""
    Appointment.objects.filter(user=user).update(ends_on=yesterday())
    user.__dict__.pop("scope", None)


class TestWhoMay:
    def test_the_office_gives_to_whoever_may_go_there(self, there, leader, steward, office):
        assert actions.hand_over(there, to=steward, by=office, reason="网格长住院") == 1
        target = there.get()
        assert target.assignee == steward
        row = Handover.objects.get()
        assert (row.target, row.before, row.after, row.by, row.reason) == (
            target,
            leader,
            steward,
            office,
            "网格长住院",
        )
        event = AuditEvent.objects.get(verb="target_handed_over")
        assert event.changes == {"assignee": [leader.name, steward.name]}
        assert event.household_id == target.household_id
        assert Notice.objects.filter(user=steward, kind="doors_given").count() == 1
        assert Notice.objects.filter(user=leader, kind="doors_taken_away").count() == 1

    def test_the_office_walks_itself(self, there, office):
        actions.hand_over(there, to=office, by=office)
        assert there.get().assignee == office
        assert not Notice.objects.filter(user=office, kind="doors_given").exists()

    def test_a_leader_gives_to_a_steward_and_takes_back(self, there, leader, steward):
        actions.hand_over(there, to=steward, by=leader)
        actions.hand_over(there, to=leader, by=leader)
        assert there.get().assignee == leader
        assert list(Handover.objects.values_list("before", "after")) == [
            (leader.pk, steward.pk),
            (steward.pk, leader.pk),
        ]

    def test_a_leader_gives_nothing_to_the_office(self, there, leader, office):
        with pytest.raises(Refused, match="请让社区来办"):
            actions.hand_over(there, to=office, by=leader)

    def test_a_leader_has_no_say_next_door(self, there, grid, steward):
        other = appoint(Role.GRID_LEADER, GridFactory(community=grid.community))
        with pytest.raises(Refused, match="不在您的网格里"):
            actions.hand_over(there, to=steward, by=other)

    def test_a_steward_gives_nothing_away(self, there, leader, steward):
        with pytest.raises(Refused, match="不在您的网格里"):
            actions.hand_over(there, to=leader, by=steward)

    def test_whoever_does_not_go_there_gets_nothing(self, there, grid, office):
        other = appoint(Role.GRID_LEADER, GridFactory(community=grid.community))
        with pytest.raises(Refused, match="不负责"):
            actions.hand_over(there, to=other, by=office)

    def test_whoever_may_not_record_gets_nothing(self, there, household, office):
        with pytest.raises(Refused, match="不能记录走访"):
            actions.hand_over(there, to=appoint(Role.RESIDENT, household), by=office)

    def test_whose_appointment_has_ended_gets_nothing(self, there, steward, office):
        ends(steward)
        with pytest.raises(Refused, match="不能记录走访"):
            actions.hand_over(there, to=steward, by=office)


class TestWhat:
    def test_what_was_walked_stays(self, there, household, leader, steward, office):
        actions.record_visit(household, by=leader, report=report_of(household))
        with pytest.raises(Refused, match="没有要走的户"):
            actions.hand_over(there, to=steward, by=office)
        assert there.get().assignee == leader

    def test_what_a_closed_round_left_stays(self, there, campaign, steward, office):
        actions.close_campaign(campaign, by=office, explanation="台风")
        with pytest.raises(Refused, match="没有要走的户"):
            actions.hand_over(there, to=steward, by=office)

    def test_giving_it_twice_is_giving_it_once(self, there, steward, office):
        actions.hand_over(there, to=steward, by=office)
        with pytest.raises(Refused, match="本来就由"):
            actions.hand_over(there, to=steward, by=office)
        assert Handover.objects.count() == 1

    def test_all_or_none(self, there, grid, household, campaign, steward, office):
        """A steward of one building does not get the doors of another."""
        both = Target.objects.filter(campaign=campaign)
        other = household_in(grid)
        Target.objects.create(
            community=grid.community,
            campaign=campaign,
            household=other,
            building=other.building,
            due_on=campaign.ends_on,
        )
        with pytest.raises(Refused, match="不负责"):
            actions.hand_over(both, to=steward, by=office)
        assert not Handover.objects.exists()

    def test_few_and_many_cost_the_same(self, grid, household, leader, steward, office):
        for _ in range(2):
            neighbour_of(household)
        campaign = actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
        rows = Target.objects.filter(campaign=campaign).order_by("pk")

        def cost(targets: Any, to: Any) -> int:
            with CaptureQueriesContext(connection) as queries:
                actions.hand_over(targets, to=to, by=office)
            return len(queries)

        assert office.scope
        assert steward.scope
        first = rows[0].pk
        assert cost(rows.filter(pk=first), steward) == cost(rows.exclude(pk=first), steward)
        assert set(Target.objects.values_list("assignee", flat=True)) == {steward.pk}

    def test_a_building_that_changes_its_grid_leaves_a_trace(self, there, household, leader, office):
        other = GridFactory(community=household.community)
        new = appoint(Role.GRID_LEADER, other)
        assign_building(household.building, grid=other, by=office)
        assert there.get().assignee == new
        row = Handover.objects.get()
        assert (row.before, row.after, row.by) == (leader, new, office)


class TestNobody:
    @pytest.fixture
    def lone(self, grid, household, office):
        """A round in a grid that nobody leads."""
        return actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)

    def titles(self, user: Any) -> list[str]:
        user.__dict__.pop("scope", None)
        return [ask.title for ask in asks_of(room, user)]

    def test_today_tells_the_office(self, lone, household, office, client):
        neighbour_of(household)
        assert "没人走的 1 户" in self.titles(office)
        client.force_login(office)
        page = client.get(reverse("visits:who_walks")).content.decode()
        assert "没人走的" in page
        assert f"{reverse('visits:hand_building', args=[household.building_id])}?from=nobody" in page

    def test_a_leader_whose_term_ends_leaves_doors_that_nobody_walks(self, campaign, household, leader, office, client):
        assert "没人走的 1 户" not in self.titles(office)
        ends(leader)
        assert "没人走的 1 户" in self.titles(office)
        client.force_login(office)
        page = client.get(reverse("visits:who_walks")).content.decode()
        assert f"原来是{leader.name}，任期已经结束" in page
        assert f"?from={leader.pk}" in page

    def test_a_steward_whose_term_ends_too(self, campaign, there, leader, steward, office):
        actions.hand_over(there, to=steward, by=office)
        assert walkers.unwalked(Target.objects.visible_to(office)) == 0
        ends(steward)
        assert walkers.unwalked(Target.objects.visible_to(office)) == 1

    def test_only_the_office_is_told(self, lone, household, leader, steward):
        assert not [title for title in [*self.titles(leader), *self.titles(steward)] if title.startswith("没人走")]

    def test_a_new_leader_takes_them_over(self, lone, grid, household, secretary):
        new = UserFactory()
        appoint_by(new, role=Role.GRID_LEADER, place=grid, by=secretary)
        assert Target.objects.get().assignee == new
        row = Handover.objects.get()
        assert (row.before, row.after, row.by) == (None, new, secretary)
        assert Notice.objects.filter(user=new, kind="doors_taken").count() == 1

    def test_a_new_leader_takes_over_from_one_who_has_gone(self, campaign, there, grid, leader, secretary):
        held = Appointment.objects.get(user=leader)
        end_appointment(held, last_day=yesterday(), reason="搬走", by=secretary)
        new = UserFactory()
        appoint_by(new, role=Role.GRID_LEADER, place=grid, by=secretary)
        assert there.get().assignee == new
        assert Handover.objects.get().before == leader

    def test_a_steward_keeps_what_is_his(self, campaign, there, grid, leader, steward, office, secretary):
        actions.hand_over(there, to=steward, by=office)
        ends(leader)
        appoint_by(UserFactory(), role=Role.GRID_LEADER, place=grid, by=secretary)
        assert there.get().assignee == steward

    def test_a_term_that_begins_later_begins_on_its_day(self, lone, grid, secretary):
        new, tomorrow = UserFactory(), clock.today() + timedelta(days=1)
        appoint_by(new, role=Role.GRID_LEADER, place=grid, by=secretary, starts_on=tomorrow)
        assert daily._daily["visit_walkers"]() == 0
        assert Target.objects.get().assignee is None
        with clock.at(clock.now() + timedelta(days=1)):
            assert daily._daily["visit_walkers"]() == 1
            assert daily._daily["visit_walkers"]() == 0
        assert Target.objects.get().assignee == new
        assert Handover.objects.get().by is None


class TestPages:
    def send(self, client: Any, url: str, **given: Any) -> Any:
        page = client.get(url)
        return client.post(url, {"submission": str(page.context["form"]["submission"].value()), **given})

    def test_a_building(self, campaign, household, leader, steward, office, client):
        in_care(household, category="living_alone")
        client.force_login(office)
        page = client.get(reverse("visits:building", args=[household.building_id])).content.decode()
        url = reverse("visits:hand_building", args=[household.building_id])
        assert url in page
        page = client.get(url).content.decode()
        assert "<b>1</b> <span>户还没走完" in page
        assert f"{steward.name}（楼栋管家）" in page
        answer = self.send(client, url, to=steward.pk, reason="住院")
        assert answer.url == reverse("visits:building", args=[household.building_id])
        assert Target.objects.get().assignee == steward
        assert "没有可以交给" not in client.get(url).content.decode()

    def test_a_double_click_is_answered_once(self, campaign, household, leader, steward, office, client):
        client.force_login(office)
        url = reverse("visits:hand_building", args=[household.building_id])
        form = client.get(url).context["form"]
        given = {"submission": str(form["submission"].value()), "to": steward.pk}
        assert [client.post(url, given).status_code for _ in range(2)] == [302, 302]
        assert Handover.objects.count() == 1

    def test_one_door(self, target, household, leader, steward, client):
        client.force_login(leader)
        url = reverse("visits:hand_door", args=[target.pk])
        assert "社区工作者" not in client.get(url).content.decode(), "a leader gives nothing to the office"
        self.send(client, url, to=steward.pk)
        target.refresh_from_db()
        assert target.assignee == steward

    def test_all_of_one_person(self, campaign, household, leader, office, client):
        client.force_login(office)
        url = reverse("visits:hand_walker", args=[leader.pk])
        assert url in client.get(reverse("visits:who_walks")).content.decode()
        self.send(client, url, to=office.pk)
        assert Target.objects.get().assignee == office
        assert client.get(url).status_code == 404

    def test_nobody_chosen_is_told_so(self, target, office, client):
        client.force_login(office)
        url = reverse("visits:hand_door", args=[target.pk])
        page = self.send(client, url, to="").content.decode()
        assert 'role="alert"' in page or "invalid-feedback" in page or "field-error" in page
        assert not Handover.objects.exists()

    def test_a_steward_sees_who_walks_and_hands_over_nothing(self, target, household, steward, client):
        client.force_login(steward)
        assert "交给别人" not in client.get(reverse("visits:who_walks")).content.decode()
        assert client.get(reverse("visits:hand_door", args=[target.pk])).status_code == 404
        page = client.get(reverse("visits:building", args=[household.building_id])).content.decode()
        assert "换人来走" not in page

    def test_the_list_of_doors(self, target, household, leader, office, client):
        client.force_login(office)
        url = reverse("visits:doors")
        door = household.dwelling.label
        assert door in client.get(url).content.decode()
        assert door in client.get(url, {"state": "due", "assignee": leader.pk}).content.decode()
        page = client.get(url, {"state": "done"}).content.decode()
        assert f">{door}<" not in page
        assert f">{door}<" not in client.get(url, {"assignee": "null"}).content.decode()
        assert client.get(url, {"format": "xlsx"})["Content-Type"].endswith("sheet")

    @pytest.mark.parametrize("name", ["visits:who_walks", "visits:doors"])
    def test_the_pages_cost_the_same_for_few_and_many(self, name, campaign, household, leader, office, client):
        client.force_login(office)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse(name)).status_code == 200
            return len(queries)

        cost()
        few = cost()
        actions.close_campaign(campaign, by=office, explanation="再开一次")
        for _ in range(5):
            neighbour_of(household)
            household_in(household.building.grid)
        actions.open_campaign(household.community, quarter=Quarter.of(clock.today()).next(), by=office)
        assert cost() <= few + 1
