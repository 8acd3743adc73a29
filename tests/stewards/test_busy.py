"""Nobody has two doors at once: what is promised in one room keeps a steward free of the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from alliance.activities import actions as activities
from alliance.models import Activity, SignUp
from community.models import Notice
from core import clock
from core.refusal import Refused
from stewards.duty import actions as duty
from stewards.duty.fitting import candidates as could_sit
from stewards.duty.fitting import objections
from stewards.duty.states import SeatState
from stewards.duty.swaps import could_take
from stewards.jobs import actions as jobs
from stewards.jobs.candidates import candidates
from stewards.members.busy import Taken, overlapping, promised_by, taken
from stewards.models import JobSteward, Steward
from tests.alliance.makers import Allied, allied, an_activity, slots_of
from tests.stewards.errands import WHY, Errand, an_errand, at
from tests.stewards.makers import a_steward
from tests.stewards.seats import a_seat, a_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(errand: Errand) -> Allied:
    return allied(errand.desk.grid.community)


def comes(unit: Allied, steward: Steward, starts_at: datetime, *, guest: bool = False, **fields: Any) -> Activity:
    """The steward has a place at an activity of two hours."""
    row = an_activity(unit, starts_at=starts_at, guests=2, **fields)
    activities.join(slots_of(row)[1 if guest else 0], by=steward.user)
    return row


def test_one_answer_from_all_rooms_in_a_query_each(
    errand: Errand, unit: Allied, django_assert_num_queries: Any
) -> None:
    first, second, third = errand.hire(3)
    job = errand.ask(wishes=[at(9, days=3)])
    one = next(steward for steward in errand.stewards if errand.offers(job)[0].steward == steward)
    jobs.accept(errand.offer(job, one), by=one.user, slot=at(9, days=3))
    comes(unit, second, at(12, days=3)[0], title="义剪")
    a_seat(third, at(18, days=3)[0])
    with django_assert_num_queries(3):
        found = taken([first.pk, second.pk, third.pk], at(0, days=3)[0], at(0, days=4)[0])
    assert {held.what for held in found[second.pk]} >= {"义剪"}
    assert {held.what for held in found[third.pk]} >= {"服务站上午"}
    assert next(held.what for held in found[one.pk]) == "厨房水管漏水"
    with django_assert_num_queries(0):
        assert taken([], *at(9)) == {}
    assert promised_by(unit.resident, *at(9, days=3)) == []
    assert [held.what for held in promised_by(third.user, *at(18, days=3))] == ["服务站上午"]
    assert promised_by(third.user, *at(18, days=3), without="duty") == []


def test_what_ends_as_another_begins_does_not_overlap() -> None:
    start = clock.now()
    one = Taken(a_steward(an_errand().desk.grid.community).pk, start, start + timedelta(hours=1), "值班")
    assert overlapping([one], (one.ends_at, one.ends_at + timedelta(hours=1))) is None
    assert overlapping([one], (start - timedelta(hours=1), start)) is None
    assert overlapping([one], (start, start + timedelta(minutes=1))) is one


def test_an_offer_does_not_go_to_who_is_at_an_activity(errand: Errand, unit: Allied) -> None:
    there, free, waits = errand.hire(3)
    row = comes(unit, there, at(10, days=3)[0], helpers=1)
    activities.join(slots_of(row)[0], by=waits.user)
    job = errand.ask(wishes=[at(9, days=3)])
    assert {one.steward for one in candidates(job, job.slots)} == {free, waits}
    activities.leave(SignUp.objects.unscoped(reason=WHY).get(user=there.user), by=there.user)
    assert there in {one.steward for one in candidates(job, job.slots)}
    assert waits not in {one.steward for one in candidates(job, job.slots)}


@pytest.mark.parametrize("guest", [True, False])
def test_a_guest_is_elsewhere_but_gives_no_hours(errand: Errand, unit: Allied, guest: bool) -> None:
    (steward,) = errand.hire(weekly_minutes=180)
    day = 8 - clock.local(clock.now()).weekday()
    comes(unit, steward, at(9, days=day)[0], guest=guest)
    job = errand.ask(wishes=[at(14, days=day)])
    assert [one.steward for one in candidates(job, job.slots)] == ([steward] if guest else [])
    seat = a_slot(errand.desk.grid.community, at(14, days=day)[0], 2)
    assert bool(objections(seat, steward)) is not guest
    assert objections(a_slot(errand.desk.grid.community, at(10, days=day)[0], 1), steward)


def test_a_yes_says_what_it_overlaps_with_to_the_steward_alone(errand: Errand, unit: Allied) -> None:
    (steward,) = errand.hire()
    job = errand.ask(wishes=[at(9, days=3), at(15, days=3)])
    row = comes(unit, steward, at(10, days=3)[0])
    offer = errand.offer(job, steward)
    with pytest.raises(Refused, match="已经答应了“院子里免费理发”"):
        jobs.accept(offer, by=steward.user, slot=at(9, days=3))
    with pytest.raises(Refused) as told:
        jobs.accept(offer, by=errand.leader, slot=at(9, days=3), channel="phone")
    assert "理发" not in str(told.value)
    taken_on = jobs.accept(offer, by=steward.user, slot=at(15, days=3))
    with pytest.raises(Refused, match="已经答应了别的事"):
        jobs.rebook(taken_on, by=steward.user, slot=at(11, days=3))
    activities.call_off(row, by=unit.contact, reason="下雨")
    jobs.rebook(taken_on, by=steward.user, slot=at(11, days=3))


def test_the_roster_does_not_seat_who_is_at_an_activity(unit: Allied) -> None:
    there, free = a_steward(unit.community), a_steward(unit.community)
    comes(unit, there, at(10, days=5)[0])
    slot = a_slot(unit.community, at(9, days=5)[0])
    assert could_sit(slot) == [free]
    assert objections(slot, there) == ["那段时间已经答应了别的事"]
    holder = a_steward(unit.community, free=False)
    assert could_take(a_seat(holder, at(9, days=5)[0], slot=slot)) == [free]


def test_a_seat_that_overlaps_is_not_accepted(unit: Allied) -> None:
    steward = a_steward(unit.community)
    seat = a_seat(steward, at(9, days=5)[0], state=SeatState.ASKED)
    row = comes(unit, steward, at(10, days=5)[0])
    with pytest.raises(Refused, match=r"服务站上午.*“院子里免费理发”.*同一个时间"):
        duty.accept(seat, by=steward.user)
    with pytest.raises(Refused) as told:
        duty.accept(seat, by=unit.staff, channel="phone")
    assert "理发" not in str(told.value)
    duty.decline(seat, by=steward.user)
    activities.call_off(row, by=unit.contact, reason="下雨")
    a_seat(steward, at(10, days=5)[0])
    with pytest.raises(Refused, match="同一个时间"):
        duty.accept(seat, by=steward.user)


def test_who_signs_up_over_a_promise_is_told_and_decides(unit: Allied) -> None:
    steward = a_steward(unit.community)
    a_seat(steward, at(9, days=5)[0])
    row = an_activity(unit, starts_at=at(10, days=5)[0])
    client = Client()
    client.force_login(steward.user)
    url = reverse("alliance:activity_join", args=[row.pk, slots_of(row)[0].pk])
    asked = client.post(url, follow=True)
    assert "已经答应了“服务站上午”" in asked.text
    assert "还是要来" in asked.text
    assert not SignUp.objects.unscoped(reason=WHY).exists()
    answer = client.post(url, {"anyway": "1", "submission": asked.context["submission"]})
    assert answer.url == row.get_absolute_url()
    assert SignUp.objects.unscoped(reason=WHY).get().user == steward.user
    client.force_login(unit.resident)
    assert client.get(url).url == row.get_absolute_url()
    assert "您报上了" in client.post(url, follow=True).text


def test_who_moves_up_is_told_what_else_they_promised(unit: Allied) -> None:
    steward = a_steward(unit.community)
    row = an_activity(unit, starts_at=at(10, days=5)[0], helpers=1)
    (slot,) = slots_of(row)
    first = activities.join(slot, by=unit.resident)
    activities.join(slot, by=steward.user)
    a_seat(steward, at(9, days=5)[0])
    activities.leave(first, by=unit.resident)
    told = Notice.objects.unscoped(reason=WHY).get(user=steward.user, kind="activity_moved_up").text
    assert "还答应了“服务站上午”" in told


@pytest.mark.django_db(transaction=True)
def test_a_yes_to_a_job_and_a_place_at_an_activity_at_once() -> None:
    errand = an_errand()
    unit = allied(errand.desk.grid.community)
    (steward,) = errand.hire()
    job = errand.ask(wishes=[at(9, days=3)])
    offer = errand.offer(job, steward)
    row = an_activity(unit, starts_at=at(10, days=3)[0])
    (slot,) = slots_of(row)
    told: list[str] = []
    ready = Barrier(2)

    def run(act: Any) -> None:
        try:
            ready.wait()
            act()
            told.append("yes")
        except Refused as refused:
            told.append(str(refused))
        finally:
            connection.close()

    acts = [
        lambda: jobs.accept(offer, by=steward.user, slot=at(9, days=3)),
        lambda: activities.join(slot, by=steward.user, sure=False),
    ]
    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one == "yes" for one in told) == [False, True], told
    assert "已经答应了" in next(one for one in told if one != "yes")
    count = SignUp.objects.unscoped(reason=WHY).count() + JobSteward.objects.unscoped(reason=WHY).count()
    assert count == 1
