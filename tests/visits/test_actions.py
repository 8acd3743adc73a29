"""A visit is kept once, whole, and stands in the household's history; problems close only with an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from community.models import AuditEvent
from core import clock
from core.fields import plain_of
from core.refusal import Refused
from grids.actions import change_household, change_resident, move_out
from grids.models import CareTag, Household, Resident
from helpdesk.models import ServiceRequest
from tests.factories import MembershipFactory, household_in, report_of
from visits import actions
from visits.fields import CARE_ENDED
from visits.models import Conflict, Finding, Target, Verification, Visit
from visits.report import Answer, Brought, Handling, Told
from visits.sheet import sheet_for


def key(resident, field):
    return f"r-{resident.pk.hex}-{field}"


@pytest.fixture
def head(household):
    return household.head


@pytest.fixture
def seen(household, leader):
    return sheet_for(leader, household).seen


def record(household, leader, **fields):
    return actions.record_visit(household, by=leader, report=report_of(household, **fields))


class TestRecord:
    def test_fields_are_kept_and_changes_reach_the_register(self, household, leader, head, target, seen):
        answers = {
            "h-kind": Answer("confirmed"),
            key(head, "phone"): Answer("changed", "13900001111"),
            key(head, "employment"): Answer("unknown"),
            key(head, "hukou"): Answer("refused"),
            key(head, "hardship"): Answer("changed", "minimum_allowance"),
        }
        visit = record(household, leader, answers=answers, seen=seen, met_who="王秀英", note="身体还好")
        head.refresh_from_db()
        assert plain_of(head.phone) == "13900001111"
        assert CareTag.objects.get(resident=head).category == "minimum_allowance"
        assert visit.verifications.count() == 5
        target.refresh_from_db()
        assert (target.state, target.fields_verified, target.fields_total) == ("done", 3, 12)
        assert target.done_at == visit.visited_at
        verbs = AuditEvent.objects.filter(household_id=household.pk).values_list("verb", flat=True)
        assert {"visit_recorded", "resident_changed", "care_set"} <= set(verbs)

    def test_sensitive_values_are_not_stored_in_plain(self, household, leader, head, seen, django_db_blocker):
        from django.db import connection

        record(household, leader, answers={key(head, "phone"): Answer("changed", "13900001111")}, seen=seen)
        one = Verification.objects.get()
        assert (one.before_shown, one.after_shown) == ("138****5678", "139****1111")
        assert "1111" not in str(one.after)
        with connection.cursor() as cursor:
            cursor.execute("SELECT before, after FROM visits_verification")
            assert not any("1390000" in text or "1381234" in text for row in cursor.fetchall() for text in row)
        events = AuditEvent.objects.values_list("changes", "reason", "target_label")
        assert not any("13900001111" in str(event) or "13812345678" in str(event) for event in events)

    def test_an_end_of_care_is_only_proposed(self, household, leader, head):
        record(household, leader, answers={key(head, "hardship"): Answer("changed", CARE_ENDED)})
        assert not CareTag.objects.exists()
        assert Verification.objects.get().result == "changed"

    def test_the_same_report_again_is_the_same_visit(self, household, leader, head, seen):
        report = report_of(household, answers={key(head, "phone"): Answer("changed", "13900001111")}, seen=seen)
        first = actions.record_visit(household, by=leader, report=report)
        assert actions.record_visit(household, by=leader, report=report) == first
        assert (Visit.objects.count(), Verification.objects.count(), Conflict.objects.count()) == (1, 1, 0)

    @pytest.mark.parametrize("other", [{"note": "别的"}, {"outcome": "absent"}, {"findings": (Brought("漏水"),)}])
    def test_the_same_id_with_other_content_is_refused(self, household, leader, other):
        report = report_of(household)
        actions.record_visit(household, by=leader, report=report)
        with pytest.raises(Refused, match="内容和这次不一样"):
            actions.record_visit(household, by=leader, report=replace(report, **other))
        assert Visit.objects.count() == 1

    def test_another_household_does_not_get_it_either(self, household, leader, grid):
        report = report_of(household)
        actions.record_visit(household, by=leader, report=report)
        with pytest.raises(Refused):
            actions.record_visit(household_in(grid), by=leader, report=report)

    def test_a_bad_value_takes_everything_back(self, household, leader, head):
        answers = {"h-kind": Answer("confirmed"), key(head, "phone"): Answer("changed", "138")}
        with pytest.raises(Refused, match="11 位手机号"):
            record(household, leader, answers=answers, findings=(Brought("漏水"),))
        assert not Visit.objects.exists()
        assert not Finding.objects.exists()

    def test_nobody_met_nothing_verified(self, household, leader):
        with pytest.raises(Refused, match="没有见到人"):
            record(household, leader, outcome="absent", answers={"h-kind": Answer("confirmed")})

    def test_a_field_that_is_not_asked_is_refused(self, household, leader):
        with pytest.raises(Refused, match="刚刚有变动"):
            record(household, leader, answers={"r-0-phone": Answer("confirmed")})

    def test_a_phone_clock_that_runs_ahead_is_set_right(self, household, leader):
        visit = record(household, leader, visited_at=clock.now() + timedelta(hours=3))
        assert visit.visited_at <= clock.now()

    def test_a_correction_stands_in_place_of_the_first(self, household, leader, target):
        first = record(household, leader, answers={"h-kind": Answer("confirmed"), "h-phone": Answer("confirmed")})
        second = record(household, leader, answers={"h-kind": Answer("confirmed")}, supersedes=first.pk)
        assert list(Visit.objects.standing()) == [second]
        target.refresh_from_db()
        assert target.fields_verified == 1
        with pytest.raises(Refused, match="更正过"):
            record(household, leader, supersedes=first.pk)
        with pytest.raises(Refused, match="找不到"):
            record(household_in(household.building.grid), leader, supersedes=first.pk)


class TestTargets:
    def test_absent_once_twice_then_met(self, household, leader, target):
        states = []
        for outcome in ("absent", "absent", "absent", "met", "absent"):
            record(household, leader, outcome=outcome)
            target.refresh_from_db()
            states.append(target.state)
        assert states == ["absent_once", "absent_twice", "absent_twice", "done", "done"]

    @pytest.mark.parametrize(
        ("outcome", "state"), [("met", "done"), ("phone", "done"), ("refused", "refused"), ("moved", "moved")]
    )
    def test_each_outcome_has_its_state(self, household, leader, target, outcome, state):
        record(household, leader, outcome=outcome)
        target.refresh_from_db()
        assert target.state == state
        assert target.done_at is not None

    def test_nobody_is_sent_to_a_household_that_has_left(self, household, leader, target):
        people = [one.resident for one in household.memberships.all()]
        move_out(household, by=leader, day=clock.today(), residents=people)
        target.refresh_from_db()
        assert target.state == "moved"
        assert target.done_at is not None

    def test_a_household_that_one_of_several_has_left_is_still_visited(self, household, leader, target):
        others = [one.resident for one in household.memberships.all() if one.resident != household.head]
        move_out(household, by=leader, day=clock.today(), residents=others)
        target.refresh_from_db()
        assert target.state == "waiting"

    def test_who_refused_first_may_be_met_later(self, household, leader, target):
        record(household, leader, outcome="refused")
        record(household, leader, outcome="absent")
        target.refresh_from_db()
        assert target.state == "refused"
        record(household, leader, outcome="met")
        target.refresh_from_db()
        assert target.state == "done"

    def test_one_knock_answers_what_is_due_this_month(self, household, leader, campaign):
        today = clock.today()
        common = {"community": campaign.community, "campaign": campaign, "household": household}
        now = Target.objects.create(building=household.building, kind="monthly_care", due_on=today, **common)
        later = Target.objects.create(
            building=household.building, kind="monthly_care", due_on=today + timedelta(days=62), **common
        )
        record(household, leader)
        assert Target.objects.get(pk=now.pk).state == "done"
        assert Target.objects.get(pk=later.pk).state == "waiting"

    def test_a_household_that_came_later_gets_its_target(self, campaign, grid, leader):
        new = household_in(grid)
        visit = record(new, leader)
        assert visit.target.campaign == campaign
        made = Target.objects.get(household=new)
        assert (made.state, made.assignee) == ("done", leader)

    def test_without_a_round_there_is_no_target(self, household, leader):
        assert record(household, leader).target is None

    def test_a_late_visit_is_kept_when_the_round_has_ended(self, household, leader, target, campaign, office):
        actions.close_campaign(campaign, by=office, explanation="下雨")
        target.refresh_from_db()
        visit = actions.record_visit(household, by=leader, report=report_of(household), target=target)
        target.refresh_from_db()
        assert (visit.target, target.state) == (target, "left")


class TestConflicts:
    def test_another_change_to_the_same_field_is_kept_for_the_leader(self, household, leader, head, seen, office):
        change_resident(head, household=household, by=office, phone="13700000000")
        record(household, leader, answers={key(head, "phone"): Answer("changed", "13900001111")}, seen=seen)
        head.refresh_from_db()
        assert plain_of(head.phone) == "13700000000"
        conflict = Conflict.objects.get()
        assert (conflict.brought_shown, conflict.found_shown) == ("139****1111", "137****0000")

    def test_different_fields_merge(self, household, leader, head, seen, office):
        change_household(household, by=office, phone="0511-88889999")
        change_resident(head, household=household, by=office, employment="51")
        record(household, leader, answers={key(head, "phone"): Answer("changed", "13900001111")}, seen=seen)
        head.refresh_from_db()
        assert (plain_of(head.phone), head.employment) == ("13900001111", "51")
        assert not Conflict.objects.exists()

    def test_both_say_the_same(self, household, leader, head, seen, office):
        change_resident(head, household=household, by=office, phone="13900001111")
        record(household, leader, answers={key(head, "phone"): Answer("changed", "13900001111")}, seen=seen)
        assert not Conflict.objects.exists()

    def test_a_confirmed_value_that_changed_meanwhile_is_not_verified(self, household, leader, head, seen, office):
        change_resident(head, household=household, by=office, phone="13700000000")
        record(household, leader, answers={key(head, "phone"): Answer("confirmed")}, seen=seen)
        assert Verification.objects.get().result == "unknown"

    @pytest.mark.parametrize(("keep", "phone"), [("visit", "13900001111"), ("register", "13700000000")])
    def test_the_leader_settles_once(self, household, leader, head, seen, office, keep, phone):
        change_resident(head, household=household, by=office, phone="13700000000")
        record(household, leader, answers={key(head, "phone"): Answer("changed", "13900001111")}, seen=seen)
        conflict = actions.settle_conflict(Conflict.objects.get(), keep=keep, by=leader)
        head.refresh_from_db()
        assert plain_of(head.phone) == phone
        assert actions.settle_conflict(conflict, keep=keep, by=leader) == conflict
        with pytest.raises(Refused, match="已经定过"):
            actions.settle_conflict(conflict, keep=keep, by=office)
        assert not Conflict.objects.waiting().exists()

    def test_one_of_the_two_must_be_chosen(self, household, leader, head, seen, office):
        change_resident(head, household=household, by=office, phone="13700000000")
        record(household, leader, answers={key(head, "phone"): Answer("changed", "13900001111")}, seen=seen)
        with pytest.raises(Refused, match="哪个为准"):
            actions.settle_conflict(Conflict.objects.get(), keep="moon", by=leader)


class TestFindings:
    def test_a_problem_opens_a_request(self, household, leader, category):
        brought = Brought("厨房漏水", "serious", Handling.REQUEST, category.pk)
        record(household, leader, findings=(brought,))
        finding = Finding.objects.get()
        assert finding.state == "requested"
        assert finding.owner == leader
        assert finding.due_on == clock.today() + timedelta(days=7)
        assert finding.request.source == ServiceRequest.Source.VISIT
        assert finding.request.home == household

    def test_a_category_is_needed_and_must_be_ours(self, household, leader):
        with pytest.raises(Refused, match="选一个类别"):
            record(household, leader, findings=(Brought("漏水", handling=Handling.REQUEST),))
        with pytest.raises(Refused, match="没有这个类别"):
            record(household, leader, findings=(Brought("漏水", handling=Handling.REQUEST, category=0),))

    def test_fixed_on_the_spot_still_waits_for_the_answer(self, household, leader):
        record(household, leader, findings=(Brought("灯泡坏了", handling=Handling.FIXED, how="换了一个"),))
        finding = Finding.objects.get()
        assert (finding.state, finding.fixed_on_spot, finding.fixed_how) == ("fixed", True, "换了一个")

    def test_fixed_and_content_on_the_spot_closes(self, household, leader):
        brought = Brought("灯泡坏了", handling=Handling.FIXED, how="换了一个", satisfied=True)
        record(household, leader, findings=(brought,))
        finding = Finding.objects.get()
        assert finding.state == "closed"
        assert finding.feedback.get().told == "换了一个"

    def test_feedback_at_the_next_visit_closes(self, household, leader):
        record(household, leader, findings=(Brought("灯泡坏了"),))
        finding = Finding.objects.get()
        visit = record(household, leader, feedback=(Told(finding.pk, "换好了", "satisfied"),))
        finding.refresh_from_db()
        assert finding.state == "closed"
        assert finding.feedback.get().visit == visit

    def test_unsatisfied_opens_it_again(self, household, leader):
        record(household, leader, findings=(Brought("灯泡坏了", handling=Handling.FIXED),))
        finding = Finding.objects.get()
        actions.give_feedback(finding, told="换了灯泡", answer="unsatisfied", by=leader)
        finding.refresh_from_db()
        assert (finding.state, finding.closed_at) == ("open", None)

    def test_not_closed_while_the_request_is_worked_on(self, household, leader, category):
        record(household, leader, findings=(Brought("漏水", handling=Handling.REQUEST, category=category.pk),))
        finding = Finding.objects.get()
        with pytest.raises(Refused, match="还在办"):
            actions.give_feedback(finding, told="好了", answer="satisfied", by=leader)
        actions.give_feedback(finding, told="师傅周四来", answer="heard", by=leader)
        finding.refresh_from_db()
        assert finding.state == "requested"

    def test_closed_is_closed(self, household, leader):
        record(household, leader, findings=(Brought("灯泡坏了"),))
        finding = Finding.objects.get()
        actions.give_feedback(finding, told="换好了", answer="satisfied", by=leader)
        for act in (
            lambda: actions.give_feedback(finding, told="又一次", answer="satisfied", by=leader),
            lambda: actions.fix_finding(finding, how="再修", by=leader),
            lambda: actions.request_for(finding, by=leader),
        ):
            with pytest.raises(Refused):
                act()

    def test_what_is_missing_is_refused(self, household, leader):
        record(household, leader, findings=(Brought("灯泡坏了"),))
        finding = Finding.objects.get()
        with pytest.raises(Refused, match="还缺一项"):
            actions.fix_finding(finding, how=" ", by=leader)
        with pytest.raises(Refused, match="还缺一项"):
            actions.give_feedback(finding, told=" ", answer="satisfied", by=leader)

    def test_feedback_on_another_households_problem_is_refused(self, household, leader, grid):
        record(household, leader, findings=(Brought("灯泡坏了"),))
        told = (Told(Finding.objects.get().pk, "换好了", "satisfied"),)
        with pytest.raises(Refused, match="找不到要反馈"):
            record(household_in(grid), leader, feedback=told)


def test_somebody_who_moved_in_with_the_form_open_is_simply_not_asked(household, leader, seen):
    MembershipFactory(household=household)
    record(household, leader, answers={"h-kind": Answer("confirmed")}, seen=seen)
    assert Verification.objects.count() == 1


def test_the_household_version_counts_changes(household, leader, head):
    before = Household.objects.get(pk=household.pk).version
    record(household, leader, answers={key(head, "phone"): Answer("changed", "13900001111")})
    assert Household.objects.get(pk=household.pk).version == before + 1
    assert Resident.objects.get(pk=head.pk).phone == "13900001111"
