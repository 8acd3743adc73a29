"""Swaps: the first stays responsible until another accepts, under the hard rules, and one of two who say yes."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from community.models import Community, Notice, User
from community.roles import Role
from core import clock
from core.refusal import Refused
from stewards.duty import actions, attendance, swaps
from stewards.duty import attendance_today as room
from stewards.duty.states import SeatState
from stewards.models import Assignment, Steward, Swap, SwapAsk
from tests.asks import asks_of
from tests.factories import CommunityFactory, GridFactory, appoint
from tests.stewards.makers import a_steward
from tests.stewards.seats import a_seat, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def community() -> Community:
    return CommunityFactory()


@pytest.fixture
def office(community: Community) -> User:
    return appoint(Role.COMMUNITY_STAFF, community)


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
