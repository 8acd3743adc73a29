"""A round is laid in steps: the same as in one, counted beforehand, and whoever is killed goes on exactly there."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community.models import AuditEvent, Notice
from community.roles import Role
from core import clock, jobs
from core.models import Job
from core.quarters import Quarter
from core.refusal import Refused
from grids.actions import pair, set_care
from grids.models import Dwelling, Household, Unit
from tests.factories import (
    BuildingFactory,
    CommunityFactory,
    EstateFactory,
    GridFactory,
    appoint,
    family_of,
    household_in,
    in_care,
    report_of,
)
from tests.grids.roster_pages import work_off
from visits import actions, laying, planning
from visits.models import Campaign, Finding, Target
from visits.report import Brought

ROOT = Path(__file__).resolve().parents[2]
Q4 = Quarter(2026, 4)
State = Campaign.State


@pytest.fixture
def october() -> Iterator[None]:
    with clock.at(datetime(2026, 10, 5, 1, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laying, "STEP", 2)


def laid(campaign: Campaign) -> list[tuple[Any, ...]]:
    """What was laid, without what differs from one laying to the next."""
    rows = Target.objects.filter(campaign=campaign)
    return sorted(
        rows.values_list("household", "kind", "due_on", "assignee", "reasons", "base_version", "fields_total", "state"),
        key=str,
    )


def forget(campaign: Campaign) -> None:
    """As if the round had never been."""
    Target.objects.filter(campaign=campaign).delete()
    Campaign.objects.filter(pk=campaign.pk).delete()


@pytest.mark.usefixtures("october")
class TestSteps:
    def open(self, grid: Any, office: Any) -> Campaign:
        return actions.open_campaign(grid.community, quarter=Q4, by=office)

    def test_many_small_steps_lay_what_one_does(self, grid, leader, office, monkeypatch):
        homes = [household_in(grid) for _ in range(7)]
        for home in homes[:3]:
            family_of(home, {}, {})
            set_care(home, category="living_alone", resident=home.head, by=office)
        actions.record_visit(homes[4], by=leader, report=report_of(homes[4], findings=(Brought("屋顶渗水"),)))
        at_once = self.open(grid, office)
        expected = laid(at_once)
        assert (at_once.state, at_once.job, at_once.laid) == (State.OPEN, None, len(expected))
        assert len(expected) == 7 + 3 * 3
        forget(at_once)
        monkeypatch.setattr(laying, "STEP", 2)
        campaign = self.open(grid, office)
        assert (campaign.state, campaign.is_open) == (State.PREPARING, False)
        work_off()
        campaign.refresh_from_db()
        assert campaign.state == State.OPEN
        assert laid(campaign) == expected
        assert campaign.laid == len(expected)
        job = Job.objects.get(pk=campaign.job)
        assert (job.state, job.done, job.total) == (Job.State.DONE, 7, 7)
        assert job.result["url"] == campaign.get_absolute_url()

    @pytest.mark.usefixtures("small_steps")
    def test_the_last_step_may_be_full(self, grid, leader, office):
        for _ in range(4):
            household_in(grid)
        campaign = self.open(grid, office)
        work_off()
        campaign.refresh_from_db()
        assert (campaign.state, campaign.laid) == (State.OPEN, 4)

    @pytest.mark.usefixtures("small_steps")
    def test_while_it_is_prepared_nobody_walks_it(self, grid, leader, office, client):
        homes = [household_in(grid) for _ in range(5)]
        campaign = self.open(grid, office)
        assert not Notice.objects.filter(kind="campaign_opened").exists()
        assert not Target.objects.asked_now().exists()
        with pytest.raises(Refused, match="还在安排"):
            actions.close_campaign(campaign, by=office, explanation="算了")
        with pytest.raises(Refused, match="还没结束"):
            actions.open_campaign(grid.community, quarter=Q4.next(), by=office)
        actions.record_visit(homes[0], by=leader, report=report_of(homes[0]))
        assert Target.objects.get(household=homes[0]).state == "waiting"
        work_off()
        assert Notice.objects.filter(user=leader, kind="campaign_opened").count() == 1
        assert Target.objects.asked_now().count() == 5
        assert AuditEvent.objects.filter(verb="campaign_laid").count() == 1

    @pytest.mark.usefixtures("small_steps")
    def test_two_at_the_same_round_take_turns(self, grid, leader, office):
        for _ in range(5):
            household_in(grid)
        one = self.open(grid, office)
        other = Campaign.objects.get(pk=one.pk)
        while one.state == State.PREPARING:
            one, other = laying.step(one), laying.step(other)
        assert Target.objects.count() == one.laid == 5
        assert laying.step(other).laid == 5

    @pytest.mark.usefixtures("small_steps")
    def test_who_moves_out_meanwhile_is_not_waited_for(self, grid, leader, office):
        homes = [household_in(grid) for _ in range(5)]
        self.open(grid, office)
        Household.objects.filter(pk=homes[0].pk).update(left_on=clock.today())
        Household.objects.filter(pk=homes[4].pk).update(left_on=clock.today())
        work_off()
        assert Target.objects.get(household=homes[0]).state == "moved"
        assert not Target.objects.filter(household=homes[4]).exists()
        assert Target.objects.waiting().count() == 3

    def test_an_empty_register_leaves_nothing_behind(self, office):
        with pytest.raises(Refused, match="还没有住户"):
            actions.open_campaign(CommunityFactory(), quarter=Q4, by=office)
        assert not Campaign.objects.exists()
        assert not Job.objects.exists()

    @pytest.mark.usefixtures("small_steps")
    def test_a_round_that_was_given_up_is_taken_up_again(self, grid, leader, office, client):
        for _ in range(5):
            household_in(grid)
        campaign = self.open(grid, office)
        client.force_login(office)
        page = client.get(campaign.get_absolute_url())
        assert page["Refresh"]
        assert "正在安排" in page.content.decode()
        url = reverse("visits:lay_campaign", args=[campaign.pk])
        client.post(url)
        assert Job.objects.count() == 1, "nobody takes up what a worker is at"
        jobs.fail(Job.objects.get(), "试了几次都中断了")
        Job.objects.update(task_id="")
        from django_tasks_db.models import DBTaskResult

        DBTaskResult.objects.all().delete()
        page = client.get(campaign.get_absolute_url())
        assert "Refresh" not in page
        assert "接着安排" in page.content.decode()
        assert client.post(url).url == campaign.get_absolute_url()
        assert Job.objects.count() == 2
        work_off()
        campaign.refresh_from_db()
        assert (campaign.state, Target.objects.count()) == (State.OPEN, 5)
        assert client.post(url).status_code == 302, "it is open already: nothing to do"
        assert Job.objects.count() == 2

    @pytest.mark.usefixtures("small_steps")
    def test_who_walks_sees_that_it_is_prepared_but_no_button(self, grid, leader, office, client):
        for _ in range(5):
            household_in(grid)
        campaign = self.open(grid, office)
        jobs.fail(Job.objects.get(), "断了")
        client.force_login(leader)
        page = client.get(reverse("visits:round")).content.decode()
        assert "正在安排" in page
        assert '<button class="btn btn-primary"' not in page
        assert client.post(reverse("visits:lay_campaign", args=[campaign.pk])).status_code == 403

    def test_a_step_costs_the_same_for_few_and_many(self, grid, leader, office):
        campaign = self.open(grid, office) if household_in(grid) else None
        assert campaign is not None

        def cost() -> int:
            homes = planning.next_homes(grid.community_id, after=None, most=100)
            with CaptureQueriesContext(connection) as queries:
                planning.targets_for(campaign, homes, from_day=campaign.starts_on)
            return len(queries)

        few = cost()
        for _ in range(20):
            in_care(family_of(household_in(grid), {}, {})[0].memberships.get().household)
        assert cost() == few <= 9


@pytest.mark.usefixtures("october")
class TestWhoGoes:
    @pytest.fixture
    def steward(self, household):
        return appoint(Role.BUILDING_STEWARD, household.building)

    @pytest.fixture
    def cared(self, household, office, steward):
        set_care(household, category="living_alone", resident=household.head, by=office)
        pair(household, kind="steward", person=steward, by=office)
        return household

    def assignees(self, campaign):
        return dict(Target.objects.filter(campaign=campaign).values_list("kind", "assignee"))

    def test_the_leader_by_quarter_the_paired_steward_by_month(self, grid, cared, leader, steward, office):
        campaign = actions.open_campaign(grid.community, quarter=Q4, by=office)
        assert self.assignees(campaign) == {"quarterly": leader.pk, "monthly_care": steward.pk}

    def test_a_steward_whose_appointment_has_ended_is_not_sent(self, grid, cared, leader, steward, office):
        steward.appointments.update(ends_on=clock.today() - timedelta(days=1))
        campaign = actions.open_campaign(grid.community, quarter=Q4, by=office)
        assert self.assignees(campaign) == {"quarterly": leader.pk, "monthly_care": leader.pk}

    def test_a_steward_whose_pairing_has_ended_is_not_sent(self, grid, cared, leader, steward, office):
        cared.pairings.update(starts_on=date(2026, 1, 1), ends_on=clock.today() - timedelta(days=1))
        campaign = actions.open_campaign(grid.community, quarter=Q4, by=office)
        assert self.assignees(campaign) == {"quarterly": leader.pk, "monthly_care": leader.pk}

    def test_without_a_leader_nobody_is_named(self, grid, household, office):
        campaign = actions.open_campaign(grid.community, quarter=Q4, by=office)
        assert self.assignees(campaign) == {"quarterly": None}

    def test_what_the_hall_owes_an_answer_to_is_a_reason(self, grid, household, leader, office):
        actions.record_visit(household, by=leader, report=report_of(household, findings=(Brought("要加装电梯"),)))
        Finding.objects.update(for_hall=True)
        actions.open_campaign(grid.community, quarter=Q4, by=office)
        assert "请大家议的事还没有答复：要加装电梯" in Target.objects.get(kind="quarterly").why


@pytest.mark.usefixtures("october")
class TestMissing:
    def test_who_moves_in_gets_a_target_the_next_day(self, campaign, grid, leader):
        new = household_in(grid)
        assert laying.lay_missing() == 1
        target = Target.objects.get(household=new)
        assert (target.assignee, target.why) == (leader, ["还没有走访过这一户"])
        assert laying.lay_missing() == 0
        campaign.refresh_from_db()
        assert campaign.laid == Target.objects.count() == 2

    def test_who_comes_into_monthly_care_is_called_on_from_this_month(self, campaign, household, leader):
        with clock.at(datetime(2026, 11, 3, 1, 0, tzinfo=UTC)):
            in_care(household, category="living_alone")
            assert laying.lay_missing() == 1
            assert laying.lay_missing() == 0
        due = Target.objects.filter(kind="monthly_care").order_by("due_on").values_list("due_on", flat=True)
        assert list(due) == [date(2026, 11, 30), date(2026, 12, 31)]

    def test_what_was_walked_stays_as_it_is(self, campaign, household, leader):
        actions.record_visit(household, by=leader, report=report_of(household))
        in_care(household, category="living_alone")
        laying.lay_missing()
        assert Target.objects.get(kind="quarterly").state == "done"

    def test_a_round_that_is_over_lacks_nothing(self, campaign, grid):
        household_in(grid)
        with clock.at(datetime(2027, 1, 3, 1, 0, tzinfo=UTC)):
            assert laying.lay_missing() == 0

    def test_it_is_done_daily(self):
        from core import daily

        assert "visit_targets" in daily._daily


class TestPreview(TestCase):
    """The numbers before the button are those of what is then laid."""

    @given(
        homes=st.lists(
            st.fixed_dictionaries(
                {
                    "led": st.booleans(),
                    "gone": st.booleans(),
                    "visited": st.sampled_from(["", "met", "absent"]),
                    "finding": st.sampled_from(["", "open", "hall", "closed"]),
                    "care": st.sampled_from(["", "living_alone", "minimum_allowance"]),
                    "review": st.sampled_from([None, date(2026, 11, 1), date(2027, 3, 1)]),
                }
            ),
            min_size=1,
            max_size=6,
        )
    )
    @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    def test_as_counted(self, homes):
        with clock.at(datetime(2026, 10, 5, 1, 0, tzinfo=UTC)):
            self.as_counted(homes)

    def as_counted(self, homes):
        led = GridFactory()
        lone = GridFactory(community=led.community)
        leader, office = appoint(Role.GRID_LEADER, led), appoint(Role.COMMUNITY_STAFF, led.community)
        for one in homes:
            home = household_in(led if one["led"] else lone)
            family_of(home, {})
            if one["visited"]:
                brought = (Brought("漏水"),) if one["finding"] and one["visited"] == "met" else ()
                report = report_of(home, outcome=one["visited"], findings=brought)
                actions.record_visit(home, by=leader, report=report)
                found = Finding.objects.filter(household=home)
                if one["finding"] == "hall":
                    found.update(for_hall=True)
                if one["finding"] == "closed":
                    found.update(state="closed", closed_at=clock.now())
            if one["care"]:
                in_care(home, category=one["care"], review_due=one["review"])
            if one["gone"]:
                Household.objects.filter(pk=home.pk).update(left_on=date(2026, 10, 1))
        starts_on, ends_on = date(2026, 10, 5), date(2026, 12, 31)
        plan = planning.plan(led.community, starts_on=starts_on, ends_on=ends_on)
        if not plan.households:
            return
        actions.open_campaign(led.community, quarter=Q4, by=office, starts_on=starts_on, ends_on=ends_on)
        rows = list(Target.objects.filter(community=led.community))
        quarterly = [row for row in rows if row.kind == "quarterly"]

        def having(*codes):
            return sum(any(reason["code"] in codes for reason in row.reasons) for row in quarterly)

        assert plan.targets == len(rows)
        assert plan.households == len(quarterly)
        assert plan.care == len({row.household_id for row in rows if row.kind == "monthly_care"})
        assert plan.care_visits == len(rows) - len(quarterly)
        assert plan.without_leader == sum(row.assignee_id is None for row in quarterly)
        assert plan.with_findings == having("finding", "hall")
        assert plan.never_visited == having("never")
        assert plan.reviews == having("review")


HOUSEHOLDS = 1_200
WORKER_STEP = 40


def address_of_database() -> str:
    """The test database as DATABASE_URL, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@pytest.fixture
def worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers that lay in small steps; all are gone afterwards."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": address_of_database(),
        "DATA_DIR": str(settings.DATA_DIR),
    }
    # The same command as `manage.py run_worker`, but many steps where there would be one: there is time to kill it.
    program = (
        "import django; django.setup()\n"
        "from visits import laying\n"
        f"laying.STEP = {WORKER_STEP}\n"
        "from django.core.management import call_command\n"
        "call_command('run_worker', interval=0.1, beat=0.3, silence=1.5)\n"
    )

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def wait_for(happened: Callable[[], bool], *, seconds: float = 120, every: float = 0.05) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(every)


def rows_there(campaign: Campaign) -> int:
    """How many targets others can see; never waits for a writer."""
    if connection.vendor == "postgresql":
        return Target.objects.filter(campaign=campaign).count()
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=30)) as other:
        found = other.execute("SELECT COUNT(*) FROM visits_target WHERE campaign_id = ?", [campaign.pk.hex])
        return int(found.fetchone()[0])


def many_households(count: int) -> Any:
    """A grid with many doors in one building."""
    grid = GridFactory()
    building = BuildingFactory(grid=grid, estate=EstateFactory(community=grid.community))
    unit = Unit.objects.create(community=grid.community, building=building, number="1")
    doors = Dwelling.objects.bulk_create(
        Dwelling(community=grid.community, building=building, unit=unit, room_no=f"{number}", label=f"{number}室")
        for number in range(count)
    )
    Household.objects.bulk_create(
        Household(community=grid.community, building=building, dwelling=door) for door in doors
    )
    return grid


@pytest.mark.django_db(transaction=True)
def test_two_killed_workers_and_a_third_lay_what_one_act_lays(
    worker: Callable[[], subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    grid = many_households(HOUSEHOLDS)
    appoint(Role.GRID_LEADER, grid)
    office = appoint(Role.COMMUNITY_STAFF, grid.community)
    for home in Household.objects.order_by("pk")[:: HOUSEHOLDS // 10]:
        in_care(home, category="living_alone")
    quarter = Quarter.of(clock.today())
    expected_of = actions.open_campaign(grid.community, quarter=quarter, by=office)
    expected = laid(expected_of)
    assert len(expected) > HOUSEHOLDS
    forget(expected_of)

    monkeypatch.setattr(laying, "STEP", WORKER_STEP)
    campaign = actions.open_campaign(grid.community, quarter=quarter, by=office)
    assert campaign.state == State.PREPARING
    for _ in range(2):
        before = rows_there(campaign)
        process = worker()
        wait_for(lambda before=before: rows_there(campaign) > before, every=0.005)  # type: ignore[misc]
        process.kill()
        process.wait()
        left = rows_there(campaign)
        campaign.refresh_from_db()
        assert campaign.state == State.PREPARING
        assert campaign.laid == left < len(expected)
    worker()
    wait_for(lambda: Job.objects.get(pk=campaign.job).is_over)
    campaign.refresh_from_db()
    assert Job.objects.get(pk=campaign.job).state == Job.State.DONE
    assert campaign.state == State.OPEN
    assert laid(campaign) == expected
    assert campaign.laid == len(expected)
    assert Notice.objects.filter(kind="campaign_opened", url=campaign.get_absolute_url()).count() == 1
