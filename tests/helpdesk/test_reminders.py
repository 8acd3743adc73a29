"""Deadlines are reminded of: once each, those whose turn it is, and never in the night."""

from __future__ import annotations

import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from community.calendar import work_calendar
from community.models import Notice
from core import clock, daily
from core.quiet import is_quiet
from helpdesk import deadlines, reminders
from helpdesk.categories import LimitKind
from helpdesk.models import Reminder, ServiceRequest
from helpdesk.states import State
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


MONDAY = at(16, 10)


@pytest.fixture
def here() -> Desk:
    return desk()


def logged(here: Desk, slug: str = "plumbing", when: datetime = MONDAY, *steps: str) -> ServiceRequest:
    with clock.at(when):
        return here.walk(here.log(slug), *steps)


def reminded(when: datetime) -> list[tuple[str, str]]:
    """What a look at this moment tells, as (whom, what)."""
    before = set(Notice.objects.values_list("pk", flat=True))
    with clock.at(when):
        reminders.remind()
    rows = Notice.objects.exclude(pk__in=before).filter(kind="request_reminder").order_by("pk")
    return [(one.user.name, one.text) for one in rows]


def test_it_is_registered_to_be_done_often():
    found = {one.name: one.every for one in daily.frequent()}
    assert found["reminders of requests"] <= timedelta(minutes=10)


def test_the_leader_hears_of_a_contact_that_is_due_and_then_that_it_is_late(here: Desk) -> None:
    logged(here)  # contact within 4 working hours: 14:00
    assert reminded(at(16, 12, 55)) == []
    assert reminded(at(16, 13, 5)) == [(here.leader.name, "“厨房水管漏水”：请在今天 14:00前和提出的人联系。")]
    assert reminded(at(16, 13, 10)) == []
    assert reminded(at(16, 14, 5)) == [
        (here.leader.name, "“厨房水管漏水”：今天 14:00就该联系了，还没有记录，请尽快联系。")
    ]
    assert reminded(at(16, 14, 10)) == []


def test_the_handler_hears_of_it_once_it_is_theirs(here: Desk) -> None:
    logged(here, "plumbing", MONDAY, "accept", "dispatch")
    assert [who for who, _text in reminded(at(16, 13, 30))] == [here.handler.name]
    assert {who for who, _text in reminded(at(16, 15))} == {here.handler.name, here.leader.name}


def test_who_was_in_touch_is_not_reminded_of_it(here: Desk) -> None:
    logged(here, "plumbing", MONDAY, "accept", "dispatch", "sign")
    assert reminded(at(16, 15)) == []


def test_the_end_is_near_from_the_morning_of_the_working_day_before(here: Desk) -> None:
    logged(here, "plumbing", MONDAY, "accept", "dispatch", "sign")  # three working days: Thursday 17:30
    assert reminded(at(18, 8, 30)) == []
    assert reminded(at(18, 9)) == [(here.handler.name, "“厨房水管漏水”：请在明天 17:30前办好。")]
    assert reminded(at(19, 9)) == []


def test_what_waits_to_be_checked_reminds_who_checks(here: Desk) -> None:
    logged(here, "plumbing", MONDAY, "accept", "dispatch", "sign", "reply")
    assert [who for who, _text in reminded(at(18, 9))] == [here.leader.name]


def test_a_holiday_is_no_day_before(here: Desk) -> None:
    """Due on Saturday 10 October, which is worked; the 9th is the working day before."""
    row = logged(here, "plumbing", at(30, 10, month=9), "accept", "dispatch", "sign")
    assert row.due_at == at(10, 17, 30, month=10)
    assert reminded(at(8, 12, month=10)) == []
    assert len(reminded(at(9, 9, month=10))) == 1


def test_the_night_puts_off_and_drops_nothing(here: Desk) -> None:
    logged(here, "fire_lane", at(16, 19))  # contact within two hours round the clock: 21:00
    assert reminded(at(16, 20, 30)) == []
    assert reminded(at(17, 7, 59)) == []
    assert reminded(at(17, 8)) == [(here.leader.name, "“厨房水管漏水”：昨天 21:00就该联系了，还没有记录，请尽快联系。")]


def test_an_emergency_is_told_at_any_hour(here: Desk) -> None:
    logged(here, "emergency", at(16, 23))
    assert reminded(at(16, 23, 15)) == []
    assert len(reminded(at(16, 23, 22))) == 1
    assert len(reminded(at(16, 23, 31))) == 1


def test_a_new_date_is_reminded_of_anew(here: Desk) -> None:
    row = logged(here, "plumbing", MONDAY, "accept", "dispatch", "sign")
    assert len(reminded(at(18, 9))) == 1
    row.due_at += timedelta(days=4)
    row.save(update_fields=["due_at"])
    assert reminded(at(19, 9)) == []
    assert len(reminded(at(20, 9))) == 1


def test_what_is_set_aside_is_looked_at_on_its_day(here: Desk) -> None:
    row = logged(here, "plumbing", MONDAY, "accept", "dispatch", "sign")
    row.state, row.review_on = State.SUSPENDED, date(2026, 11, 25)
    row.save()
    assert reminded(at(24, 9)) == []
    found = reminded(at(25, 8))
    assert {who for who, _text in found} == {here.handler.name, here.secretary.name}
    assert "再看的日子" in found[0][1]
    assert reminded(at(26, 9)) == []


def test_what_went_elsewhere_is_asked_after_on_its_day(here: Desk) -> None:
    row = logged(here, "other", MONDAY, "accept", "dispatch", "sign")
    row.state, row.referred_to, row.next_check_on = State.REFERRED, "供水公司", date(2026, 11, 18)
    row.save()
    assert {who for who, _text in reminded(at(18, 9))} == {here.handler.name, here.secretary.name}


def test_nobody_is_reminded_while_the_reporter_is_asked(here: Desk) -> None:
    row = logged(here, "plumbing", MONDAY, "accept")
    row.state, row.resume_state, row.answer_due_at = State.NEED_INFO, State.ACCEPTED, at(20, 17, 30)
    row.save()
    assert reminded(at(19, 9)) == []


def test_of_a_tip_off_only_the_number_is_said_and_only_to_the_secretary(here: Desk) -> None:
    row = logged(here, "tip_off")
    found = reminded(at(17, 18))
    assert {who for who, _text in found} == {here.secretary.name}
    assert all(row.number in text and row.title not in text for _who, text in found)


def test_who_is_alone_with_it_does_not_check_their_own_work(here: Desk) -> None:
    row = logged(here, "plumbing", MONDAY, "accept")
    with clock.at(MONDAY):
        row = here.take(row, "dispatch", handler=here.leader)
        row = here.take(row, "sign", by=here.leader)
        row = here.take(row, "reply", by=here.leader)
    assert [who for who, _text in reminded(at(18, 9))] == [here.secretary.name]


def test_what_has_ended_leaves_no_reminders(here: Desk) -> None:
    done, open_still = logged(here), logged(here)
    reminded(at(16, 14, 5))
    with clock.at(at(16, 15)):
        here.take(done, "withdraw")
    assert reminders.forget_ended() == 1
    assert Reminder.objects.get().request == open_still


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_once(here: Desk) -> None:
    logged(here)
    start = threading.Barrier(3)

    def work() -> None:
        start.wait(60)
        with clock.at(at(16, 14, 5)):
            reminders.remind()
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(120)
    assert Notice.objects.filter(kind="request_reminder").count() == 1
    assert Reminder.objects.count() == 1


def test_a_look_costs_the_same_however_many_wait(here: Desk, django_assert_max_num_queries) -> None:
    for _ in range(5):
        logged(here)
    assert len(reminded(at(16, 13, 5))) == 5
    with django_assert_max_num_queries(4), clock.at(at(16, 13, 6)):
        assert reminders.remind() == 0


SEPTEMBER = datetime(2026, 9, 1, tzinfo=SHANGHAI)
moments = st.integers(0, 90 * 24 * 60).map(lambda minutes: SEPTEMBER + timedelta(minutes=minutes))


@given(moments, st.sampled_from(LimitKind.values), st.integers(1, 40))
def test_soon_comes_after_the_start_and_before_the_end(start: datetime, kind: str, amount: int) -> None:
    calendar = work_calendar()
    due_at = deadlines.due(kind, amount, start, calendar)
    soon = reminders.soon_from(kind, amount, due_at, calendar)
    assert soon < due_at
    assert amount == 1 or kind == LimitKind.WORKING_HOURS or soon >= start.replace(hour=0, minute=0)


@given(moments, st.lists(st.integers(1, 600), min_size=1, max_size=12))
def test_each_is_told_once_and_by_day(start: datetime, pauses: list[int]) -> None:
    with transaction.atomic():
        before, told, now = Reminder.objects.count(), 0, start
        here = desk()
        row = logged(here, "plumbing", start)
        for minutes in pauses:
            now += timedelta(minutes=minutes)
            with clock.at(now):
                done = reminders.remind()
            assert not (done and is_quiet(now))
            told += done
        rows = list(Reminder.objects.filter(request__community=here.grid.community).values_list("kind", "due_at"))
        assert told == Reminder.objects.count() - before
        assert len(rows) == len(set(rows))
        if now >= row.sign_due_at and not is_quiet(now):
            assert "sign_late" in {kind for kind, _due in rows}
        transaction.set_rollback(True)
