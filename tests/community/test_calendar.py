"""The working-day calendar: days, swaps, whole years; every change is on record and moves what depends on it."""

from __future__ import annotations

import contextlib
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import actions_calendar as actions
from community.calendar import work_calendar
from community.calendar_page import year_page
from community.models import AuditEvent, CalendarDay
from community.models.community import CalendarYear
from community.roles import Role
from core import clock
from core.models import Job
from core.refusal import Refused
from tests.factories import CommunityFactory, appoint

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def office():
    with clock.at(NOW):
        yield appoint(Role.COMMUNITY_STAFF, CommunityFactory())


def set_days(office, first, last=None, what="off", **given):
    given = {"name": "春节", "reason": "国务院通知", **given}
    return actions.set_days(first=first, last=last or first, what=what, by=office, **given)


def test_the_known_years_are_there_and_the_next_is_not():
    calendar = work_calendar()
    assert not calendar.is_workday(date(2026, 10, 1))
    assert calendar.is_workday(date(2026, 10, 10))
    assert [calendar.is_known(year) for year in (2024, 2025, 2026, 2027)] == [True, True, True, False]
    assert calendar.unknown_years(date(2026, 12, 1), date(2027, 1, 5)) == [2027]
    assert CalendarDay.objects.get(day=date(2026, 10, 1)).name == "国庆节"


def test_holidays_are_listed_and_weekends_need_no_row(office):
    changed = set_days(office, date(2027, 2, 5), date(2027, 2, 11))
    assert changed == [date(2027, 2, day) for day in (5, 8, 9, 10, 11)]
    assert not work_calendar().is_workday(date(2027, 2, 8))
    assert not work_calendar().is_known(2027), "a few days are no year"


def test_a_day_can_be_as_every_week_again(office):
    set_days(office, date(2026, 12, 1))
    assert set_days(office, date(2026, 12, 1), what="usual") == [date(2026, 12, 1)]
    assert not CalendarDay.objects.filter(day=date(2026, 12, 1)).exists()


def test_a_swap_is_two_days(office):
    actions.swap(off=date(2026, 12, 31), worked=date(2026, 12, 26), name="元旦", reason="市里通知", by=office)
    calendar = work_calendar()
    assert not calendar.is_workday(date(2026, 12, 31))
    assert calendar.is_workday(date(2026, 12, 26))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"first": date(2026, 12, 2), "last": date(2026, 12, 1)}, "后一天"),
        ({"first": date(2026, 1, 1), "last": date(2026, 12, 1)}, "一次最多"),
        ({"first": date(2032, 1, 1)}, "只能改"),
        ({"first": date(2026, 12, 5)}, "已经是这样"),
    ],
)
def test_what_makes_no_sense_is_refused(office, given, said):
    with pytest.raises(Refused, match=said):
        set_days(office, **given)
    assert not Job.objects.exists()


def test_a_swap_of_one_day_with_itself(office):
    with pytest.raises(Refused, match="两天"):
        actions.swap(off=date(2026, 12, 1), worked=date(2026, 12, 1), reason="x", by=office)


def test_every_community_finds_the_change_in_its_record(office):
    CommunityFactory()
    set_days(office, date(2026, 12, 1), name="台风", reason="市防汛办停工通知")
    events = AuditEvent.objects.filter(verb="calendar_changed")
    assert events.values("community").distinct().count() == 2
    assert events[0].changes == {"2026-12-01": ["上班", "放假（台风）"]}
    assert events[0].reason == "市防汛办停工通知"
    assert Job.objects.get().kind == "calendar"


def test_bringing_a_year_in_again_takes_back_what_was_changed_by_hand(office):
    with pytest.raises(Refused, match="没有要改的"):
        actions.bring_in(2026, reason="x", by=office)
    set_days(office, date(2026, 10, 1), what="worked")
    set_days(office, date(2026, 12, 1))
    assert list(actions.differences(2026)) == [date(2026, 10, 1), date(2026, 12, 1)]
    assert actions.bring_in(2026, reason="对一遍", by=office) == [date(2026, 10, 1), date(2026, 12, 1)]
    assert not actions.differences(2026)


def test_a_year_that_nobody_has_announced_is_listed_by_hand(office):
    with pytest.raises(Refused, match="还没有 2027 年"):
        actions.bring_in(2027, reason="x", by=office)
    actions.complete(2027, reason="按通知录完", by=office)
    assert work_calendar().is_known(2027)
    with pytest.raises(Refused, match="已经标过"):
        actions.complete(2027, reason="x", by=office)


def test_a_year_that_was_taken_out_is_known_again_once_brought_in(office):
    CalendarYear.objects.filter(first_day=date(2026, 1, 1)).delete()
    assert actions.bring_in(2026, reason="x", by=office) == []
    assert work_calendar().is_known(2026)


@given(st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2028, 12, 31)), st.booleans()), max_size=20))
def test_only_what_is_not_as_every_week_has_a_row(days):
    with clock.at(NOW):
        by = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
        for day, works in days:
            with contextlib.suppress(Refused):  # it is so already
                set_days(by, day, what="worked" if works else "off")
            assert work_calendar().is_workday(day) is works
    rows = CalendarDay.objects.all()
    assert all(row.is_workday != (row.day.weekday() < 5) for row in rows)


def test_the_page_of_a_year():
    with clock.at(NOW):
        page = year_page(2026, actions.years())
    assert [(one.days, one.title) for one in page.stretches][-3:] == [
        ("9月25日 周五", "中秋放假"),
        ("10月1日到10月7日", "国庆节放假"),
        ("10月10日 周六", "国庆节补班"),
    ]
    october = page.sheets[9]
    assert (october.label, len(october.weeks)) == ("十月", 5)
    assert [cell.mark if cell else None for cell in october.weeks[0]] == [None, None, None, "休", "休", "休", "休"]
    assert (page.before, page.after) == (2025, 2027)


def test_the_office_changes_days_on_the_page(client, office):
    client.force_login(office)
    given = {"first": "2026-12-01", "last": "2026-12-02", "what": "off", "name": "台风", "reason": "市里通知"}
    page = client.post("/calendar/2026/days/", given, follow=True)
    assert "台风放假" in page.text
    assert "正在按改过的日历重新算期限" in page.text
    assert "2026-12-01：上班 → 放假（台风）" in page.text
    assert "市里通知" in page.text


def test_what_is_missing_or_wrong_is_said_in_the_form(client, office):
    client.force_login(office)
    page = client.post("/calendar/2026/days/", {"first": "2026-12-01", "last": "2040-12-01", "what": "off"})
    assert "请写一句依据" in page.text
    assert "只能改 2024 年到 2028 年" in page.text
    page = client.post("/calendar/2026/swap/", {"off": "2026-12-01", "worked": "2026-12-01", "reason": "x"})
    assert "放假和补班要是两天" in page.text
    assert client.get("/calendar/1999/").status_code == 404
    assert client.get("/calendar/2026/days/?first=x&last=2026-12-01").context["form"].initial == {"last": "2026-12-01"}


def test_a_year_without_data_says_so_and_offers_what_to_do(client, office):
    client.force_login(office)
    assert "放假安排还没有录齐" in client.get("/calendar/2027/").text
    assert "放假安排还没有录齐" not in client.get("/calendar/2026/").text
    assert "平台里还没有 2027 年" in client.get("/calendar/2027/announced/").text
    client.post("/calendar/2027/complete/", {"reason": "按通知录完"})
    assert "放假安排还没有录齐" not in client.get("/calendar/2027/").text


def test_bringing_in_shows_what_would_change(client, office):
    client.force_login(office)
    set_days(office, date(2026, 10, 1), what="worked")
    page = client.get("/calendar/2026/announced/")
    assert "上班 → 放假（国庆节）" in page.text
    client.post("/calendar/2026/announced/", {"reason": "对一遍"})
    assert not work_calendar().is_workday(date(2026, 10, 1))
    assert "日历和公布的一样" in client.get("/calendar/2026/announced/").text


def test_today_of_the_office_asks_for_the_next_year(client, office):
    client.force_login(office)
    assert "2027 年的放假安排还没有录" in client.get("/today/").text
    with clock.at(datetime(2026, 6, 1, 10, 0, tzinfo=NOW.tzinfo)):
        assert "放假安排还没有录" not in client.get("/today/").text
    steward = appoint(Role.RED_STEWARD, CommunityFactory())
    client.force_login(steward)
    assert "放假安排还没有录" not in client.get("/today/").text


def test_a_year_costs_the_same_however_much_is_listed(client, office, django_assert_max_num_queries):
    client.force_login(office)
    with django_assert_max_num_queries(12):
        client.get("/calendar/2026/")
