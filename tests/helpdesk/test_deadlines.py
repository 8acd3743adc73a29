"""The clock of a request: limits, words, and the count day by day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from community.calendar import work_calendar
from community.models.community import CalendarYear
from core import clock
from helpdesk import deadlines
from helpdesk.categories import LimitKind
from helpdesk.models import ServiceRequest
from helpdesk.states import State
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


def test_a_limit_that_reaches_into_an_unlisted_year_says_so(here: Desk) -> None:
    CalendarYear.objects.filter(first_day__year=2027).delete()
    late = datetime(2026, 12, 29, 10, 0, tzinfo=SHANGHAI)
    with clock.at(late):
        calendar = work_calendar()
        said = [deadlines.doubt(here.log(slug), calendar) for slug in ("plumbing", "mediation", "emergency")]
        assert [bool(one) for one in said] == [True, True, False]
        assert "2027 年的放假安排还没有录进来" in said[0]
        CalendarYear.objects.create(first_day=date(2027, 1, 1))
        assert deadlines.doubt(here.log(), work_calendar()) == ""


def test_pauses_more_time_and_a_second_round_are_explained(here: Desk) -> None:
    row = logged(here, "plumbing")
    pause = (datetime(2026, 11, 19, 10, 0, tzinfo=SHANGHAI), datetime(2026, 11, 20, 18, 0, tzinfo=SHANGHAI))
    row.extended_to, row.round = date(2026, 11, 27), 2
    with clock.at(WEDNESDAY):
        calendar = work_calendar()
        deadlines.recount(row, calendar, [pause])
        lines = [(one.day, one.note, one.look) for one in deadlines.day_by_day(row, calendar, [pause])]
    assert lines == [
        ("11月18日 周三 20:14", "第 2 次办理，从这时重新计时", "is-off"),
        ("11月19日至11月20日", "等待补充，不计", "is-off"),
        ("11月21日至11月22日", "周末，不计", "is-off"),
        ("11月23日 周一", "第 1 个工作日", ""),
        ("11月24日 周二", "第 2 个工作日", ""),
        ("11月25日 周三", "原来 17:30 到期", ""),
        ("11月27日 周五", "社区书记同意延期，17:30 到期", "is-due"),
    ]


def test_a_question_that_is_still_open_stops_the_clock(here: Desk) -> None:
    row = logged(here, "plumbing")
    row.state = State.NEED_INFO
    pause = (datetime(2026, 11, 19, 10, 0, tzinfo=SHANGHAI), datetime(2026, 11, 24, 17, 30, tzinfo=SHANGHAI))
    with clock.at(WEDNESDAY + timedelta(days=2)):
        calendar = work_calendar()
        deadlines.recount(row, calendar, [pause])
        assert deadlines.deadline_of(row, calendar) == deadlines.Deadline("wait", "等补充，暂停计时")
        last = deadlines.day_by_day(row, calendar, [pause])[-1]
    assert (last.day, last.note) == ("11月26日 周四", "最晚17:30 到期，补充得早就提前")


def test_thirty_days_are_told_in_stretches(here: Desk) -> None:
    row = logged(here, "mediation", datetime(2026, 9, 2, 10, 0, tzinfo=SHANGHAI))
    pause = (datetime(2026, 9, 10, 9, 0, tzinfo=SHANGHAI), datetime(2026, 9, 12, 9, 0, tzinfo=SHANGHAI))
    with clock.at(WEDNESDAY):
        calendar = work_calendar()
        deadlines.recount(row, calendar, [pause])
        lines = [(one.day, one.note) for one in deadlines.day_by_day(row, calendar, [pause])]
    assert lines == [
        ("9月2日 周三 10:00", "当日不计，次日起算"),
        ("9月3日至9月9日", "第 1 天到第 7 天"),
        ("9月10日至9月11日", "等待补充，不计"),
        ("9月12日至10月4日", "第 8 天到第 30 天"),
        ("10月5日至10月7日", "休息日，顺延到下一个工作日"),
        ("10月8日 周四", "17:30 到期"),
    ]


def test_pauses_of_a_limit_round_the_clock_are_lines_of_their_own(here: Desk) -> None:
    row = logged(here, "fire_lane")
    pause = (WEDNESDAY + timedelta(hours=1), WEDNESDAY + timedelta(hours=3))
    with clock.at(WEDNESDAY):
        calendar = work_calendar()
        deadlines.recount(row, calendar, [pause])
        lines = [one.note for one in deadlines.day_by_day(row, calendar, [pause])]
    assert lines == ["提交，开始计时", "等待补充，不计", "到期"]
    assert row.due_at == WEDNESDAY + timedelta(hours=26)
