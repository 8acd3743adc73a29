"""A round goes to everybody, says why, costs the same for few and many, and ends with an account."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community.calendar import work_calendar
from community.models import Notice
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from core.workdays import seed_days
from grids.actions import set_care
from tests.factories import CommunityFactory, GridFactory, family_of, household_in, neighbour_of, report_of
from visits import actions, coverage, laying, planning, progress
from visits.models import Campaign, Target
from visits.progress import Count, forecast
from visits.report import Answer, Brought

Q4 = Quarter(2026, 4)


@pytest.fixture
def october():
    with clock.at(datetime(2026, 10, 5, 1, 0, tzinfo=UTC)):
        yield


@pytest.mark.usefixtures("october")
class TestOpening:
    def open(self, grid, office, **fields):
        return actions.open_campaign(grid.community, quarter=Q4, by=office, **fields)

    def test_everybody_who_lives_here_gets_a_target(self, grid, household, leader, office):
        gone = household_in(grid, left_on=date(2026, 1, 1))
        campaign = self.open(grid, office)
        target = Target.objects.get(campaign=campaign)
        assert target.household == household != gone
        assert target.assignee == leader
        assert target.due_on == date(2026, 12, 31)
        assert target.fields_total == 12
        assert target.why == ["还没有走访过这一户"]
        assert (campaign.starts_on, campaign.ends_on) == (date(2026, 10, 5), date(2026, 12, 31))
        assert Notice.objects.filter(user=leader, kind="campaign_opened").exists()

    def test_small_children_are_asked_less(self, grid, leader, office):
        household = household_in(grid)
        family_of(household, {"birth_date": date(1980, 1, 1)}, {"birth_date": date(2020, 1, 1)}, {"birth_date": ""})
        assert planning.count_of([date(1980, 1, 1), date(2020, 1, 1), ""]) == 2 + 5 + 2 + 5
        self.open(grid, office)
        assert Target.objects.get().fields_total == 14

    def test_those_in_need_are_called_on_every_month(self, grid, household, leader, office):
        set_care(household, category="living_alone", resident=household.head, by=office)
        self.open(grid, office)
        monthly = Target.objects.filter(kind="monthly_care").order_by("due_on")
        assert [one.due_on for one in monthly] == [date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31)]
        assert monthly[0].why == ["独居老人，每月看望"]

    def test_the_cadence_that_was_chosen_counts_before_the_category(self, grid, household, leader, office):
        set_care(household, category="living_alone", resident=household.head, by=office, cadence="quarterly")
        self.open(grid, office)
        assert not Target.objects.filter(kind="monthly_care").exists()

    def test_a_category_of_the_quarter_may_be_called_on_every_month(self, grid, household, leader, office):
        set_care(household, category="minimum_allowance", resident=household.head, by=office, cadence="monthly")
        self.open(grid, office)
        assert {one.why[0] for one in Target.objects.filter(kind="monthly_care")} == {"低保，每月看望"}

    def test_the_reasons_come_from_the_last_visit(self, grid, household, leader, office):
        set_care(
            household, category="minimum_allowance", resident=household.head, by=office, review_due=date(2026, 11, 1)
        )
        head = household.head
        answers = {f"r-{head.pk.hex}-employment": Answer("unknown"), "h-phone": Answer("refused")}
        with clock.at(clock.now() - timedelta(days=60)):
            report = report_of(household, answers=answers, findings=(Brought("屋顶渗水"),))
            actions.record_visit(household, by=leader, report=report)
        self.open(grid, office)
        why = Target.objects.get(kind="quarterly").why
        assert "上次的问题还没反馈：屋顶渗水" in why
        assert "上次没有答：家里电话" in why
        assert "上次不详：王秀英就业" in why
        assert "低保 11月1日到期复核" in why
        assert "还没有走访过这一户" not in why

    def test_a_door_left_behind_is_a_reason_next_time(self, grid, household, leader, office):
        with clock.at(clock.now() - timedelta(days=60)):
            actions.record_visit(household, by=leader, report=report_of(household))
            before = actions.open_campaign(grid.community, quarter=Quarter(2026, 3), by=office)
            actions.close_campaign(before, by=office, explanation="台风")
        self.open(grid, office)
        assert Target.objects.filter(campaign__quarter=4).get().why == ["上次没走到，或没遇到人"]

    def test_one_round_a_quarter_and_one_open_at_a_time(self, grid, household, leader, office):
        campaign = self.open(grid, office)
        with pytest.raises(Refused, match="已经有了"):
            self.open(grid, office)
        with pytest.raises(Refused, match="还没结束"):
            actions.open_campaign(grid.community, quarter=Q4.next(), by=office)
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.create(
                community=grid.community,
                year=2027,
                quarter=1,
                starts_on=campaign.starts_on,
                ends_on=campaign.ends_on,
                opened_by=office,
            )

    def test_an_empty_register_is_told_so(self, office):
        with pytest.raises(Refused, match="还没有住户"):
            actions.open_campaign(CommunityFactory(), quarter=Q4, by=office)

    def test_the_number_of_queries_does_not_grow(self, grid, household, leader, office):
        def cost():
            with CaptureQueriesContext(connection) as queries:
                planning.plan(grid.community, starts_on=Q4.start, ends_on=Q4.end)
            return len(queries)

        few = cost()
        for _ in range(20):
            family_of(household_in(grid), {}, {})
        assert cost() == few <= 9


class TestClosing:
    def test_what_is_left_is_explained_and_stays_on_record(self, campaign, household, office):
        with pytest.raises(Refused, match="还有 1 户没走到"):
            actions.close_campaign(campaign, by=office)
        actions.close_campaign(campaign, by=office, explanation="台风停了一周")
        assert Target.objects.get().state == "left"
        with pytest.raises(Refused, match="已经结束"):
            actions.close_campaign(campaign, by=office, explanation="再来")

    def test_nothing_left_needs_no_words(self, campaign, household, leader, office):
        actions.record_visit(household, by=leader, report=report_of(household))
        closed = actions.close_campaign(campaign, by=office)
        assert closed.state == "closed"


class TestLeft:
    def test_the_page_says_building_by_building_what_is_left_and_why(self, grid, household, leader, office, client):
        others = [neighbour_of(household) for _ in range(3)]
        campaign = actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
        for home, outcomes in zip(others, (["absent"], ["absent", "absent"], ["refused"]), strict=True):
            for outcome in outcomes:
                actions.record_visit(home, by=leader, report=report_of(home, outcome=outcome))
        Target.objects.filter(household=household).update(assignee=None)
        (left,) = progress.left_by_building(Target.objects.filter(campaign=campaign))
        assert (left.waiting, left.never, left.once, left.twice, left.nobody, left.refused) == (3, 1, 1, 1, 1, 1)
        client.force_login(office)
        page = client.get(reverse("visits:close_campaign", args=[campaign.pk])).content.decode()
        assert "还没走到的" in page
        assert household.building.label in page

    def test_nothing_left_is_not_listed(self, campaign, household, leader):
        actions.record_visit(household, by=leader, report=report_of(household))
        assert progress.left_by_building(Target.objects.filter(campaign=campaign)) == []


class TestRoundPage:
    def test_it_costs_the_same_for_few_and_many(self, grid, household, leader, office, client):
        neighbour_of(household)
        actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
        actions.record_visit(household, by=leader, report=report_of(household))
        client.force_login(office)

        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(reverse("visits:round")).status_code == 200
            return len(queries)

        cost()
        few = cost()
        for _ in range(6):
            household_in(grid)
        assert laying.lay_missing() == 6
        assert cost() == few <= 12

    def test_it_leads_to_the_facade_of_every_building(self, campaign, household, leader, client):
        client.force_login(leader)
        page = client.get(reverse("visits:round")).content.decode()
        url = reverse("visits:building", args=[household.building_id])
        assert url in page
        facade = client.get(url).content.decode()
        assert 'class="door is-warn' in facade
        assert "待访" in facade


class TestCoverage:
    def test_grid_by_grid_over_the_quarters(self, grid, household, leader, office, client):
        other = household_in(GridFactory(community=grid.community))
        quarter = Quarter.of(clock.today())
        for one, verified in ((quarter.previous(), 0), (quarter, 5)):
            made = actions.open_campaign(grid.community, quarter=one, by=office)
            Target.objects.filter(campaign=made, household=household).update(fields_total=10, fields_verified=verified)
            Target.objects.filter(campaign=made, household=other).update(fields_total=2, fields_verified=2)
            actions.close_campaign(made, by=office, explanation="台风")
        table = coverage.over_quarters(office)
        assert [str(one.period) for one in table.campaigns] == [str(quarter.previous()), str(quarter)]
        percents = {row.name: [cell.percent for cell in row.cells] for row in table.grids}
        assert percents == {grid.name: [0, 50], other.building.grid.name: [100, 100]}
        assert [cell.percent for cell in table.whole.cells] == [16, 58]
        assert [cell.tone for cell in table.grids[0].cells] == ["bad", "warn"]
        assert [row.name for row in coverage.over_quarters(leader).grids] == [grid.name]
        client.force_login(office)
        page = client.get(reverse("visits:coverage")).content.decode()
        assert "<svg" in page
        assert "5 / 10 项" in page

    def test_without_a_round_it_says_what_will_stand_here(self, office, client):
        client.force_login(office)
        assert "还没有走访过" in client.get(reverse("visits:coverage")).content.decode()

    def test_few_and_many_rounds_cost_the_same(self, campaign, grid, office):
        def cost() -> int:
            with CaptureQueriesContext(connection) as queries:
                coverage.over_quarters(office)
            return len(queries)

        few = cost()
        quarter = Quarter.of(clock.today())
        for _ in range(9):
            quarter = quarter.previous()
            fields = {"year": quarter.year, "quarter": quarter.number, "starts_on": quarter.start}
            Campaign.objects.create(
                community=grid.community,
                state="closed",
                ends_on=quarter.end,
                opened_by=office,
                closed_by=office,
                closed_at=clock.now(),
                **fields,
            )
        assert cost() == few == 2
        assert len(coverage.over_quarters(office).campaigns) == 8


@pytest.mark.django_db
class TestForecast:
    """October 2026: holidays until the 7th, then work; Saturday the 10th is worked as well."""

    def at(self, day, campaign, **count):
        with clock.at(datetime.combine(day, time(4), tzinfo=UTC)):
            return forecast(campaign, Count(**count), work_calendar())

    @pytest.fixture
    def walked(self, grid, office):
        return Campaign(
            community=grid.community, year=2026, quarter=4, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31)
        )

    def test_at_this_pace(self, walked):
        seen = self.at(date(2026, 10, 9), walked, doors=100, reached=50)
        assert (seen.ends_on, seen.late) == (date(2026, 10, 12), False), "two days of work more, Sunday is none"

    def test_the_holidays_are_not_counted_against_it(self, walked):
        assert not self.at(date(2026, 10, 8), walked, doors=100, reached=5).late

    def test_a_walk_within_the_holidays_is_a_day(self, walked):
        assert self.at(date(2026, 10, 2), walked, doors=10, reached=5).ends_on == date(2026, 10, 8)

    def test_too_slow(self, walked):
        seen = self.at(date(2026, 10, 16), walked, doors=100, reached=5)
        assert seen.late
        assert "才能走完" in seen.words

    def test_far_too_slow(self, walked):
        seen = self.at(date(2026, 12, 1), walked, doors=1_200_000, reached=1)
        assert (seen.ends_on, seen.late, seen.words) == (None, True, "按现在的进度，一年也走不完")

    def test_nothing_to_say_yet(self, walked):
        assert self.at(date(2026, 10, 10), walked, doors=100).ends_on is None

    def test_nothing_to_say_before_it_begins(self, walked):
        assert self.at(date(2026, 9, 20), walked, doors=100, reached=1).ends_on is None

    def test_all_reached(self, walked):
        assert self.at(date(2026, 10, 10), walked, doors=5, reached=5).words == "都走到了"

    @given(day=st.dates(date(2026, 10, 1), date(2027, 2, 28)), doors=st.integers(1, 3000), share=st.floats(0.001, 1))
    def test_whoever_walks_on_at_this_pace_is_done_on_that_day(self, day, doors, share):
        reached = max(int(doors * share), 1)
        round_ = Campaign(year=2026, quarter=4, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31))
        listed = {one.day: one.is_workday for year in (2026, 2027) for one in seed_days(year)}
        seen = self.at(day, round_, doors=doors, reached=reached)
        if seen.ends_on is None or reached >= doors:
            return

        def worked(first, last):
            days = (first + timedelta(days=number) for number in range((last - first).days + 1))
            return sum(listed.get(one, one.weekday() < 5) for one in days)

        so_far = max(worked(round_.starts_on, day), 1)
        more = worked(day + timedelta(days=1), seen.ends_on)
        assert reached * (so_far + more) >= doors * so_far, "at this pace all are reached by then"
        assert reached * (so_far + more - 1) < doors * so_far, "and not a day of work earlier"


def test_coverage_counts_fields_not_forms():
    assert Count(fields=28, verified=27).percent == 96
    assert Count().percent == 0
    assert (Count(doors=2, fields=3) + Count(doors=1, fields=4)).fields == 7
