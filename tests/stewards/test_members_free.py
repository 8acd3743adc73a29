"""When somebody is free: the week's rule, single times said apart, pauses; across midnight and from month to month."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from stewards.members.free import free_between, windows, windows_of
from stewards.models import AvailabilityException, StewardPause
from tests.factories import CommunityFactory
from tests.stewards.makers import a_steward, free_on

MONDAY = date(2026, 11, 23)


class Rule(NamedTuple):
    weekday: int
    starts_at: int
    ends_at: int


class Said(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    is_free: bool
    created_at: datetime = datetime(2026, 11, 1, tzinfo=timezone.get_default_timezone())


class Pause(NamedTuple):
    starts_on: date
    ends_on: date | None


def at(hours: float, day: date = MONDAY) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(hours=hours)


def test_the_week_comes_again_every_week():
    found = windows([Rule(0, 480, 720), Rule(2, 840, 1080)], (), (), MONDAY, MONDAY + timedelta(days=7))
    assert found == [(at(8), at(12)), (at(48 + 14), at(48 + 18)), (at(168 + 8), at(168 + 12))]


def test_what_touches_is_one_time():
    assert windows([Rule(0, 720, 840), Rule(0, 480, 720)], (), (), MONDAY, MONDAY) == [(at(8), at(14))]


def test_a_night_goes_on_past_midnight_and_past_the_month():
    last_of_november = date(2026, 11, 30)
    night = [Rule(0, 22 * 60, 30 * 60)]
    assert windows(night, (), (), last_of_november, date(2026, 12, 1)) == [
        (at(22, last_of_november), at(30, last_of_november))
    ]
    assert windows(night, (), (), date(2026, 12, 1), date(2026, 12, 1)) == [
        (at(0, date(2026, 12, 1)), at(6, date(2026, 12, 1)))
    ]
    assert windows([Rule(6, 0, 2880)], (), (), MONDAY, MONDAY) == [(at(0), at(24))]


def test_away_takes_out_of_the_middle():
    away = [Said(at(9), at(10), is_free=False)]
    assert windows([Rule(0, 480, 720)], away, (), MONDAY, MONDAY) == [(at(8), at(9)), (at(10), at(12))]


def test_what_was_said_last_holds():
    away = Said(at(0), at(24 * 7), is_free=False)
    though = Said(at(9), at(11), is_free=True, created_at=away.created_at + timedelta(days=1))
    assert windows([Rule(0, 480, 720)], [though, away], (), MONDAY, MONDAY) == [(at(9), at(11))]
    again = away._replace(created_at=though.created_at + timedelta(days=1))
    assert windows([Rule(0, 480, 720)], [though, again], (), MONDAY, MONDAY) == []


def test_in_a_pause_nothing_holds():
    though = Said(at(9), at(11), is_free=True)
    night_before = Rule(6, 22 * 60, 30 * 60)
    for pause in (Pause(MONDAY, MONDAY), Pause(MONDAY, None), Pause(date(2026, 1, 1), None)):
        assert windows([Rule(0, 480, 720), night_before], [though], [pause], MONDAY, MONDAY) == []
    later = Pause(MONDAY + timedelta(days=1), None)
    assert windows([Rule(0, 480, 2880)], (), [later], MONDAY, MONDAY + timedelta(days=9)) == [(at(8), at(24))]
    assert windows([Rule(0, 480, 720)], (), [Pause(MONDAY + timedelta(days=9), None)], MONDAY, MONDAY)


hours = st.integers(0, 48 * 60)
rules = st.lists(
    st.builds(
        lambda weekday, start, length: Rule(weekday, start, min(start + length, 2880)),
        st.integers(0, 6),
        st.integers(0, 1439),
        st.integers(1, 2880),
    ),
    max_size=8,
)
said = st.lists(
    st.builds(
        lambda start, length, is_free, age: Said(
            at(0) + timedelta(minutes=start),
            at(0) + timedelta(minutes=start + length),
            is_free,
            at(0) - timedelta(hours=age),
        ),
        st.integers(-3000, 12000),
        st.integers(1, 5000),
        st.booleans(),
        st.integers(0, 100),
    ),
    max_size=6,
)
pauses = st.lists(
    st.builds(
        lambda start, length: Pause(
            MONDAY + timedelta(days=start), None if length > 9 else MONDAY + timedelta(days=start + length)
        ),
        st.integers(-5, 12),
        st.integers(0, 12),
    ),
    max_size=3,
)


def is_free(moment: datetime, rules: list[Rule], said: list[Said], pauses: list[Pause]) -> bool:
    """The same, asked of one moment in the plainest way."""
    today = moment.astimezone(timezone.get_default_timezone())
    if any(one.starts_on <= today.date() and (one.ends_on is None or today.date() <= one.ends_on) for one in pauses):
        return False
    latest = [one for one in sorted(said, key=lambda one: one.created_at) if one.starts_at <= moment < one.ends_at]
    if latest:
        return latest[-1].is_free
    minute = today.hour * 60 + today.minute
    return any(
        one.weekday == (today.weekday() - back) % 7 and one.starts_at <= minute + back * 1440 < one.ends_at
        for one in rules
        for back in (0, 1)
    )


@given(rules, said, pauses, st.integers(0, 9 * 1440 - 1))
def test_a_window_holds_a_moment_exactly_when_it_is_free(rules, said, pauses, minute):
    last = MONDAY + timedelta(days=8)
    found = windows(rules, said, pauses, MONDAY, last)
    moment = at(0) + timedelta(minutes=minute)
    assert any(start <= moment < end for start, end in found) == is_free(moment, rules, said, pauses)
    assert all(start < end for start, end in found)
    assert all(end < start for (_start, end), (start, _end) in pairwise(found))
    assert all(at(0) <= start and end <= at(24, last) for start, end in found)


@pytest.mark.django_db
class TestRows:
    def test_free_for_the_whole_time_in_two_queries(self, django_assert_num_queries):
        community = CommunityFactory()
        morning, night, never, always = (a_steward(community, free=free) for free in (False, False, False, True))
        free_on(morning, 0, 8, 12)
        free_on(night, 6, 22, 34)
        ids = [one.pk for one in (morning, night, never, always)]
        with django_assert_num_queries(2):
            assert free_between(ids, at(9), at(11)) == {morning.pk, always.pk}
        assert free_between(ids, at(9), at(12.5)) == {always.pk}
        assert free_between(ids, at(8), at(10)) == {morning.pk, night.pk, always.pk}
        assert free_between(ids, at(-1), at(6)) == {night.pk, always.pk}
        assert free_between([never.pk], at(9), at(11)) == set()
        assert free_between([], at(9), at(11)) == set()

    def test_a_pause_and_an_exception_count(self):
        steward = a_steward(CommunityFactory())
        away = AvailabilityException.objects.create(
            community=steward.community, steward=steward, starts_at=at(9), ends_at=at(10)
        )
        assert free_between([steward.pk], at(8), at(9)) == {steward.pk}
        assert free_between([steward.pk], at(8), at(9.5)) == set()
        away.delete()
        pause = StewardPause.objects.create(community=steward.community, steward=steward, starts_on=MONDAY)
        assert free_between([steward.pk], at(8), at(9)) == set()
        assert free_between([steward.pk], at(-2), at(0)) == {steward.pk}
        pause.delete()

    def test_the_same_for_many(self, django_assert_num_queries):
        community = CommunityFactory()
        stewards = [a_steward(community) for _number in range(3)] + [a_steward(community, free=False)]
        with django_assert_num_queries(3):
            found = windows_of([one.pk for one in stewards], MONDAY, MONDAY + timedelta(days=27))
        assert [found[one.pk] for one in stewards] == [[(at(0), at(28 * 24))]] * 3 + [[]]

    def test_both_say_the_same(self):
        steward = a_steward(CommunityFactory(), free=False)
        free_on(steward, 6, 20, 26)
        AvailabilityException.objects.create(
            community=steward.community, steward=steward, starts_at=at(1), ends_at=at(3), is_free=True
        )
        found = windows_of([steward.pk], MONDAY, MONDAY)[steward.pk]
        assert found == [(at(0), at(3))]
        assert free_between([steward.pk], at(-4), at(3)) == {steward.pk}
        with clock.at(at(0)):
            assert free_between([steward.pk], at(-4), at(3.1)) == set()
