from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core.quarters import Month, Quarter

days = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))


def test_a_quarter_knows_its_days_and_months():
    quarter = Quarter(2026, 3)
    assert str(quarter) == "2026Q3"
    assert (quarter.start, quarter.end) == (date(2026, 7, 1), date(2026, 9, 30))
    assert quarter.months == (Month(2026, 7), Month(2026, 8), Month(2026, 9))
    assert quarter.contains(date(2026, 9, 30))
    assert not quarter.contains(date(2026, 10, 1))


def test_labels_speak_the_language_of_the_reader():
    with translation.override("zh-hans"):
        assert [Quarter(2026, n).label for n in (1, 2, 3, 4)] == [
            "2026 年第一季度",
            "2026 年第二季度",
            "2026 年第三季度",
            "2026 年第四季度",
        ]
        assert Month(2026, 9).label == "2026 年 9 月"


def test_leap_february():
    assert Month(2028, 2).end == date(2028, 2, 29)
    assert Month(2027, 2).end == date(2027, 2, 28)


def test_an_aware_moment_counts_where_the_community_lives():
    evening_in_greenwich = datetime(2026, 9, 30, 17, tzinfo=UTC)
    assert Quarter.of(evening_in_greenwich) == Quarter(2026, 4)
    assert Month.of(evening_in_greenwich) == Month(2026, 10)
    assert Quarter(2026, 4).contains(evening_in_greenwich)


@pytest.mark.parametrize("text", ["", "2026", "2026Q0", "2026Q5", "2026-Q3", "Q32026", "2026Q3x", "２０２６Q3"])
def test_what_is_no_quarter_is_refused_with_a_sentence(text: str):
    with translation.override("zh-hans"), pytest.raises(ValueError, match="不是季度"):
        Quarter.parse(text)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "2026-9", "2026/09", "09-2026"])
def test_what_is_no_month_is_refused_with_a_sentence(text: str):
    with translation.override("zh-hans"), pytest.raises(ValueError, match="不是月份"):
        Month.parse(text)


@pytest.mark.parametrize(("kind", "number"), [(Quarter, 0), (Quarter, 5), (Month, 0), (Month, 13)])
def test_impossible_numbers_are_refused(kind: type, number: int):
    with pytest.raises(ValueError, match="not a"):
        kind(2026, number)


def test_ranges_include_both_ends():
    assert Quarter.range(Quarter(2024, 4), Quarter(2025, 2)) == [Quarter(2024, 4), Quarter(2025, 1), Quarter(2025, 2)]
    assert Quarter.range(Quarter(2025, 2), Quarter(2025, 1)) == []
    assert Month.range(Month(2025, 12), Month(2026, 1)) == [Month(2025, 12), Month(2026, 1)]


@given(days)
def test_a_day_lies_in_its_quarter_and_month(day: date):
    quarter, month = Quarter.of(day), Month.of(day)
    assert quarter.contains(day)
    assert month.contains(day)
    assert month in quarter.months
    assert month.quarter == quarter
    assert Quarter.parse(str(quarter)) == quarter
    assert Month.parse(str(month)) == month


@given(days)
def test_neighbours_touch(day: date):
    for period in (Quarter.of(day), Month.of(day)):
        assert period.next().previous() == period
        assert period.previous() < period < period.next()
        assert period.next().start - period.end == timedelta(days=1)


@given(days, st.integers(0, 60))
def test_a_range_walks_by_next(day: date, steps: int):
    first = last = Quarter.of(day)
    for _ in range(steps):
        last = last.next()
    walked = Quarter.range(first, last)
    assert len(walked) == steps + 1
    assert all(a.next() == b for a, b in pairwise(walked))
