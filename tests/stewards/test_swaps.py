"""Swaps: the first stays responsible until another accepts, under the hard rules, and one of two who say yes."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from community.models import AuditEvent, Community, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from stewards.duty import actions, attendance, swaps
from stewards.duty import attendance_today as room
from stewards.duty import personal as duty_personal
from stewards.duty.states import SeatState
from stewards.models import Assignment, Steward, Swap, SwapAsk
from tests.asks import asks_of
from tests.factories import CommunityFactory, GridFactory, appoint
from tests.stewards.makers import a_steward
from tests.stewards.seats import a_seat, at

pytestmark = pytest.mark.django_db


def in_days(days: int, hour: float = 9) -> datetime:
    return at(clock.today() + timedelta(days=days), hour)


def ask_of(swap: Swap, steward: Steward) -> SwapAsk:
    return SwapAsk.objects.get(swap=swap, steward=steward)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_first_stays_responsible_until_another_accepts(community: Community, office: User) -> None:
    first, second, third = (a_steward(community) for _ in range(3))
    seat = a_seat(first, in_days(5))
    swap = swaps.ask_swap(seat, by=first.user, note="要去医院")
    seat.refresh_from_db()
    assert seat.state == SeatState.SWAPPING
    assert seat.is_promised
    assert {ask.steward for ask in SwapAsk.objects.filter(swap=swap)} == {second, third}
    assert [one.url for one in asks_of(room, second.user)] == [swap.get_absolute_url()]
    assert not Notice.objects.filter(user=office).exists()

    taken = swaps.accept_swap(ask_of(swap, second), by=second.user)
    seat.refresh_from_db()
    assert (seat.state, taken.state, taken.steward) == (SeatState.GIVEN_UP, SeatState.HELD, second)
    assert "您可以放心了" in Notice.objects.get(user=first.user).text
    assert ask_of(swap, third).state == SwapAsk.State.CLOSED
    assert not asks_of(room, third.user)
    with pytest.raises(Refused, match="不用换了"):
        swaps.accept_swap(ask_of(swap, third), by=third.user)


def test_declining_costs_nothing_and_the_last_no_is_told(community: Community, office: User) -> None:
    first, second = a_steward(community), a_steward(community)
    seat = a_seat(first, in_days(5))
    swap = swaps.ask_swap(seat, by=first.user)
    swaps.decline_swap(ask_of(swap, second), by=second.user)
    assert "这个班还是您的" in Notice.objects.get(user=first.user).text
    assert "还没有人能替" in Notice.objects.get(user=office).text
    kept = swaps.keep_seat(swap, by=first.user)
    seat.refresh_from_db()
    assert (kept.state, seat.state) == (Swap.State.KEPT, SeatState.HELD)


def test_near_its_shift_the_leader_and_the_office_are_told(community: Community, office: User) -> None:
    leader = appoint(Role.GRID_LEADER, GridFactory(community=community))
    first, second = a_steward(community), a_steward(community)
    swap = swaps.ask_swap(a_seat(first, clock.now() + timedelta(hours=30)), by=first.user)
    for user in (leader, office):
        assert "正在找人换" in Notice.objects.get(user=user).text
    assert [(one.title, one.urgent) for one in asks_of(room, office)] == [("1 个两天内的班在找人换", True)]
    swaps.accept_swap(ask_of(swap, second), by=second.user)
    assert not asks_of(room, office)
    assert Notice.objects.filter(user=office, text__contains="换人了").count() == 1


def test_who_cannot_come_is_not_asked_and_the_rules_hold_when_they_accept(community: Community) -> None:
    first, tired, busy, never = a_steward(community), a_steward(community), a_steward(community), None
    never = a_steward(community, free=False)
    seat = a_seat(first, in_days(5, 9))
    a_seat(busy, in_days(5, 10))
    a_seat(tired, in_days(4, 20))
    assert swaps.could_take(seat) == []
    late = a_steward(community)
    swap = swaps.ask_swap(seat, by=first.user)
    assert [ask.steward for ask in SwapAsk.objects.filter(swap=swap)] == [late]
    a_seat(late, in_days(5, 13))
    with pytest.raises(Refused, match="休息不到"):
        swaps.accept_swap(ask_of(swap, late), by=late.user)
    assert Assignment.objects.get(pk=seat.pk).state == SeatState.SWAPPING
    assert never not in swaps.could_take(seat)


def test_a_chain_goes_on_when_its_next_link_is_free(community: Community) -> None:
    """A asks B, who takes over and asks on; but not while a seat of their own so near is still theirs."""
    one, two, three = (a_steward(community) for _ in range(3))
    seat = a_seat(one, in_days(5, 9))
    swap = swaps.ask_swap(seat, by=one.user)
    own = a_seat(two, in_days(5, 13))
    swaps.ask_swap(own, by=two.user)
    with pytest.raises(Refused, match=r"您自己.*还在找人换"):
        swaps.accept_swap(ask_of(swap, two), by=two.user)
    other = Swap.objects.get(seat=own)
    swaps.accept_swap(ask_of(other, three), by=three.user)
    taken = swaps.accept_swap(ask_of(swap, two), by=two.user)
    again = swaps.ask_swap(taken, by=two.user)
    assert one in {ask.steward for ask in SwapAsk.objects.filter(swap=again)}
    back = swaps.accept_swap(ask_of(again, one), by=one.user)
    assert back.steward == one
    live = Assignment.objects.filter(slot=seat.slot, state__in=[SeatState.HELD, SeatState.SWAPPING])
    assert [row.steward for row in live] == [one]


def test_some_are_asked_by_name(community: Community) -> None:
    first, second, third = (a_steward(community) for _ in range(3))
    seat = a_seat(first, in_days(5))
    with pytest.raises(Refused, match="那时来不了"):
        swaps.ask_swap(seat, by=first.user, stewards=[second.pk, a_steward(community, free=False).pk])
    said = {"whom": "some", "stewards": [str(second.pk)], "note": "", "submission": str(uuid4())}
    client = as_user(first.user)
    answer = client.post(f"/stewards/seats/{seat.pk}/swap/", said)
    swap = Swap.objects.get()
    assert answer.url == swap.get_absolute_url()
    assert client.post(f"/stewards/seats/{seat.pk}/swap/", said).url == answer.url
    assert [ask.steward for ask in SwapAsk.objects.all()] == [second]
    assert as_user(third.user).get(swap.get_absolute_url()).status_code == 404


def test_the_pages_of_a_swap(community: Community, office: User, django_assert_max_num_queries: Any) -> None:
    first, second, third = (a_steward(community) for _ in range(3))
    seat = a_seat(first, in_days(5))
    client = as_user(first.user)
    page = client.get(f"/stewards/seats/{seat.pk}/swap/")
    assert str(second) in page.text
    assert as_user(second.user).get(f"/stewards/seats/{seat.pk}/swap/").status_code == 404
    swap = swaps.ask_swap(seat, by=first.user)
    other = as_user(second.user)
    with django_assert_max_num_queries(12):
        asked = other.get(swap.get_absolute_url()).text
    assert "我来接" in asked
    assert str(third) not in asked
    assert str(third) in client.get(swap.get_absolute_url()).text
    staff = as_user(office)
    assert "电话里说来" in staff.get(swap.get_absolute_url()).text
    url = f"{swap.get_absolute_url()}{ask_of(swap, third).pk}/"
    assert as_user(second.user).post(url, {"say": "accept"}).status_code == 404
    assert staff.post(url, {"say": "accept"}).url == swap.get_absolute_url()
    taken = Assignment.objects.get(steward=third)
    assert (taken.channel, taken.recorded_by) == (Assignment.Channel.PHONE, office)
    assert "有人接了" in client.get(swap.get_absolute_url()).text


def test_only_the_holder_and_the_office_ask(community: Community, office: User) -> None:
    first, second = a_steward(community), a_steward(community)
    seat = a_seat(first, in_days(5))
    with pytest.raises(Refused):
        swaps.ask_swap(seat, by=second.user)
    swap = swaps.ask_swap(seat, by=office)
    with pytest.raises(Refused):
        swaps.ask_swap(seat, by=first.user)
    with pytest.raises(Refused):
        swaps.keep_seat(swap, by=second.user)


def test_a_swap_ends_with_its_shift_or_its_seat(community: Community, office: User) -> None:
    first, other = a_steward(community), a_steward(community)
    near, far = a_seat(first, clock.now() + timedelta(hours=2)), a_seat(other, in_days(6))
    swap, gone = swaps.ask_swap(near, by=first.user), swaps.ask_swap(far, by=other.user)
    actions.take_out(far, by=office)
    assert swaps.lapse() == 1
    with clock.at(clock.now() + timedelta(hours=3)):
        assert swaps.lapse() == 1
        assert swaps.lapse() == 0
        with pytest.raises(Refused, match="已经开始"):
            swaps.ask_swap(Assignment.objects.get(pk=near.pk), by=first.user)
    for one in (swap, gone):
        one.refresh_from_db()
        assert one.state == Swap.State.LAPSED
    near.refresh_from_db()
    assert near.state == SeatState.HELD


def test_whoever_comes_after_all_ends_the_swap(community: Community) -> None:
    first, _second = a_steward(community), a_steward(community)
    seat = a_seat(first, clock.now() + timedelta(minutes=30))
    swap = swaps.ask_swap(seat, by=first.user)
    attendance.check_in(seat, by=first.user)
    swap.refresh_from_db()
    seat.refresh_from_db()
    assert (swap.state, seat.state) == (Swap.State.KEPT, SeatState.HELD)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_accept_at_once_one_has_it() -> None:
    community: Community = CommunityFactory()
    first, *others = (a_steward(community) for _ in range(4))
    seat = a_seat(first, in_days(5))
    swap = swaps.ask_swap(seat, by=first.user)
    told: list[str] = []
    ready = Barrier(len(others))

    def accept(steward: Steward) -> None:
        try:
            ask = SwapAsk.objects.select_related("swap", "steward__user").get(swap=swap, steward=steward)
            ready.wait()
            swaps.accept_swap(ask, by=steward.user)
            told.append("yes")
        except Refused as refused:
            told.append(str(refused))
        finally:
            connection.close()

    threads = [Thread(target=accept, args=[steward]) for steward in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told, key=len)[0] == "yes"
    assert len([one for one in told if one == "yes"]) == 1, told
    assert Assignment.objects.filter(slot=seat.slot, state=SeatState.HELD).count() == 1


# Seats that change hands both at once ---------------------------------------------------------------------------


def holder_of(seat: Assignment) -> Steward:
    """Whose the place of a seat is now."""
    return Assignment.objects.get(slot=seat.slot, state__in=[SeatState.HELD, SeatState.SWAPPING]).steward


def test_two_seats_change_hands_at_once(community: Community, office: User) -> None:
    first, second, third = (a_steward(community) for _ in range(3))
    mine, theirs = a_seat(first, in_days(5)), a_seat(second, in_days(8))
    assert swaps.could_exchange(mine) == [theirs]
    swap = swaps.ask_swap(mine, by=first.user, in_return=[theirs.pk])
    assert {ask.steward for ask in SwapAsk.objects.filter(swap=swap)} == {second, third}
    assert "对换" in Notice.objects.get(user=second.user).text
    assert "对换" not in Notice.objects.get(user=third.user).text
    taken = swaps.accept_swap(ask_of(swap, second), by=second.user, in_return=theirs)
    swap.refresh_from_db()
    assert (holder_of(mine), holder_of(theirs)) == (second, first)
    assert (swap.state, swap.taken, swap.given.steward) == (Swap.State.TAKEN, taken, first)
    for seat in (mine, theirs):
        seat.refresh_from_db()
        assert seat.state == SeatState.GIVEN_UP
    assert "和您换好了" in Notice.objects.get(user=first.user).text
    event = AuditEvent.objects.get(verb="swap_exchanged")
    assert event.changes["steward"] == [str(first), str(second)]
    with pytest.raises(Refused, match="不用换了"):
        swaps.accept_swap(ask_of(swap, third), by=third.user)
    assert not Notice.objects.filter(user=office).exists()


def test_the_office_hears_of_both_seats_where_they_are_near(community: Community, office: User) -> None:
    first, second = a_steward(community), a_steward(community)
    mine, theirs = a_seat(first, in_days(5)), a_seat(second, clock.now() + timedelta(hours=20))
    swap = swaps.ask_swap(mine, by=first.user, in_return=[theirs.pk])
    swaps.accept_swap(ask_of(swap, second), by=office, channel=Assignment.Channel.PHONE, in_return=theirs)
    (told,) = Notice.objects.filter(user=office, text__contains="换人了")
    assert f"{second} 换成 {first}" in told.text
    swap.refresh_from_db()
    assert {swap.taken.recorded_by, swap.given.recorded_by} == {office}


def test_who_could_not_take_it_alone_may_be_able_to_exchange(community: Community) -> None:
    """Two shifts a week are all that they give: another one only where they give one for it."""
    first, second = a_steward(community), a_steward(community, weekly_minutes=360)
    monday = 14 - clock.local(clock.now()).weekday()
    mine = a_seat(first, in_days(monday))
    theirs, other = a_seat(second, in_days(monday + 2)), a_seat(second, in_days(monday + 4))
    assert swaps.could_take(mine) == []
    assert swaps.could_exchange(mine) == [theirs, other]
    swap = swaps.ask_swap(mine, by=first.user, in_return=[theirs.pk])
    ask = ask_of(swap, second)
    with pytest.raises(Refused, match="上限"):
        swaps.accept_swap(ask, by=second.user)
    with pytest.raises(Refused, match="没有说愿意换这个班"):
        swaps.accept_swap(ask, by=second.user, in_return=other)
    page = as_user(second.user).get(swap.get_absolute_url()).text
    assert "我来接" not in page
    assert "的班对换" in page
    swaps.accept_swap(ask, by=second.user, in_return=theirs)
    assert (holder_of(mine), holder_of(theirs), holder_of(other)) == (second, first, second)


def test_the_rules_hold_for_both_when_they_exchange(community: Community) -> None:
    first, second = a_steward(community), a_steward(community)
    mine, theirs = a_seat(first, in_days(5)), a_seat(second, in_days(8))
    third = a_steward(community, free=False)
    never = a_seat(third, in_days(10))
    assert swaps.could_exchange(mine) == [theirs]
    with pytest.raises(Refused, match="换不了"):
        swaps.ask_swap(mine, by=first.user, in_return=[never.pk])
    swap = swaps.ask_swap(mine, by=first.user, in_return=[theirs.pk])
    a_seat(first, in_days(8, 15))
    with pytest.raises(Refused, match="这两个班现在换不了"):
        swaps.accept_swap(ask_of(swap, second), by=second.user, in_return=theirs)
    assert (holder_of(mine), holder_of(theirs)) == (first, second)
    page = as_user(second.user).get(swap.get_absolute_url()).text
    assert "的班对换" not in page
    assert "我来接" in page


def test_seats_that_overlap_can_be_exchanged(community: Community) -> None:
    first, second = a_steward(community), a_steward(community)
    mine, theirs = a_seat(first, in_days(5, 9)), a_seat(second, in_days(5, 10))
    assert swaps.could_take(mine) == []
    swap = swaps.ask_swap(mine, by=first.user, in_return=[theirs.pk])
    swaps.accept_swap(ask_of(swap, second), by=second.user, in_return=theirs)
    assert (holder_of(mine), holder_of(theirs)) == (second, first)


def test_a_seat_is_exchanged_for_its_like_of_the_same_roster(community: Community) -> None:
    first, second = a_steward(community), a_steward(community)
    mine = a_seat(first, in_days(5))
    a_seat(second, in_days(8), state=SeatState.ASKED)
    a_seat(second, in_days(10), is_reserve=True)
    assert swaps.could_exchange(mine) == []


def test_whoever_comes_second_finds_the_seat_changed(community: Community) -> None:
    """A would exchange with B, and so would C: B's seat goes to the first of them."""
    first, second, third = (a_steward(community) for _ in range(3))
    one, two, three = a_seat(first, in_days(4)), a_seat(second, in_days(8)), a_seat(third, in_days(12))
    here = swaps.ask_swap(one, by=first.user, in_return=[two.pk])
    there = swaps.ask_swap(three, by=third.user, in_return=[two.pk])
    swaps.accept_swap(ask_of(here, second), by=second.user, in_return=two)
    with pytest.raises(Refused, match="已经不是您的了"):
        swaps.accept_swap(ask_of(there, second), by=second.user, in_return=two)
    assert "的班对换" not in as_user(second.user).get(there.get_absolute_url()).text
    assert (holder_of(one), holder_of(two), holder_of(three)) == (second, first, third)
    swaps.accept_swap(ask_of(there, second), by=second.user)
    assert holder_of(three) == second


def test_a_seat_that_is_being_swapped_itself_is_not_exchanged(community: Community) -> None:
    """A ↔ B while B ↔ C: the seat of which B asks C goes to nobody else until B says that they keep it."""
    first, second, third = (a_steward(community) for _ in range(3))
    one, two, three = a_seat(first, in_days(4)), a_seat(second, in_days(8)), a_seat(third, in_days(12))
    here = swaps.ask_swap(one, by=first.user, in_return=[two.pk])
    there = swaps.ask_swap(two, by=second.user, in_return=[three.pk])
    with pytest.raises(Refused, match=r"也在找人换.*不换了"):
        swaps.accept_swap(ask_of(here, second), by=second.user, in_return=two)
    swaps.accept_swap(ask_of(there, third), by=third.user, in_return=three)
    with pytest.raises(Refused, match="已经不是您的了"):
        swaps.accept_swap(ask_of(here, second), by=second.user, in_return=two)
    assert (holder_of(one), holder_of(two), holder_of(three)) == (first, third, second)


def test_the_pages_of_an_exchange(community: Community, office: User, django_assert_max_num_queries: Any) -> None:
    first, second, third = (a_steward(community) for _ in range(3))
    mine, theirs = a_seat(first, in_days(5)), a_seat(second, in_days(8))
    client = as_user(first.user)
    asked = client.get(f"/stewards/seats/{mine.pk}/swap/").text
    assert "也可以替谁上班" in asked
    assert f"{second}：" in asked
    said = {"whom": "all", "in_return": [str(theirs.pk)], "note": "", "submission": str(uuid4())}
    swap_url = client.post(f"/stewards/seats/{mine.pk}/swap/", said).url
    swap = Swap.objects.get()
    assert "愿意对换的班" in client.get(swap_url).text
    other = as_user(second.user)
    with django_assert_max_num_queries(30):
        page = other.get(swap_url).text
    assert "的班对换" in page
    assert "愿意对换的班" not in page
    assert "的班对换" not in as_user(third.user).get(swap_url).text
    assert "电话里说拿" in as_user(office).get(swap_url).text
    url = f"{swap_url}{ask_of(swap, second).pk}/"
    assert other.post(url, {"in_return": "nonsense"}).status_code == 404
    assert other.post(url, {"in_return": str(mine.pk)}).status_code == 404
    given = {"in_return": str(theirs.pk), "submission": str(uuid4())}
    assert "换好了" in other.post(url, given, follow=True).text
    assert other.post(url, given).url == swap_url
    assert "换来的班" in client.get(swap_url).text
    assert (holder_of(mine), holder_of(theirs)) == (second, first)


def test_swaps_about_what_is_forgotten_go_along(community: Community, office: User) -> None:
    first, second, third = (a_steward(community) for _ in range(3))
    lone, mine, theirs = a_seat(third, in_days(3)), a_seat(first, in_days(5)), a_seat(second, in_days(8))
    swaps.ask_swap(lone, by=third.user)
    actions.take_out(lone, by=office)
    swap = swaps.ask_swap(mine, by=first.user, in_return=[theirs.pk])
    taken = swaps.accept_swap(ask_of(swap, second), by=second.user, in_return=theirs)
    actions.take_out(taken, by=office)
    (rule,) = duty_personal.RULES
    assert rule.count(community, in_days(100)) == 2
    rule.forget(community, in_days(100))
    assert rule.count(community, in_days(100)) == 0
    assert not Swap.objects.exists()
    assert holder_of(theirs) == first


@pytest.mark.django_db(transaction=True)
def test_of_two_exchanges_for_one_seat_at_once_one_comes_about() -> None:
    """B says yes to A and, in another window, to C, for the same seat of their own; meanwhile D takes A's over."""
    community: Community = CommunityFactory()
    first, second, third, fourth = (a_steward(community) for _ in range(4))
    one, two, three = a_seat(first, in_days(4)), a_seat(second, in_days(8)), a_seat(third, in_days(12))
    here = swaps.ask_swap(one, by=first.user, in_return=[two.pk])
    there = swaps.ask_swap(three, by=third.user, in_return=[two.pk])
    told: list[str] = []
    ready = Barrier(3)

    def accept(swap: Swap, steward: Steward, own: Assignment | None) -> None:
        try:
            ask = SwapAsk.objects.select_related("swap", "steward__user").get(swap=swap, steward=steward)
            ready.wait()
            swaps.accept_swap(ask, by=steward.user, in_return=own)
            told.append("yes")
        except Refused as refused:
            told.append(str(refused))
        finally:
            connection.close()

    given = [(here, second, two), (there, second, two), (here, fourth, None)]
    threads = [Thread(target=accept, args=args) for args in given]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states = {swap.pk: swap.state for swap in Swap.objects.all()}
    count = sum(state == Swap.State.TAKEN for state in states.values())
    assert len([said for said in told if said == "yes"]) == count, told
    assert 1 <= count <= 2
    assert len(told) == 3
    for seat in (one, two, three):
        live = Assignment.objects.filter(slot=seat.slot, state__in=[SeatState.HELD, SeatState.SWAPPING])
        assert live.count() == 1
    assert Swap.objects.filter(given__isnull=False).count() <= 1
