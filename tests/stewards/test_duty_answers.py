"""From the draft to the board: who is asked, what they say, changes by hand, and who hears of a gap."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from icalendar import Calendar

from community import retention, today
from community.models import Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from stewards.duty import actions
from stewards.duty.actions.templates import Need
from stewards.duty.alerts import alert
from stewards.duty.files import calendar
from stewards.duty.fitting import candidates, must_fit, objections
from stewards.models import Assignment, AvailabilityException, BlockedPair
from tests.asks import asks_of
from tests.factories import GridFactory, appoint
from tests.stewards.duties import (
    FRIDAY,
    MONDAY,
    WHY,
    a_roster,
    a_template,
    moment,
    published,
    seats_of,
    sent,
    slots_of,
)
from tests.stewards.makers import a_steward

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("friday")]


@pytest.fixture
def roster(office, community):
    """A week that nine share: each has one or two shifts, and somebody is always left to ask."""
    return a_roster(office, community, stewards=9, days=7)


def told(user) -> list[str]:
    return list(Notice.objects.unscoped(reason=WHY).filter(user=user).order_by("pk").values_list("text", flat=True))


def test_everybody_is_asked_once(roster, office):
    people = {seat.steward.user for seat in seats_of(roster)}
    sent(roster, office)
    assert {seat.state for seat in seats_of(roster)} == {"asked"}
    assert all(len(told(user)) == 1 and "请看看行不行" in told(user)[0] for user in people)


def test_nothing_is_sent_of_an_empty_draft(office, community):
    a_template(office, community)
    empty = actions.make(community, by=office, first=MONDAY)
    with pytest.raises(Refused, match="还没有排上人"):
        actions.send(empty, by=office)


def test_saying_no_costs_nothing_and_says_nothing(roster, office):
    sent(roster, office)
    seat = seats_of(roster)[0]
    actions.decline(seat, by=seat.steward.user)
    seat.refresh_from_db()
    assert (seat.state, seat.channel, seat.recorded_by) == ("declined", "portal", None)
    assert Assignment.objects.busy([seat.steward_id], seat.starts_at, seat.ends_at) == []


def test_who_said_no_may_still_come_as_long_as_nobody_else_does(roster, office):
    sent(roster, office)
    seat = seats_of(roster)[0]
    actions.decline(seat, by=seat.steward.user)
    assert actions.accept(seat, by=seat.steward.user).state == "held"
    other = seats_of(roster, is_reserve=False)[2]
    actions.decline(other, by=other.steward.user)
    actions.put_in(other.slot, by=office, steward=candidates(other.slot)[0])
    with pytest.raises(Refused, match="已经有别人"):
        actions.accept(other, by=other.steward.user)


def test_by_phone_the_office_writes_it_down(roster, office):
    sent(roster, office)
    seat = seats_of(roster)[0]
    actions.accept(seat, by=office, channel="phone")
    seat.refresh_from_db()
    assert (seat.state, seat.channel, seat.recorded_by) == ("held", "phone", office)


def test_nobody_answers_for_another(roster, office, community):
    sent(roster, office)
    seat = seats_of(roster)[0]
    with pytest.raises(Refused, match="只有本人"):
        actions.accept(seat, by=a_steward(community).user)


def test_a_draft_and_a_shift_that_is_over_are_not_answered(roster, office):
    seat = seats_of(roster)[0]
    with pytest.raises(Refused):
        actions.accept(seat, by=seat.steward.user)
    sent(roster, office)
    with clock.at(moment(date(2026, 12, 20), 9)), pytest.raises(Refused, match="已经过去"):
        actions.accept(seat, by=seat.steward.user)


def test_yes_to_all_of_them(roster, office):
    sent(roster, office)
    steward = seats_of(roster)[0].steward
    count = len(seats_of(roster, steward=steward))
    assert actions.accept_all(roster, steward, by=steward.user) == count
    assert {seat.state for seat in seats_of(roster, steward=steward)} == {"held"}


def test_the_office_hears_when_the_last_has_answered(roster, office):
    sent(roster, office)
    for number, seat in enumerate(seats_of(roster)):
        assert not told(office)
        (actions.decline if number == 1 else actions.accept)(seat, by=seat.steward.user)
    assert told(office) == [f"{roster}大家都答复了，有 1 个班说不行，请补人再公布。"]


def test_it_is_published_once_somebody_has_said_yes(roster, office):
    sent(roster, office)
    with pytest.raises(Refused, match="还没有一个人答应"):
        actions.publish(roster, by=office)
    seat = seats_of(roster)[0]
    actions.accept(seat, by=seat.steward.user)
    roster = actions.publish(roster, by=office)
    assert roster.state == "published"
    assert any("公布了" in text for text in told(seat.steward.user))
    with pytest.raises(Refused):
        actions.publish(roster, by=office)


def test_put_in_keeps_the_hard_rules(roster, office, community):
    seat = seats_of(roster, is_reserve=False)[0]
    slot = seat.slot
    with pytest.raises(Refused, match="人已经够了"):
        actions.put_in(slot, by=office, steward=a_steward(community))
    actions.take_out(seat, by=office)
    busy = a_steward(community, free=False)
    with pytest.raises(Refused, match="没有空"):
        actions.put_in(slot, by=office, steward=busy)
    reserve = seats_of(roster, slot=slot, is_reserve=True)[0].steward
    assert "同一时间已经有班" in objections(slot, reserve)
    assert objections(slot, reserve, without=seats_of(roster, slot=slot, is_reserve=True)[0]) == []
    willing = candidates(slot)[0]
    assert objections(slot, willing) == []
    made = actions.put_in(slot, by=office, steward=willing)
    assert (made.state, made.is_locked) == ("planned", True)


def test_who_was_taken_out_of_a_draft_can_be_put_in_again(roster, office):
    seat = seats_of(roster)[0]
    actions.take_out(seat, by=office)
    assert seat.steward not in candidates(seat.slot)
    made = actions.put_in(seat.slot, by=office, steward=seat.steward)
    assert made.state == "planned"


def test_two_who_are_kept_apart_are_refused_without_saying_why(office, community):
    one, other = a_steward(community), a_steward(community)
    BlockedPair.objects.create(community=community, steward=one, other=other)
    a_template(office, community, needs=[Need(None, 2)])
    roster = a_roster(office, community, stewards=0, days=1)
    (seat,) = seats_of(roster)
    left = other if seat.steward == one else one
    with pytest.raises(Refused, match="人员搭配不合适"):
        must_fit(seat.slot, left)


def test_a_job_taken_on_meanwhile_and_time_away_stand_against_a_seat(roster, office, community):
    slot = slots_of(roster)[0]
    away = a_steward(community)
    AvailabilityException.objects.create(
        community=community, steward=away, starts_at=slot.shift.starts_at, ends_at=slot.shift.ends_at, is_free=False
    )
    actions.take_out(seats_of(roster, slot=slot, is_reserve=False)[0], by=office)
    assert objections(slot, away) == ["那段时间没有空"]


def test_put_in_and_taken_out_of_a_roster_that_is_out_are_told(roster, office):
    published(roster, office)
    seat = seats_of(roster, is_reserve=False)[0]
    actions.take_out(seat, by=office)
    assert "不用您来了" in told(seat.steward.user)[-1]
    new = actions.put_in(seat.slot, by=office, steward=candidates(seat.slot)[0])
    assert new.state == "asked"
    assert "想请您来" in told(new.steward.user)[-1]


def test_a_reserve_is_asked_to_step_in_and_may_say_no(roster, office):
    roster = published(roster, office)
    duty, reserve = (seats_of(roster, is_reserve=which)[0] for which in (False, True))
    with pytest.raises(Refused, match="人已经够了"):
        actions.call_up(reserve, by=office)
    actions.take_out(duty, by=office)
    with pytest.raises(Refused, match="只有答应做候补"):
        actions.call_up(duty, by=office)
    called = actions.call_up(reserve, by=office)
    assert (called.is_reserve, called.state) == (False, "asked")
    assert "请您从候补顶上" in told(reserve.steward.user)[-1]
    actions.decline(called, by=reserve.steward.user)


def test_a_seat_that_was_checked_in_is_not_taken_out(roster, office):
    roster = published(roster, office)
    seat = seats_of(roster)[0]
    seat.checked_in_at = seat.starts_at
    seat.save()
    with pytest.raises(Refused, match="已经到岗"):
        actions.take_out(seat, by=office)


def test_gaps_within_two_days_are_told_once_and_again_when_somebody_falls_out(roster, office, community):
    leader = appoint(Role.GRID_LEADER, GridFactory(community=community))
    roster = published(roster, office)
    with clock.at(moment(date(2026, 11, 29), 9)):
        assert alert() == 0
        seat = seats_of(roster, is_reserve=False)[0]
        actions.take_out(seat, by=office)
        assert alert() == 1
        assert alert() == 0
        assert "还缺人" in told(office)[-1]
        assert "还缺人" in told(leader)[-1]
        new = actions.put_in(seat.slot, by=office, steward=candidates(seat.slot)[0])
        assert alert() == 0
        actions.decline(new, by=new.steward.user)
        assert alert() == 1


def test_drafts_and_distant_shifts_raise_no_alarm(office, community):
    a_template(office, community, needs=[Need(None, 3)])
    roster = a_roster(office, community, stewards=1, first=date(2026, 11, 28), days=7)
    assert alert() == 0
    actions.send(roster, by=office)
    assert alert() == 2


def test_today_asks_the_steward_and_the_office(office, community, django_assert_max_num_queries):
    a_template(office, community, needs=[Need(None, 2)])
    roster = a_roster(office, community, stewards=2, first=date(2026, 11, 28), days=2)
    roster = actions.send(roster, by=office)
    seat = seats_of(roster)[0]
    user = seat.steward.user
    (ask,) = [one for one in today.gather(user) if "值班表上" in one.title]
    assert ask.url == "/stewards/duty/mine/"
    for one in seats_of(roster, steward=seat.steward):
        actions.accept(one, by=user)
    assert any("您值班" in one.title for one in today.gather(user))
    from stewards.duty import today as room

    _ = office.scope
    with django_assert_max_num_queries(1):
        gaps = asks_of(room, office)
    assert [one.urgent for one in gaps] == [True, True]


def test_ones_own_shifts_as_a_calendar(roster, office):
    roster = published(roster, office)
    seats = seats_of(roster)[:2]
    found = Calendar.from_ical(calendar(seats, base_url="https://portal.example.org"))
    events = list(found.walk("VEVENT"))
    assert [event["location"] for event in events] == ["社区服务站"] * 2
    assert events[0].decoded("dtstart") == seats[0].starts_at
    assert str(events[0]["url"]).startswith("https://portal.example.org/stewards/duty/shift/")


def test_what_was_declined_is_forgotten_after_its_time(roster, office, community):
    roster = published(roster, office)
    seat = seats_of(roster)[0]
    actions.take_out(seat, by=office)
    with clock.at(FRIDAY + timedelta(days=200)):
        assert retention.due(community)["shifts_declined"] == 1
        retention.run([community])
    assert seat not in seats_of(roster)


@pytest.mark.django_db(transaction=True)
def test_two_put_the_same_person_into_two_places_at_once(office, community):
    """The hard rules are looked at under the steward's lock; one of the two is refused."""
    a_template(office, community, needs=[Need(None, 1)])
    a_template(office, community, "门口值守", needs=[Need(None, 1)])
    roster = a_roster(office, community, stewards=0, days=1)
    steward = a_steward(community)
    said: list[str] = []

    def put(slot) -> None:
        try:
            with clock.at(FRIDAY):
                actions.put_in(slot, by=office, steward=steward)
            said.append("in")
        except Refused as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=put, args=[slot]) for slot in slots_of(roster)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said)[0] == "in"
    assert "同一时间已经有班" in sorted(said)[1]
    with transaction.atomic():
        assert len(seats_of(roster)) == 1
