"""The calendar changes, and every promise that it decides is counted anew, once, and told."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import actions_calendar
from community.calendar import work_calendar
from community.models import AuditEvent, Notice
from core import clock, jobs
from core.models import Job
from core.refusal import Refused
from helpdesk import deadlines, escalation, recounting
from helpdesk.models import Pause, ServiceRequest, Update
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def here() -> Desk:
    return desk()


def logged(here: Desk, slug: str = "plumbing", *steps: str) -> ServiceRequest:
    with clock.at(at(16, 10)):
        return here.walk(here.log(slug), *steps)


def close(here: Desk, *days: int, what: str = "off") -> Job:
    """The office changes days of November; the worker does its part."""
    with clock.at(at(17, 9)):
        for day in days:
            one = date(2026, 11, day)
            actions_calendar.set_days(first=one, last=one, what=what, reason="台风", by=here.secretary)
        job = Job.objects.filter(kind="calendar").latest("created_at")
        first, last = (date(2026, 11, day).isoformat() for day in (min(days), max(days)))
        return jobs.start(
            "calendar", job.label, owner=here.secretary, task=recounting.recount_open, args=[first, last], at_once=True
        )


def test_a_day_off_moves_the_end_and_says_so(here: Desk, client) -> None:
    row = logged(here, "plumbing", "accept", "dispatch", "sign")
    job = close(here, 18)
    row.refresh_from_db()
    assert row.due_at == at(20, 17, 30)
    assert (job.state, job.message) == ("done", "看过 1 件还在办的诉求，1 件的期限变了。")
    with clock.at(at(17, 10)):
        client.force_login(here.reporter)
        assert "日历改了，期限从11月19日改到11月20日" in client.get(row.get_absolute_url()).text
    told = Notice.objects.filter(kind="request_recounted")
    assert {one.user for one in told} == {here.reporter, here.handler}
    assert {one.text for one in told} == {"日历改了，“厨房水管漏水”的期限改到3 天后（11月20日）。"}
    assert AuditEvent.objects.filter(verb="request_recounted").count() == 1


def test_what_is_done_twice_is_told_once(here: Desk) -> None:
    logged(here)
    first = close(here, 18)
    again = jobs.start(
        "calendar", "x", owner=here.secretary, task=recounting.recount_open, args=["2026-11-18"] * 2, at_once=True
    )
    assert (first.message[-9:], again.message) == ("1 件的期限变了。"[-9:], "看过 1 件还在办的诉求，0 件的期限变了。")
    assert Update.objects.filter(kind="remark").count() == 1


def test_a_day_before_it_began_or_after_its_end_touches_nothing(here: Desk) -> None:
    row = logged(here)
    before = row.due_at
    close(here, 13)
    close(here, 20)
    row.refresh_from_db()
    assert row.due_at == before
    assert not Update.objects.filter(kind="remark").exists()


def test_what_has_ended_keeps_its_dates(here: Desk) -> None:
    row = logged(here, "plumbing", "withdraw")
    before = row.due_at
    close(here, 18)
    row.refresh_from_db()
    assert row.due_at == before


def test_who_was_in_touch_was_in_time_or_late_for_good(here: Desk) -> None:
    touched, waiting = logged(here, "appliances", "accept", "dispatch", "sign"), logged(here, "appliances")
    with clock.at(at(16, 11)):
        close(here, 17)
    before = touched.sign_due_at
    touched.refresh_from_db()
    waiting.refresh_from_db()
    assert touched.sign_due_at == before == at(17, 17, 30)
    assert waiting.sign_due_at == at(18, 17, 30)


def test_what_is_no_longer_late_is_no_longer_reported(here: Desk) -> None:
    row = logged(here, "plumbing", "accept", "dispatch", "sign")
    with clock.at(at(24, 9)):
        escalation.escalate()
        row.refresh_from_db()
        assert row.escalation == 2
        close(here, 18, 19, 20, 23, 24, 25)
        row.refresh_from_db()
    with clock.at(at(24, 9)):
        assert row.escalation == escalation.level_of(row, work_calendar()) == 0


def test_of_what_is_confidential_the_number_alone_is_told(here: Desk) -> None:
    row = logged(here, "tip_off")
    close(here, 18)
    for notice in Notice.objects.filter(kind="request_recounted"):
        assert row.number in notice.text
        assert row.title not in notice.text


def test_the_worker_is_asked_by_the_change_itself(here: Desk) -> None:
    actions_calendar.set_days(
        first=date(2026, 12, 1), last=date(2026, 12, 1), what="off", reason="x", by=here.secretary
    )
    job = Job.objects.get(kind="calendar")
    assert (job.owner, job.state) == (here.secretary, "waiting")
    assert job.task_id


@given(
    st.lists(st.integers(9, 30), min_size=1, max_size=6),
    st.sampled_from(["plumbing", "emergency", "mediation", "enquiry", "fire_lane"]),
    st.booleans(),
)
def test_afterwards_every_open_promise_is_what_the_calendar_says(days: list[int], slug: str, works: bool) -> None:
    here = desk()
    row = logged(here, slug)
    try:
        close(here, *days, what="worked" if works else "off")
    except Refused:
        return
    row.refresh_from_db()
    counted = ServiceRequest.objects.get(pk=row.pk)
    deadlines.recount(counted, work_calendar(), Pause.objects.spans_of(counted))
    assert (row.sign_due_at, row.due_at) == (counted.sign_due_at, counted.due_at)
