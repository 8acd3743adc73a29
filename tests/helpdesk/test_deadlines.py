"""The clock of a request: limits, words, and the count day by day."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from community.calendar import work_calendar
from core import clock
from helpdesk import deadlines
from helpdesk.categories import LimitKind
from helpdesk.models import ServiceRequest
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEDNESDAY = datetime(2026, 11, 18, 20, 14, tzinfo=SHANGHAI)


@pytest.fixture
def here() -> Desk:
    return desk()


def logged(here: Desk, slug: str, at: datetime = WEDNESDAY) -> ServiceRequest:
    with clock.at(at):
        return here.log(slug)


def badge(row: ServiceRequest, at: datetime) -> tuple[str, str]:
    with clock.at(at):
        found = deadlines.deadline_of(row, work_calendar())
    return found.tone, found.text


@pytest.mark.parametrize(
    ("kind", "amount", "due"),
    [
        (LimitKind.MINUTES, 30, datetime(2026, 11, 18, 20, 44, tzinfo=SHANGHAI)),
        (LimitKind.HOURS, 24, datetime(2026, 11, 19, 20, 14, tzinfo=SHANGHAI)),
        (LimitKind.WORKING_HOURS, 4, datetime(2026, 11, 19, 13, 0, tzinfo=SHANGHAI)),
        (LimitKind.WORKING_DAYS, 3, datetime(2026, 11, 23, 17, 30, tzinfo=SHANGHAI)),
        (LimitKind.CALENDAR_DAYS, 30, datetime(2026, 12, 18, 17, 30, tzinfo=SHANGHAI)),
    ],
)
def test_each_kind_of_limit(kind: str, amount: int, due: datetime) -> None:
    assert deadlines.due(kind, amount, WEDNESDAY, work_calendar()) == due


def test_a_kind_that_nobody_knows() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        deadlines.due("moons", 1, WEDNESDAY, work_calendar())


def test_a_limit_in_words() -> None:
    said = [deadlines.limit_words(kind, 3) for kind in LimitKind]
    assert said == ["3 分钟", "3 小时", "3 个工作小时", "3 个工作日", "3 天"]


def test_the_holiday_does_not_count(here: Desk) -> None:
    """1–7 October 2026 are off, Saturday the 10th is worked 调休."""
    row = logged(here, "plumbing", datetime(2026, 9, 30, 10, 0, tzinfo=SHANGHAI))
    assert row.due_at == datetime(2026, 10, 10, 17, 30, tzinfo=SHANGHAI)


def test_the_count_day_by_day(here: Desk) -> None:
    row = logged(here, "plumbing")
    with clock.at(WEDNESDAY):
        lines = [(one.day, one.note, one.look) for one in deadlines.day_by_day(row, work_calendar())]
    assert lines == [
        ("11月18日 周三 20:14", "下班后，次日起算", "is-off"),
        ("11月19日 周四", "第 1 个工作日", ""),
        ("11月20日 周五", "第 2 个工作日", ""),
        ("11月21日至11月22日", "周末，不计", "is-off"),
        ("11月23日 周一", "17:30 到期", "is-due"),
    ]


def test_day_and_night_is_counted_in_two_lines(here: Desk) -> None:
    row = logged(here, "emergency")
    with clock.at(WEDNESDAY):
        lines = [(one.day, one.note) for one in deadlines.day_by_day(row, work_calendar())]
    assert lines == [("11月18日 周三 20:14", "提交，开始计时"), ("11月18日 周三 22:14", "到期")]


def test_working_hours_are_counted_too(here: Desk) -> None:
    category = here.category("enquiry")
    category.finish_kind, category.finish_amount = LimitKind.WORKING_HOURS, 12
    category.save()
    row = logged(here, "enquiry")
    with clock.at(WEDNESDAY):
        lines = deadlines.day_by_day(row, work_calendar())
    assert [one.look for one in lines] == ["is-off", "", "is-due"]


def test_how_far_it_is(here: Desk) -> None:
    row = logged(here, "plumbing")
    assert badge(row, WEDNESDAY) == ("good", "还有 3 个工作日")
    assert badge(row, WEDNESDAY + timedelta(days=2)) == ("warn", "还有 1 个工作日")
    assert badge(row, datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)) == ("warn", "今天 17:30 前办好")
    assert badge(row, datetime(2026, 11, 23, 18, 0, tzinfo=SHANGHAI)) == ("bad", "今天 17:30 到期，已经过了")
    assert badge(row, datetime(2026, 11, 25, 18, 0, tzinfo=SHANGHAI)) == ("bad", "超期 2 天")


def test_how_far_it_is_by_other_clocks(here: Desk) -> None:
    assert badge(logged(here, "emergency"), WEDNESDAY) == ("warn", "今天 22:14 前办好")
    assert badge(logged(here, "fire_lane"), WEDNESDAY) == ("warn", "明天 20:14 前办好")
    assert badge(logged(here, "mediation"), WEDNESDAY) == ("good", "还有 30 天")


def test_what_is_done_was_in_time_or_not(here: Desk) -> None:
    row = logged(here, "enquiry")
    with clock.at(WEDNESDAY + timedelta(hours=1)):
        here.walk(row, "accept", "dispatch", "sign", "reply", "resolve")
    row.refresh_from_db()
    assert badge(row, WEDNESDAY + timedelta(days=60)) == ("good", "按时办结")
    assert not row.is_overdue
    row.resolved_at = row.due_at + timedelta(days=1)
    assert badge(row, WEDNESDAY) == ("warn", "晚了才办结")
    assert row.is_overdue


def test_what_was_not_taken_up_has_no_clock(here: Desk) -> None:
    row = here.take(logged(here, "other"), "withdraw")
    assert badge(row, WEDNESDAY) == ("", "")
    assert deadlines.day_by_day(row, work_calendar()) == []


def test_until_when_somebody_must_be_in_touch(here: Desk) -> None:
    row = logged(here, "plumbing")
    with clock.at(WEDNESDAY):
        assert deadlines.sign_words(row) == "明天 13:00"
    with clock.at(WEDNESDAY + timedelta(days=1)):
        assert deadlines.sign_words(row) == "今天 13:00，已经过了"
