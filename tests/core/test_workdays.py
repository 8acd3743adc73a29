from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.workdays import ZONE, DayCount, WorkCalendar, seed_days


@cache
def listed(year: int) -> dict[date, bool]:
    return {day.day: day.is_workday for day in seed_days(year)}


def is_workday(day: date) -> bool:
    return listed(day.year)[day]


CALENDAR = WorkCalendar(is_workday)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 11, 1), timezones=st.just(ZONE))  # noqa: DTZ001
pauses = st.lists(st.tuples(moments, moments).map(lambda pair: (min(pair), max(pair))), max_size=3)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("11-18 20:14", 3, "11-23 17:30"),
        ("11-18 10:00", 3, "11-23 17:30"),
        ("11-18 00:05", 1, "11-19 17:30"),
        ("11-20 17:29", 1, "11-23 17:30"),
        ("11-21 12:00", 1, "11-23 17:30"),
        ("09-30 18:00", 1, "10-08 17:30"),
        ("10-08 18:00", 2, "10-10 17:30"),
        ("09-18 09:00", 1, "09-20 17:30"),
    ],
    ids=[
        "evening",
        "daytime",
        "before opening",
        "last minute",
        "weekend",
        "golden week",
        "swapped Saturday",
        "swapped Sunday",
    ],
)
def test_working_days(start: str, days: int, due: str):
    assert CALENDAR.add_working_days(at(start), days) == at(due)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("11-18 10:00", 4, "11-18 14:00"),
        ("11-18 16:00", 4, "11-19 11:30"),
        ("11-18 20:14", 4, "11-19 13:00"),
        ("11-20 17:00", 1, "11-23 09:30"),
        ("11-18 09:00", Decimal("8.5"), "11-18 17:30"),
        ("11-18 08:00", 17, "11-19 17:30"),
        ("09-30 17:00", 2, "10-08 10:30"),
    ],
)
def test_working_hours(start: str, hours: int | Decimal, due: str):
    assert CALENDAR.add_working_hours(at(start), hours) == at(due)


def test_minutes_run_round_the_clock():
    assert CALENDAR.add_minutes(at("10-01 23:50"), 30) == at("10-02 00:20")


def test_days_that_end_on_a_holiday_move_to_the_next_working_day():
    assert CALENDAR.add_days(at("09-03 12:00"), 30) == at("10-08 17:30")
    assert CALENDAR.add_days(at("11-02 12:00"), 30) == at("12-02 17:30")


def test_pauses_do_not_count():
    paused = [(at("11-18 11:00"), at("11-18 12:00")), (at("11-18 11:30"), at("11-18 13:00"))]
    assert CALENDAR.add_working_hours(at("11-18 10:00"), 4, paused) == at("11-18 16:00")
    assert CALENDAR.add_minutes(at("11-18 10:00"), 240, paused) == at("11-18 16:00")
    assert CALENDAR.add_minutes(at("11-18 10:00"), 60, paused) == at("11-18 11:00")
    overnight = [(at("11-19 10:00"), at("11-20 15:00"))]
    assert CALENDAR.add_working_days(at("11-18 10:00"), 3, overnight) == at("11-24 17:30")
    assert CALENDAR.add_days(at("11-18 10:00"), 1, overnight) == at("11-20 17:30")


def test_moments_of_other_zones_are_the_same_moments():
    start = at("11-18 20:14").astimezone(UTC)
    due = CALENDAR.add_working_days(start, 3)
    assert due == at("11-23 17:30")
    assert due.tzinfo is ZONE


def test_the_table_of_a_request_sent_in_the_evening():
    assert CALENDAR.explain(at("11-18 20:14"), at("11-23 17:30")) == [
        DayCount(date(2026, 11, 18), date(2026, 11, 18), None, "下班后，次日起算"),
        DayCount(date(2026, 11, 19), date(2026, 11, 19), 1, "第 1 个工作日"),
        DayCount(date(2026, 11, 20), date(2026, 11, 20), 2, "第 2 个工作日"),
        DayCount(date(2026, 11, 21), date(2026, 11, 22), None, "周末，不计"),
        DayCount(date(2026, 11, 23), date(2026, 11, 23), 3, "到期"),
    ]


def test_the_table_names_holidays_swaps_and_waiting():
    start = at("09-24 10:00")
    paused = [(at("09-28 09:00"), at("09-29 09:00"))]
    due = CALENDAR.add_working_days(start, 4, paused)
    lines = [(line.first.day, line.last.day, line.counted, line.note) for line in CALENDAR.explain(start, due, paused)]
    assert lines == [
        (24, 24, None, "当日不计，次日起算"),
        (25, 25, None, "放假，不计"),
        (26, 27, None, "周末，不计"),
        (28, 28, None, "等待补充，不计"),
        (29, 29, 1, "第 1 个工作日"),
        (30, 30, 2, "第 2 个工作日"),
        (1, 2, None, "放假，不计"),
        (3, 4, None, "周末，不计"),
        (5, 7, None, "放假，不计"),
        (8, 8, 3, "第 3 个工作日"),
        (9, 9, 4, "到期"),
    ]
    assert CALENDAR.explain(at("11-21 10:00"), at("11-23 17:30"))[0].note == "休息日，下一个工作日起算"


def test_the_table_of_hours():
    start, due = at("11-20 16:00"), at("11-23 11:30")
    assert CALENDAR.explain_hours(start, due) == [
        DayCount(date(2026, 11, 20), date(2026, 11, 20), 90, "计 1 小时 30 分"),
        DayCount(date(2026, 11, 21), date(2026, 11, 22), None, "周末，不计"),
        DayCount(date(2026, 11, 23), date(2026, 11, 23), 150, "计 2 小时 30 分，11:30 到期"),
    ]
    evening = CALENDAR.explain_hours(at("11-18 20:14"), at("11-20 10:00"), [(at("11-18 21:00"), at("11-20 09:00"))])
    assert [line.note for line in evening] == ["下班后，下次上班起算", "等待补充，不计", "计 1 小时 0 分，10:00 到期"]


@pytest.mark.parametrize("number", [0, -1])
def test_nothing_is_no_deadline(number: int):
    for add in (CALENDAR.add_minutes, CALENDAR.add_working_hours, CALENDAR.add_working_days, CALENDAR.add_days):
        with pytest.raises(ValueError, match="at least"):
            add(at("11-18 10:00"), number)


def test_naive_moments_and_endless_holidays_are_mistakes():
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.add_working_days(at("11-18 10:00").replace(tzinfo=None), 1)
    never = WorkCalendar(lambda day: False)
    for add in (never.add_working_hours, never.add_working_days, never.add_days):
        with pytest.raises(ValueError, match="three years"):
            add(at("11-18 10:00"), 1)


@given(moments, st.integers(1, 20), pauses)
def test_a_deadline_is_a_closing_time_of_a_working_day_after_the_start(start: datetime, days: int, paused: list):
    for due in (CALENDAR.add_working_days(start, days, paused), CALENDAR.add_days(start, days, paused)):
        assert due > start
        assert is_workday(due.date())
        assert due.timetz().replace(tzinfo=None) == time(17, 30)


@given(moments, moments, st.integers(1, 20), pauses)
def test_who_comes_later_is_due_no_earlier(one: datetime, other: datetime, number: int, paused: list):
    first, second = sorted((one, other))
    for add in (CALENDAR.add_minutes, CALENDAR.add_working_hours, CALENDAR.add_working_days, CALENDAR.add_days):
        assert add(first, number, paused) <= add(second, number, paused)
        assert add(first, number, paused) < add(first, number + 1, paused) or add == CALENDAR.add_days
        assert add(first, number) <= add(first, number, paused)


@given(moments, st.integers(1, 5000), pauses)
def test_hours_count_open_office_and_nothing_else(start: datetime, minutes: int, paused: list):
    period = timedelta(minutes=minutes)
    due = CALENDAR.add_working_hours(start, Decimal(minutes) / 60, paused)
    assert abs(CALENDAR.working_time(start, due, paused) - period) < timedelta(milliseconds=1)
    assert is_workday(due.date())
    assert time(9) <= due.time() <= time(17, 30)
    lines = CALENDAR.explain_hours(start, due, paused)
    assert abs(sum(line.counted or 0 for line in lines) - minutes) <= len(lines)


@given(moments, st.integers(1, 20), pauses)
def test_the_table_covers_every_day_once_and_counts_to_the_end(start: datetime, days: int, paused: list):
    due = CALENDAR.add_working_days(start, days, paused)
    lines = CALENDAR.explain(start, due, paused)
    assert (lines[0].first, lines[-1].last) == (start.date(), due.date())
    assert all(after.first - before.last == timedelta(1) for before, after in pairwise(lines))
    assert [line.counted for line in lines if line.counted] == list(range(1, days + 1))
    assert lines[-1].note == "到期"


@given(moments, st.integers(1, 40), pauses)
def test_days_on_end_are_told_in_stretches(start: datetime, days: int, paused: list):
    due = CALENDAR.add_days(start, days, paused)
    lines = CALENDAR.explain_days(start, due, days, paused)
    assert (lines[0].first, lines[-1].first, lines[-1].last) == (start.date(), due.date(), due.date())
    assert all(after.first - before.last == timedelta(1) for before, after in pairwise(lines))
    counted = [line.counted for line in lines if line.counted]
    assert counted == sorted(counted)
    assert counted[-1] == days


def test_a_calendar_that_does_not_know_a_year_says_so():
    guess = WorkCalendar(is_workday, is_known=lambda year: year != 2027)
    assert guess.unknown_years(date(2026, 12, 1), date(2028, 1, 1)) == [2027]
    assert CALENDAR.unknown_years(date(2026, 12, 1), date(2028, 1, 1)) == []


def test_a_year_as_the_state_council_has_set_it():
    year = seed_days(2026)
    days = {day.day: day for day in year}
    assert year.known
    assert len(year) == 365
    assert days[date(2026, 10, 1)][1:] == (False, "国庆节")
    assert days[date(2026, 10, 10)][1:] == (True, "国庆节")
    assert days[date(2026, 11, 20)][1:] == (True, "")
    assert days[date(2026, 11, 21)][1:] == (False, "")


def test_a_year_that_is_not_announced_is_weekdays_and_says_so():
    year = seed_days(2099)
    assert not year.known
    assert len(year) == 365
    assert all(day.is_workday == (day.day.weekday() < 5) for day in year)
