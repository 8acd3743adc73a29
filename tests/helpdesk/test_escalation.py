"""What is late becomes known further up, step by step, and is shown."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.calendar import work_calendar
from community.models import AuditEvent, Notice
from core import clock, daily
from helpdesk import deadlines, escalation
from helpdesk.models import ServiceRequest, Update
from helpdesk.states import State
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = "“厨房水管漏水”过了期限，请尽快办；一时办不了，请写一句原因。"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def here() -> Desk:
    return desk()


def late(here: Desk, slug: str = "plumbing", *steps: str) -> ServiceRequest:
    """Three working days from Monday 2 November: due on Thursday the 5th at 17:30."""
    with clock.at(at(2, 10)):
        return here.walk(here.log(slug), *(steps or ("accept", "dispatch", "sign")))


def raised(when: datetime) -> list[tuple[str, str]]:
    before = set(Notice.objects.values_list("pk", flat=True))
    with clock.at(when):
        escalation.escalate()
    rows = Notice.objects.exclude(pk__in=before).filter(kind="request_overdue").order_by("pk")
    return [(one.user.name, one.text) for one in rows]


def level(row: ServiceRequest) -> int:
    row.refresh_from_db()
    return row.escalation


def test_it_is_registered_to_be_done_often():
    assert "late requests" in {one.name for one in daily.frequent()}


def test_first_the_handler_then_the_leader_then_the_secretary(here: Desk) -> None:
    row = late(here)
    assert raised(at(5, 17, 30)) == []
    assert raised(at(5, 17, 31)) == [(here.handler.name, LATE)]
    assert (level(row), raised(at(9, 17, 30))) == (1, [])
    assert raised(at(9, 17, 31)) == [(here.leader.name, "“厨房水管漏水”超期 4 天，还没办好，请看看卡在哪里。")]
    assert (level(row), raised(at(12, 17, 30))) == (2, [])
    assert raised(at(12, 17, 31)) == [(here.secretary.name, "“厨房水管漏水”超期 7 天，还没办好，请您督办。")]
    assert (level(row), raised(at(30, 12))) == (3, [])


def test_who_was_away_for_a_week_tells_everybody_once(here: Desk) -> None:
    row = late(here)
    assert [who for who, _text in raised(at(20, 9))] == [here.handler.name, here.leader.name, here.secretary.name]
    assert level(row) == 3
    assert AuditEvent.objects.filter(verb="request_escalated").get().changes == {"escalation": [0, 3]}


def test_what_nobody_took_up_is_the_leaders(here: Desk) -> None:
    with clock.at(at(2, 10)):
        here.log()
    assert [who for who, _text in raised(at(6, 9))] == [here.leader.name]


def test_the_night_waits_for_the_morning_but_not_with_an_emergency(here: Desk) -> None:
    with clock.at(at(2, 19)):
        slow, urgent = here.log("fire_lane"), here.log("emergency")
    assert [about for _who, about in raised(at(2, 21, 1))] == [LATE]
    assert (level(slow), level(urgent)) == (0, 1)
    assert raised(at(3, 20, 30)) == []
    assert len(raised(at(4, 8))) == 1


def test_what_is_set_aside_is_not_late_before_its_day(here: Desk) -> None:
    row = late(here)
    row.state, row.review_on = State.SUSPENDED, date(2026, 11, 18)
    row.save()
    assert raised(at(18, 17, 30)) == []
    assert [who for who, _text in raised(at(18, 17, 31))] == [here.handler.name]
    assert level(row) == 1


def test_nobody_is_late_while_the_reporter_is_asked(here: Desk) -> None:
    row = late(here)
    row.state, row.resume_state, row.answer_due_at = State.NEED_INFO, State.IN_PROGRESS, at(20, 17, 30)
    row.save()
    assert (raised(at(20, 9)), level(row)) == ([], 0)


def test_those_who_work_on_it_see_it_in_its_course_and_everybody_in_the_badge(here: Desk, client) -> None:
    row = late(here)
    raised(at(20, 9))
    row.refresh_from_db()
    with clock.at(at(20, 9)):
        assert deadlines.deadline_of(row, work_calendar()).text == "超期 15 天，已报社区书记"
        client.force_login(here.handler)
        assert "过了期限还没办好，已报社区书记" in client.get(row.get_absolute_url()).text
        client.force_login(here.reporter)
        page = client.get(row.get_absolute_url()).text
        assert "过了期限还没办好，已报社区书记" not in page, "the note is for those who work on it"
        assert "超期 15 天，已报社区书记" in page
        client.force_login(here.leader)
        assert "超期 15 天，已报社区书记" in client.get("/requests/").text
    assert Update.objects.filter(kind="note").count() == 1


def test_of_a_tip_off_the_number_alone_and_the_secretary_alone(here: Desk) -> None:
    with clock.at(at(2, 10)):
        row = here.log("tip_off")
    found = raised(datetime(2026, 12, 15, 9, 0, tzinfo=SHANGHAI))
    assert {who for who, _text in found} == {here.secretary.name}
    assert all(row.number in text and row.title not in text for _who, text in found)


def test_what_was_done_is_not_late(here: Desk) -> None:
    row = late(here, "plumbing", "accept", "dispatch", "sign", "reply", "resolve")
    assert (raised(at(20, 9)), level(row)) == ([], 0)


def test_a_look_costs_the_same_however_many_are_late(here: Desk, django_assert_max_num_queries) -> None:
    for _ in range(4):
        late(here)
    raised(at(6, 9))
    with django_assert_max_num_queries(4), clock.at(at(6, 10)):
        assert escalation.escalate() == 0


SEPTEMBER = datetime(2026, 9, 1, tzinfo=SHANGHAI)
moments = st.integers(0, 120 * 24 * 60).map(lambda minutes: SEPTEMBER + timedelta(minutes=minutes))


@given(moments, moments, moments, st.sampled_from([State.IN_PROGRESS, State.SUSPENDED, State.REFERRED, State.REVIEW]))
def test_the_level_only_grows_with_time(due: datetime, one: datetime, other: datetime, state: str) -> None:
    calendar = work_calendar()
    row = ServiceRequest(due_at=due, state=state, review_on=due.date())
    levels = []
    for moment in sorted((one, other)):
        with clock.at(moment):
            levels.append(escalation.level_of(row, calendar))
    assert levels[0] <= levels[1]
    assert (levels[1] > 0) == (max(one, other) > escalation.late_since(row, calendar))
