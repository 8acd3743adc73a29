"""What looks odd, against the slowest way of finding it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from math import isclose
from statistics import median
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from visits import oddities
from visits.oddities import FAR_METRES, FAST_DOORS, FAST_WITHIN, SAME_DOORS, Row

NOON = datetime(2026, 10, 12, 4, tzinfo=UTC)
HERE = (32.2, 119.45)
# One degree of latitude is about 111 km.
METRE = 1 / 111_195


def row(number=0, *, seconds=0, walker=1, home=None, building=1, north=None, accuracy=10, note="", via="form"):
    position = None if north is None else {"lat": HERE[0] + north * METRE, "lon": HERE[1], "accuracy": accuracy}
    home = number if home is None else home
    at = NOON + timedelta(seconds=seconds)
    return Row(UUID(int=number + 1), walker, UUID(int=home + 1000), building, at, position, note, via)


@st.composite
def walks(draw):
    """Visits of two walkers, close together in time, some to the same door, some from paper."""
    numbers = count()
    return draw(
        st.lists(
            st.builds(
                lambda seconds, walker, home, via: row(
                    next(numbers), seconds=seconds, walker=walker, home=home, via=via
                ),
                st.integers(0, 900),
                st.integers(1, 2),
                st.integers(0, 25),
                st.sampled_from(["form", "form", "book", "paper"]),
            ),
            max_size=70,
        )
    )


def runs_by_hand(rows):
    """Every window from every visit on; those that are too full, joined until none shares a visit with another."""
    found = set()
    for walker in {one.walker for one in rows}:
        mine = [one for one in rows if one.walker == walker and one.via not in ("paper", "card")]
        windows = []
        for first in mine:
            inside = {one for one in map(key, mine) if timedelta(0) <= one[0] - first.visited_at <= FAST_WITHIN}
            if len({home for _at, home, _visit in inside}) >= FAST_DOORS:
                windows.append({visit for _at, _home, visit in inside})
        while windows:
            run = windows.pop()
            touching = [one for one in windows if one & run]
            if not touching:
                found.add(frozenset(run))
                continue
            windows = [one for one in windows if not one & run] + [run.union(*touching)]
    return found


def key(one):
    return one.visited_at, one.household, one.visit


class TestFast:
    @given(walks())
    def test_the_same_runs_as_by_hand(self, rows):
        assert {frozenset(one.visits) for one in oddities.fast(rows)} == runs_by_hand(rows)

    def test_ten_doors_in_three_minutes(self):
        rows = [row(number, seconds=20 * number) for number in range(10)]
        (one,) = oddities.fast(rows)
        assert (one.doors, one.measure, one.walker) == (10, 180, 1)
        assert (one.first, one.last) == (rows[0].visited_at, rows[-1].visited_at)

    def test_one_second_more_is_none(self):
        rows = [row(number, seconds=20 * number) for number in range(9)] + [row(9, seconds=181)]
        assert oddities.fast(rows) == []

    def test_ten_visits_to_nine_doors_are_none(self):
        assert oddities.fast([row(number, seconds=number, home=number % 9) for number in range(20)]) == []

    @pytest.mark.parametrize("via", ["paper", "card"])
    def test_paper_and_cards_have_no_times_of_their_own(self, via):
        assert oddities.fast([row(number, via=via) for number in range(20)]) == []

    def test_an_hour_apart_are_two(self):
        rows = [row(number, seconds=number) for number in range(10)]
        rows += [row(number + 20, seconds=3600 + number) for number in range(12)]
        assert sorted(one.doors for one in oddities.fast(rows)) == [10, 12]


class TestFar:
    @given(
        st.lists(
            st.tuples(st.integers(1, 2), st.integers(1, 3), st.integers(-3000, 3000), st.integers(1, 900)), max_size=30
        )
    )
    def test_the_same_strays_as_by_hand(self, drawn):
        rows = [
            row(number, building=building, walker=walker, north=north, accuracy=accuracy)
            for number, (building, walker, north, accuracy) in enumerate(drawn)
        ]
        found = {visit for one in oddities.far(rows) for visit in one.visits}
        for one in rows:
            there = [other for other in rows if other.building == one.building]
            middle = median(other.position["lat"] for other in there), HERE[1]
            metres = oddities.metres_between((one.position["lat"], one.position["lon"]), middle)
            beyond = len(there) - 1 >= 3 and metres - one.position["accuracy"] > FAR_METRES
            assert (one.visit in found) == beyond

    def test_what_the_phone_was_unsure_of_is_taken_off(self):
        near = [row(number, north=0) for number in range(4)]
        assert oddities.far([*near, row(9, north=700, accuracy=300)]) == []
        (one,) = oddities.far([*near, row(9, north=700, accuracy=100)])
        assert one.visits == (UUID(int=10),)
        assert one.measure == 600

    def test_three_others_make_a_middle(self):
        assert oddities.far([row(0, north=0), row(1, north=0), row(2, north=5000)]) == []
        assert oddities.far([row(0, north=0), row(1, north=0), row(2, north=0), row(3, north=5000)])

    def test_each_building_and_each_walker_by_itself(self):
        rows = [row(number, north=0) for number in range(5)]
        rows += [row(10, north=2000, walker=2), row(11, north=2000, walker=2), row(12, north=-2000, walker=3)]
        rows += [row(20, north=9000, building=2)]
        assert sorted((one.walker, one.doors) for one in oddities.far(rows)) == [(2, 2), (3, 1)]

    def test_without_positions_there_is_nothing(self):
        assert oddities.far([row(number) for number in range(9)]) == []

    def test_a_known_distance(self):
        zhenjiang, nanjing = (32.2044, 119.4551), (32.0603, 118.7969)
        assert isclose(oddities.metres_between(zhenjiang, nanjing), 64_000, rel_tol=0.02)


NOTES = st.sampled_from(
    ["情况全都属实，没有什么变化。", "情况全都属实 没有什么变化", "都好", "老人身体好，子女每周都来看望。", ""]
)


class TestSameNotes:
    @given(st.lists(st.tuples(st.integers(1, 2), st.integers(0, 12), NOTES), max_size=40))
    def test_the_same_groups_as_by_hand(self, drawn):
        rows = [row(number, walker=walker, home=home, note=note) for number, (walker, home, note) in enumerate(drawn)]
        by_hand = set()
        for one in rows:
            words = oddities.normalised(one.note)
            same = [two for two in rows if two.walker == one.walker and oddities.normalised(two.note) == words]
            if len(words) >= 12 and len({two.household for two in same}) >= SAME_DOORS:
                by_hand.add(frozenset(two.visit for two in same))
        assert {frozenset(one.visits) for one in oddities.same_notes(rows)} == by_hand

    def test_punctuation_and_width_make_no_difference(self):
        notes = ["一切正常，Ｗｉ－Ｆｉ都好用，没有变化", "一切正常 Wi-Fi 都好用 没有变化。"] * 3
        (one,) = oddities.same_notes([row(number, note=note) for number, note in enumerate(notes)])
        assert one.doors == 6

    def test_short_words_are_what_everybody_says(self):
        assert oddities.same_notes([row(number, note="一切都好，没有变化") for number in range(9)]) == []

    def test_letters_of_others_count_for_others(self):
        rows = [row(number, walker=number % 2, note="情况全都属实，没有什么变化。") for number in range(8)]
        assert oddities.same_notes(rows) == []


def test_what_was_talked_about_is_not_listed_again():
    rows = [row(number, seconds=number, note="情况全都属实，没有什么变化。") for number in range(10)]
    found = oddities.find(rows)
    assert sorted(one.about for one in found) == ["fast", "same_notes"]
    left = oddities.not_talked_about(found, [("fast", found[0].visits_hash)])
    assert [one.about for one in left] == ["same_notes"]


def test_the_hash_names_the_visits_whatever_their_order():
    rows = [row(number, seconds=number) for number in range(10)]
    assert oddities.fast(rows)[0].visits_hash == oddities.fast(rows[::-1])[0].visits_hash
    assert oddities.fast(rows)[0].visits_hash != oddities.fast([*rows, row(30)])[0].visits_hash
