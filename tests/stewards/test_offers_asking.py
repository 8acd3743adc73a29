"""Who is asked, in which order, in which waves, and why they."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from community.models import Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from stewards.hours.actions import enter
from stewards.jobs import actions, waves
from stewards.jobs.candidates import candidates
from stewards.jobs.states import State
from stewards.models import BlockedPair, Job, JobOffer, JobSteward, Steward, StewardSkill
from tests.factories import HouseholdFactory
from tests.factories import appoint as office
from tests.stewards.errands import WHY, Errand, another, at, fresh, request_of, states
from tests.stewards.makers import a_steward, can, skills_of

pytestmark = pytest.mark.django_db


# Waves ----------------------------------------------------------------------------------------------------------


def test_one_then_three_then_everybody_by_the_clock(errand: Errand) -> None:
    errand.hire(6)
    job = errand.ask(wishes=[at(9, days=3)])
    assert len(errand.offers(job)) == 1
    for wave, number in ((2, 4), (3, 6)):
        with clock.at(fresh(job).wave_due_at + timedelta(seconds=1)):
            assert actions.move_all_on() == 1
            assert actions.move_all_on() == 0
        assert (fresh(job).wave, len(errand.offers(job))) == (wave, number)
    assert fresh(job).wave_due_at is None
    assert states(errand, job) == ["lapsed"] * 4 + ["open"] * 2


def test_a_no_asks_the_next_at_once_and_counts_nowhere(errand: Errand) -> None:
    errand.hire(3)
    job = errand.ask()
    first = errand.asked(job)
    actions.decline(errand.offer(job, first), by=first.user)
    assert (fresh(job).wave, states(errand, job)) == (2, ["declined", "open", "open"])
    with pytest.raises(Refused, match="问别人的"):
        actions.decline(errand.offer(job, first), by=errand.leader)


def test_nobody_who_could_is_said_at_once(errand: Errand) -> None:
    job = errand.ask()
    assert (job.state, job.wave, job.wave_due_at) == (State.OFFERED, waves.POOL, None)
    assert Notice.objects.filter(user=errand.leader, kind="job_nobody").exists()
    errand.hire()
    job = actions.widen(job, by=errand.leader)
    assert states(errand, job) == ["open"]
    with pytest.raises(Refused, match="都问过了"):
        actions.widen(job, by=errand.leader)


def test_times_that_pass_without_a_yes_end_the_asking(errand: Errand) -> None:
    errand.hire(2)
    job = errand.ask()
    with clock.at(at(11)[1]):
        assert actions.move_all_on() == 1
        assert actions.move_all_on() == 0
    assert (fresh(job).state, request_of(job).state) == (State.STOPPED, "accepted")
    assert Notice.objects.filter(user=errand.leader, kind="job_times_over").exists()


def test_an_emergency_waits_minutes_and_an_ordinary_matter_daytime() -> None:
    ten_at_night = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
    far = [(ten_at_night + timedelta(days=9), ten_at_night + timedelta(days=9, hours=2))]
    due = waves.due_of(1, Job.Urgency.EMERGENCY, far, ten_at_night)
    assert due == ten_at_night + timedelta(minutes=5)
    due = waves.due_of(1, Job.Urgency.ORDINARY, far, ten_at_night)
    assert due == datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
    soon = [(ten_at_night + timedelta(minutes=90), ten_at_night + timedelta(hours=3))]
    assert waves.due_of(1, Job.Urgency.ORDINARY, soon, ten_at_night) == ten_at_night + timedelta(minutes=30)
    assert waves.due_of(waves.POOL, Job.Urgency.ORDINARY, far, ten_at_night) is None


# Who, and in which order ----------------------------------------------------------------------------------------


def test_only_those_who_could_are_asked(errand: Errand) -> None:
    (good,) = errand.hire()
    community, home = errand.desk.grid.community, errand.desk.household
    tomorrow = at(9)[0].date()
    errand.hire(skills=["appliances"])
    errand.hire(free=False)
    paused, expired, weary, apart, lives_there = errand.hire(5)
    paused.pauses.create(community=community, starts_on=clock.today())
    rows = StewardSkill.objects.unscoped(reason=WHY)
    rows.filter(steward=expired).update(valid_until=tomorrow - timedelta(days=1))
    Steward.objects.unscoped(reason=WHY).filter(pk=weary.pk).update(weekly_minutes=60)
    BlockedPair.objects.create(community=community, steward=apart, home=home)
    office(Role.RESIDENT, home, user=lives_there.user)
    unconfirmed = a_steward(community)
    can(unconfirmed, skills_of(community)["wiring"], confirmed_at=None, confirmed_by=None)
    job = errand.ask()
    assert [one.steward for one in candidates(job, job.slots)] == [good]
    wiring = another(errand).ask(skill=skills_of(community)["wiring"])
    assert candidates(wiring, wiring.slots) == []


def test_a_skill_that_ends_on_the_day_itself_still_counts(errand: Errand) -> None:
    (steward,) = errand.hire()
    StewardSkill.objects.unscoped(reason=WHY).filter(steward=steward).update(valid_until=at(9)[0].date())
    assert errand.asked(errand.ask()) == steward


def test_who_has_promised_something_is_not_asked_for_that_time(errand: Errand) -> None:
    (steward,) = errand.hire()
    errand.taken()
    second = another(errand)
    assert second.offers(second.ask(wishes=[at(10)])) == []
    third = another(errand)
    job = third.ask(wishes=[at(10), at(11)])
    assert third.asked(job) == steward
    with pytest.raises(Refused, match="您已经答应了“厨房水管漏水”"):
        third.accept(job, slot=at(10))
    assert third.accept(job, slot=at(11)).slots == [at(11)]


def test_the_order_knows_the_household_then_fewer_hours_then_near_then_longest_ago(errand: Errand) -> None:
    home, community = errand.desk.household, errand.desk.grid.community
    been, near, fewer, long_ago, lately = errand.hire(5)
    for one in (been, near, long_ago, lately):
        what = {"kind": "other", "day": clock.today(), "minutes": 120, "what": "值班"}
        enter(volunteer=one.user, community=community, by=errand.leader, **what)
    old = another(errand).ask(skill=skills_of(community)["appliances"], wishes=[at(18)])
    seat = {"starts_at": at(18)[0], "ends_at": at(18)[1], "left_at": clock.now(), "minutes": 60}
    JobSteward.objects.create(community=community, job=old, steward=been, **seat)
    done = {"steward": been, "starts_at": at(18)[0], "ends_at": at(18)[1], "arrived_at": clock.now(), "arrival": "code"}
    Job.objects.unscoped(reason=WHY).filter(pk=old.pk).update(
        state=State.DONE, done_at=clock.now(), result="solved", **done
    )
    other_home = HouseholdFactory(dwelling__unit__building__grid=home.building.grid)
    office(Role.RESIDENT, other_home, user=near.user)
    for one, days in ((long_ago, 40), (lately, 2), (near, 1)):
        offer = {"job": old, "steward": one, "wave": 1, "offered_at": clock.now() - timedelta(days=days)}
        JobOffer.objects.create(community=community, **offer)
    job = errand.ask()
    assert [one.steward for one in candidates(job, job.slots)] == [been, fewer, near, long_ago, lately]
    codes = {one.steward: [code for code, _value in one.reasons] for one in candidates(job, job.slots)}
    assert codes[been] == ["skill", "been", "asked"]
    assert codes[near] == ["skill", "grid", "asked"]
    assert codes[fewer] == ["skill", "fewer", "never"]


def test_every_offer_says_why_in_words(errand: Errand) -> None:
    from stewards.jobs import words

    (steward,) = errand.hire()
    offer = errand.offer(errand.ask(), steward)
    assert words.reasons(offer) == ["您会水管", "还没有请过您"]
    assert words.reasons_about(offer) == ["会水管", "还没有请过"]
