"""From what stewards said to a roster: templates, shifts, the plan, and the search as a job."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock, jobs
from core.models import Job
from core.refusal import Refused
from core.rosters.greedy import greedy
from core.rosters.rules import broken
from core.rosters.solver import Effort
from stewards.duty import actions, solving
from stewards.duty.actions.templates import Need, rosters_ahead
from stewards.duty.planning import planned, write
from stewards.models import Assignment, AvailabilityException, BlockedPair, Roster, Shift, ShiftTemplate, StewardPause
from tests.factories import CommunityFactory
from tests.stewards.duties import (
    FRIDAY,
    HERE,
    MONDAY,
    WHY,
    a_roster,
    a_template,
    moment,
    office_of,
    published,
    seats_of,
    sent,
    shifts_of,
    slots_of,
)
from tests.stewards.makers import a_steward, can, free_on, skills_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]


@pytest.fixture
def quick(monkeypatch):
    """A short search: the real one, with less to do."""
    monkeypatch.setattr(solving, "EFFORT", Effort(work=0.5, seconds=30))


def check(roster: Roster) -> None:
    """No seat of a roster breaks a hard rule."""
    now = planned(roster, again=True)
    assert broken(now.problem, now.seats) == []


def search(roster: Roster, office, *, again: bool = False) -> Job:
    """The search done here and now, as a worker does it."""
    job = actions.search(roster, by=office, again=again)
    solving._search.call(str(job.pk), "zh-hans", str(roster.pk), again)
    job.refresh_from_db()
    roster.refresh_from_db()
    return job


def test_shifts_are_written_down_across_midnight_and_months(office, community):
    night = a_template(office, community, "夜间巡逻", weekdays=[5], starts_at=time(22), ends_at=time(6))
    roster = a_roster(office, community, first=MONDAY)
    shifts = [shift for shift in shifts_of(roster) if shift.template == night]
    assert [shift.day for shift in shifts] == [date(2026, 12, day) for day in (5, 12, 19, 26)]
    assert shifts[0].starts_at.astimezone(HERE).isoformat() == "2026-12-05T22:00:00+08:00"
    assert shifts[0].ends_at.astimezone(HERE).isoformat() == "2026-12-06T06:00:00+08:00"


def test_a_shift_across_the_turn_of_the_month_and_the_year_is_one_shift(office, community):
    a_template(office, community, "守岁", weekdays=[3], starts_at=time(20), ends_at=time(2))
    roster = a_roster(office, community, first=date(2026, 12, 28), days=7)
    (shift,) = shifts_of(roster)
    assert shift.ends_at.astimezone(HERE).date() == date(2027, 1, 1)
    assert [seat.starts_at for seat in seats_of(roster)] == [shift.starts_at] * 2


def test_the_first_plan_is_there_at_once_and_breaks_no_rule(office, community):
    roster = a_roster(office, community, stewards=5)
    check(roster)
    assert roster.figures["how"] == "quick"
    assert len(seats_of(roster, is_reserve=False)) == 28
    assert all(seat.why["could"] >= 0 for seat in seats_of(roster))


def test_nobody_is_planned_while_away_paused_or_without_a_valid_skill(office, community):
    wiring = skills_of(community)["wiring"]
    a_template(office, community, "电路值班", weekdays=[2], needs=[Need(wiring, 1)])
    expired, away, paused = (a_steward(community) for _one in range(3))
    can(expired, wiring, valid_until=date(2026, 12, 1))
    can(away, wiring)
    can(paused, wiring)
    from_, until = moment(date(2026, 12, 2), 9), moment(date(2026, 12, 2), 10)
    AvailabilityException.objects.create(
        community=community, steward=away, starts_at=from_, ends_at=until, is_free=False
    )
    StewardPause.objects.create(community=community, steward=paused, starts_on=date(2026, 12, 2))
    roster = a_roster(office, community, stewards=1, days=14)
    first, second = slots_of(roster)
    assert not seats_of(roster, slot=first)
    assert [seat.steward for seat in seats_of(roster, slot=second)] == [away]


def test_who_is_blocked_from_another_is_not_in_the_same_shift(office, community):
    one, other = a_steward(community), a_steward(community)
    BlockedPair.objects.create(community=community, steward=one, other=other)
    a_template(office, community, needs=[Need(None, 2)])
    roster = a_roster(office, community, stewards=0, days=7)
    assert all(len(seats_of(roster, slot=slot)) <= 1 for slot in slots_of(roster))


def test_the_roster_before_counts_for_rest_and_days_running(office, community):
    a_steward(community)
    a_template(office, community, needs=[Need(None, 1)])
    a_roster(office, community, stewards=0, first=date(2026, 11, 28), days=2)
    second = a_roster(office, community, stewards=0, first=MONDAY, days=3)
    days = [seat.slot.shift.day for seat in seats_of(second)]
    assert days == [date(2026, 12, 1), date(2026, 12, 2)]


def test_rosters_do_not_overlap_and_do_not_begin_in_the_past(office, community):
    a_roster(office, community)
    with pytest.raises(Refused, match="已经排在"):
        actions.make(community, by=office, first=MONDAY + timedelta(days=27))
    with pytest.raises(Refused, match="今天或以后"):
        actions.make(community, by=office, first=date(2026, 11, 26))


def test_without_shifts_there_is_nothing_to_plan(office, community):
    with pytest.raises(Refused, match="班次"):
        actions.make(community, by=office, first=MONDAY)
    assert not Roster.objects.unscoped(reason=WHY).exists()


def test_only_the_office_plans(office, community):
    steward = a_steward(community)
    a_template(office, community)
    with pytest.raises(Refused, match="社区办公室"):
        actions.make(community, by=steward.user, first=MONDAY)


def test_a_template_that_changes_leaves_the_roster_as_it_is(office, community):
    template = a_template(office, community)
    roster = published(a_roster(office, community), office)
    before = [(shift.starts_at, shift.name) for shift in shifts_of(roster)]
    assert rosters_ahead(template) == [roster]
    changed = actions.change_template(
        template,
        by=office,
        version=template.version,
        name="服务站下午",
        place="社区服务站",
        weekdays=[0],
        starts_at=time(14),
        ends_at=time(17),
        needs=[Need(None, 2)],
    )
    assert [(shift.starts_at, shift.name) for shift in shifts_of(roster)] == before
    later = actions.make(community, by=office, first=MONDAY + timedelta(days=28))
    assert {shift.name for shift in shifts_of(later)} == {"服务站下午"}
    assert {slot.minimum for slot in slots_of(later)} == {2}
    with pytest.raises(Refused, match="刚改过"):
        actions.change_template(
            changed,
            by=office,
            version=1,
            name="x",
            place="x",
            weekdays=[0],
            starts_at=time(14),
            ends_at=time(17),
            needs=[Need(None, 1)],
        )


def test_a_retired_template_makes_no_more_shifts(office, community):
    template = a_template(office, community)
    a_template(office, community, "夜间巡逻", starts_at=time(19), ends_at=time(21))
    actions.retire(template, by=office)
    roster = a_roster(office, community)
    assert {shift.name for shift in shifts_of(roster)} == {"夜间巡逻"}
    assert actions.take_up(ShiftTemplate.objects.unscoped(reason=WHY).get(pk=template.pk), by=office).is_active


def test_wishes_are_known_to_the_search(office, community):
    template = a_template(office, community)
    steward = a_steward(community)
    actions.wish(steward, by=steward.user, wishes={template: -1})
    roster = a_roster(office, community, stewards=1)
    person = planned(roster).problem.person[str(steward.pk)]
    assert set(person.wishes.values()) == {-1}
    actions.wish(steward, by=steward.user, wishes={template: 0})
    assert not planned(roster).problem.person[str(steward.pk)].wishes
    with pytest.raises(Refused):
        actions.wish(steward, by=a_steward(community).user, wishes={template: 1})


def test_the_search_writes_its_plan_and_says_how_good_it_is(office, community, quick):
    roster = a_roster(office, community, stewards=5)
    job = search(roster, office)
    assert job.state == "done", job.message
    assert "相差" in job.message
    check(roster)
    assert roster.figures["spread"] <= roster.figures["greedy"]
    assert [stage[0] for stage in roster.figures["stages"]][:2] == ["shortage", "spread"]


def test_the_search_keeps_what_is_locked_and_what_is_promised(office, community, quick):
    roster = a_roster(office, community, stewards=9)
    kept = actions.lock(seats_of(roster)[3], by=office)
    search(roster, office)
    assert kept in seats_of(roster)
    roster = sent(roster, office)
    seat = seats_of(roster, is_reserve=False)[0]
    actions.decline(seat, by=seat.steward.user)
    before = {one.pk for one in seats_of(roster) if one.pk != seat.pk}
    job = search(roster, office, again=True)
    assert job.state == "done", job.message
    after = seats_of(roster)
    assert before <= {one.pk for one in after if one.state == "asked"}
    (taken,) = [one for one in after if one.slot_id == seat.slot_id and not one.is_reserve and one.state == "asked"]
    assert taken.steward != seat.steward
    assert taken.steward.user.notices.unscoped(reason=WHY).filter(text__contains="1 个班").exists()


def test_a_search_begun_twice_goes_on_from_the_best(office, community, quick):
    roster = a_roster(office, community, stewards=5)
    job = actions.search(roster, by=office, again=False)
    best = [list(seat) for seat in planned(roster).seats]
    Job.objects.filter(pk=job.pk).update(result={"best": best}, state="running")
    solving._search.call(str(job.pk), "zh-hans", str(roster.pk), False)
    job.refresh_from_db()
    assert job.state == "done", job.message
    solving._search.call(str(job.pk), "zh-hans", str(roster.pk), False)
    check(roster)


def test_a_roster_is_searched_by_one_worker_at_a_time(office, community):
    roster = a_roster(office, community)
    actions.search(roster, by=office, again=False)
    roster.refresh_from_db()
    for step in (lambda: actions.search(roster, by=office, again=False), lambda: actions.send(roster, by=office)):
        with pytest.raises(Refused, match="正在排班"):
            step()
    with pytest.raises(Refused, match="正在排班"):
        actions.lock(seats_of(roster)[0], by=office)


def test_the_best_of_a_search_that_broke_off_can_be_used(office, community):
    roster = a_roster(office, community, stewards=5)
    plan = planned(roster).seats
    job = actions.search(roster, by=office, again=False)
    Job.objects.filter(pk=job.pk).update(result={"best": [list(seat) for seat in plan]})
    jobs.fail(job, "x")
    Assignment.objects.unscoped(reason=WHY).filter(slot__shift__roster=roster).delete()
    roster = actions.take_best(Roster.objects.unscoped(reason=WHY).get(pk=roster.pk), by=office)
    assert planned(roster).seats == plan
    with pytest.raises(Refused, match="排到一半"):
        actions.take_best(roster, by=office)


def test_enough_ends_the_search_at_its_next_look(office, community, monkeypatch):
    monkeypatch.setattr(solving, "EFFORT", Effort(work=60, seconds=120))
    monkeypatch.setattr(solving, "EVERY", 0.0)
    roster = a_roster(office, community, stewards=6)
    job = actions.search(roster, by=office, again=False)
    roster.refresh_from_db()
    assert solving.enough(roster, by=office).stop_asked
    solving._search.call(str(job.pk), "zh-hans", str(roster.pk), False)
    roster.refresh_from_db()
    assert roster.figures["how"] == "stopped"
    check(roster)


def test_a_plan_that_no_longer_fits_is_mended_when_it_is_written(office, community):
    roster = a_roster(office, community, stewards=5)
    plan = planned(roster).seats
    gone = seats_of(roster)[0].steward
    StewardPause.objects.create(community=community, steward=gone, starts_on=MONDAY)
    with transaction.atomic():
        write(roster, plan, again=False)
    assert not [seat for seat in seats_of(roster) if seat.steward == gone]
    check(roster)


def test_a_draft_can_be_thrown_away_and_what_is_out_cannot(office, community):
    roster = a_roster(office, community)
    actions.drop(roster, by=office)
    assert not Shift.objects.unscoped(reason=WHY).exists()
    roster = sent(a_roster(office, community), office)
    with pytest.raises(Refused, match="已经发给大家"):
        actions.drop(roster, by=office)


def test_the_database_refuses_a_steward_in_two_places(office, community):
    roster = a_roster(office, community)
    seat = seats_of(roster)[0]
    fields = {"community": community, "slot": seat.slot, "steward": seat.steward}
    overlap = {"starts_at": seat.ends_at - timedelta(minutes=1), "ends_at": seat.ends_at + timedelta(hours=1)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(**fields, **overlap)
    after = {"starts_at": seat.ends_at, "ends_at": seat.ends_at + timedelta(hours=1)}
    other = next(slot for slot in slots_of(roster) if not seats_of(roster, slot=slot, steward=seat.steward))
    Assignment.objects.create(**{**fields, "slot": other}, **after)


def test_the_database_keeps_what_is_out(office, community):
    roster = published(a_roster(office, community), office)
    shift, seat = shifts_of(roster)[0], seats_of(roster)[0]
    for change in (
        lambda: (
            Shift.objects.unscoped(reason=WHY)
            .filter(pk=shift.pk)
            .update(starts_at=shift.starts_at - timedelta(hours=1))
        ),
        lambda: Roster.objects.unscoped(reason=WHY).filter(pk=roster.pk).update(state="draft"),
        lambda: Assignment.objects.unscoped(reason=WHY).filter(pk=seat.pk).delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


TIMES = st.tuples(st.integers(0, 6), st.integers(0, 20), st.integers(2, 24))


@given(
    weeks=st.lists(st.lists(TIMES, max_size=6), min_size=1, max_size=5),
    minutes=st.sampled_from([120, 240, 480]),
    needs=st.tuples(st.integers(1, 2), st.integers(0, 1)),
)
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
def test_no_roster_from_any_calendar_breaks_a_rule(weeks, minutes, needs):
    """Whatever stewards say of their weeks, what is published breaks no hard rule; declines and fillings included."""
    with clock.at(FRIDAY), transaction.atomic():
        community = CommunityFactory()
        office = office_of(community)
        for week in weeks:
            steward = a_steward(community, free=False, weekly_minutes=minutes)
            for day, start, length in {(day, start): (day, start, length) for day, start, length in week}.values():
                free_on(steward, day, start, start + length)
        a_template(office, community, needs=[Need(None, *needs)])
        a_template(office, community, "夜间巡逻", weekdays=[4, 5], starts_at=time(21), ends_at=time(1))
        roster = a_roster(office, community, stewards=0, days=14)
        check(roster)
        if seats_of(roster):
            roster = sent(roster, office)
            for number, seat in enumerate(seats_of(roster)):
                (actions.decline if number % 3 == 0 else actions.accept)(seat, by=seat.steward.user)
            now = planned(roster, again=True)
            write(roster, greedy(now.problem, now.seats), again=True)
            check(roster)
        transaction.set_rollback(True)
