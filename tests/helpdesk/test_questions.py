"""A question to the reporter stops the clock; an answer, or none in time, goes on where it was asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community.calendar import work_calendar
from community.models import Notice
from core import clock
from core.refusal import Refused
from helpdesk import actions, deadlines
from helpdesk.models import Approval, Pause, ServiceRequest, Update
from helpdesk.parties import parties_of, steps_for
from helpdesk.states import ASKED_IN, State
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("Asia/Shanghai")
# Monday, in a fortnight without holidays.
MONDAY = datetime(2026, 11, 9, 10, 0, tzinfo=ZONE)
PATHS = {State.SUBMITTED: [], State.ACCEPTED: ["accept"], State.IN_PROGRESS: ["accept", "dispatch", "sign"]}


@pytest.fixture
def here() -> Desk:
    return desk()


def told(user: object) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def offered(row: ServiceRequest, user: object) -> set[str]:
    row = ServiceRequest.objects.get(pk=row.pk)
    return {one.action for one in steps_for(row, user, parties_of(row, user))}  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ASKED_IN)
@pytest.mark.parametrize(
    ("action", "ends"), [("answer", "补充好了"), ("answer_for", "记下"), ("unanswered", "没有等到")]
)
def test_it_goes_on_where_it_was_asked(here: Desk, state: str, action: str, ends: str) -> None:
    row = here.take(here.walk(here.log(), *PATHS[State(state)]), "ask_info")
    assert (row.state, row.resume_state, row.questions) == (State.NEED_INFO, state, 1)
    row = here.take(row, action)
    assert (row.state, row.resume_state, row.answer_due_at) == (state, "", None)
    assert Pause.objects.get(request=row).ended_at is not None
    last = Update.objects.filter(request=row).last()
    assert (last.from_state, last.to_state) == (State.NEED_INFO, state)
    page = here.reporter
    assert ends in " ".join(str(one) for one in words_of(row, page))


def words_of(row: ServiceRequest, user: object) -> list[str]:
    from helpdesk import words

    return [words.headline(one, user) for one in Update.objects.filter(request=row).select_related("by")]  # type: ignore[arg-type]


def test_only_the_way_back_to_where_it_was_is_offered_once(here: Desk) -> None:
    row = here.take(here.walk(here.log(), "accept"), "ask_info")
    steps = steps_for(row, here.reporter, parties_of(row, here.reporter))
    assert [(one.action, one.target) for one in steps] == [("answer", State.ACCEPTED)]


def test_the_clock_stands_still(here: Desk) -> None:
    with clock.at(MONDAY):
        row = here.log()  # three working days: Thursday
        thursday = row.due_at
    with clock.at(MONDAY + timedelta(hours=2)):
        row = here.take(row, "ask_info")
        assert clock.local(row.answer_due_at).date() == MONDAY.date() + timedelta(7)  # the fifth day is a Saturday
        assert row.due_at > thursday, "as though the answer came at the last moment"
    with clock.at(MONDAY + timedelta(days=2)):
        row = here.take(row, "answer")
    assert row.due_at == thursday + timedelta(days=1), "Tuesday did not count; Monday never does"
    counted = deadlines.day_by_day(row, work_calendar(), Pause.objects.spans_of(row))
    assert sum("等待补充" in one.note for one in counted) == 1


def test_who_answers_late_is_counted_until_the_answer_was_due(here: Desk) -> None:
    with clock.at(MONDAY):
        row = here.take(here.log(), "ask_info")
    due = row.answer_due_at
    with clock.at(due - timedelta(minutes=1)):
        assert actions.go_on_unanswered() == 0
    with clock.at(due + timedelta(days=1)):
        assert actions.go_on_unanswered() == 1
        assert actions.go_on_unanswered() == 0
    assert Pause.objects.get(request=row).ended_at == due
    assert any("没有等到" in text for text in told(here.reporter))
    assert any("没有补充" in text for text in told(here.leader))


def test_the_reporter_is_asked_and_the_rest_told(here: Desk) -> None:
    row = here.take(here.walk(here.log(), "accept", "dispatch", "sign"), "ask_info", by=here.handler)
    assert any("要问您" in text for text in told(here.reporter))
    Notice.objects.all().delete()
    here.take(row, "answer")
    assert any("补充好了" in text for text in told(here.handler))
    assert any("补充好了" in text for text in told(here.leader))
    assert told(here.reporter) == []


def test_the_second_question_is_the_secretarys(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "ask_info", "answer")
    with pytest.raises(Refused, match="要社区书记同意"):
        here.take(row, "ask_info", by=here.handler)
    assert "ask_info" not in offered(row, here.handler)
    assert {"ask_again"} <= offered(row, here.handler)
    row = here.take(row, "ask_again", by=here.handler)
    assert (row.state, row.asked_for) == (State.IN_PROGRESS, "ask_info")
    assert any("等您答复" in text for text in told(here.secretary))
    with pytest.raises(Refused, match="已经有一个申请"):
        here.take(row, "ask_again", by=here.leader)
    row = here.take(row, "ask_info", by=here.secretary, text="水表停下来了吗？")
    asked = Approval.objects.get(request=row)
    assert (asked.granted, asked.decided_by, row.asked_for) == (True, here.secretary, "")
    assert row.questions == 2


def test_nobody_asks_again_before_having_asked(here: Desk) -> None:
    with pytest.raises(Refused, match="可以直接问"):
        here.take(here.log(), "ask_again")


def test_what_waits_for_leave_stays_while_the_reporter_is_asked(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign", "ask_suspend")
    row = here.take(row, "ask_info")
    assert row.asked_for == "suspend"
    row = here.take(row, "answer")
    row = here.take(row, "suspend")
    assert (row.state, row.asked_for) == (State.SUSPENDED, "")


def test_a_question_must_say_something(here: Desk) -> None:
    with pytest.raises(Refused, match="还缺一项"):
        here.take(here.log(), "ask_info", text="")


def test_strangers_do_not_answer(here: Desk) -> None:
    row = here.take(here.log(), "ask_info")
    with pytest.raises(Refused, match="别的同志"):
        here.take(row, "answer", by=here.other)


def test_two_households_are_not_asked_in_public(here: Desk) -> None:
    from tests.factories import neighbour_of

    row = here.log("mediation", other=neighbour_of(here.household))
    assert not {"ask_info", "merge"} & offered(row, here.leader)
    with pytest.raises(Refused, match="两家"):
        here.take(row, "ask_info")


def test_a_category_that_changes_keeps_the_time_that_stood_still(here: Desk) -> None:
    with clock.at(MONDAY):
        row = here.take(here.log(), "ask_info")
    with clock.at(MONDAY + timedelta(days=3)):
        row = here.take(row, "answer")
        row = here.take(row, "accept", category=here.category("public_fixtures"))
    late = deadlines.due("working_days", 7, MONDAY, work_calendar())
    assert row.due_at > late


class TestPauses(TestCase):  # type: ignore[misc]
    @hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(waits=st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 9000)), max_size=4))
    def test_the_end_is_put_off_and_never_drawn_near(self, waits: list[tuple[int, int]]) -> None:
        """Whatever is asked and however soon it is answered, in minutes."""
        here = desk()
        moment = MONDAY
        with clock.at(moment):
            row = here.log()
        without = row.due_at
        for asked, answered in waits:
            moment += timedelta(minutes=asked)
            before = row.due_at
            with clock.at(moment):
                row = here.take(row, "ask_info", by=here.secretary)
            assert row.due_at >= before
            latest = row.due_at
            moment += timedelta(minutes=answered)
            last = min(moment, row.answer_due_at)
            with clock.at(moment):
                row = here.take(row, "answer" if last == moment else "unanswered")
            assert before <= row.due_at <= latest
        assert row.due_at >= without
        spans = Pause.objects.spans_of(row)
        assert row.due_at == deadlines.due(row.finish_kind, row.finish_amount, MONDAY, work_calendar(), spans)
