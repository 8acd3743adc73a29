"""A round goes to everybody, says why, costs the same for few and many, and ends with an account."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from community.models import Notice
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from grids.actions import set_care
from tests.factories import CommunityFactory, family_of, household_in, report_of
from visits import actions, planning
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


class TestForecast:
    def at(self, day, campaign, **count):
        with clock.at(datetime.combine(day, time(4), tzinfo=UTC)):
            return forecast(campaign, Count(**count))

    @pytest.fixture
    def walked(self, grid, office):
        return Campaign(
            community=grid.community, year=2026, quarter=4, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31)
        )

    def test_at_this_pace(self, walked):
        seen = self.at(date(2026, 10, 10), walked, doors=100, reached=50)
        assert (seen.ends_on, seen.late) == (date(2026, 10, 20), False)

    def test_too_slow(self, walked):
        seen = self.at(date(2026, 10, 10), walked, doors=100, reached=5)
        assert seen.late
        assert "才能走完" in seen.words

    def test_nothing_to_say_yet(self, walked):
        assert self.at(date(2026, 10, 10), walked, doors=100).ends_on is None

    def test_all_reached(self, walked):
        assert self.at(date(2026, 10, 10), walked, doors=5, reached=5).words == "都走到了"


def test_coverage_counts_fields_not_forms():
    assert Count(fields=28, verified=27).percent == 96
    assert Count().percent == 0
    assert (Count(doors=2, fields=3) + Count(doors=1, fields=4)).fields == 7
