"""What the secretary allows: setting aside, putting off, sending elsewhere; and what those hear who asked for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.models import Notice
from core import clock
from core.refusal import Refused
from helpdesk import actions
from helpdesk.models import Approval, ServiceRequest, Update
from helpdesk.parties import parties_of, steps_for
from helpdesk.states import State
from tests.factories import Desk, desk, neighbour_of, small_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def running(here: Desk) -> ServiceRequest:
    return here.walk(here.log(), "accept", "dispatch", "sign")


def told(user: object) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def offered(row: ServiceRequest, user: object) -> set[str]:
    row = ServiceRequest.objects.get(pk=row.pk)
    return {one.action for one in steps_for(row, user, parties_of(row, user))}  # type: ignore[arg-type]


def in_days(number: int) -> object:
    return clock.today() + timedelta(number)


def test_the_handler_asks_and_the_secretary_suspends(here: Desk, running: ServiceRequest) -> None:
    row = here.take(running, "ask_suspend")
    assert (row.state, row.asked_for) == (State.IN_PROGRESS, "suspend")
    step = Update.objects.filter(request=row).last()
    assert (step.public_text, step.internal_note) == ("", "等配件。")
    assert "ask_suspend" not in offered(row, here.handler)
    with pytest.raises(Refused, match="别的同志"):
        here.take(row, "suspend", by=here.leader)
    row = here.take(row, "suspend", review_on=in_days(30))
    assert (row.state, row.review_on, row.asked_for) == (State.SUSPENDED, in_days(30), "")
    asked = Approval.objects.get()
    assert (asked.granted, asked.decided_by) == (True, here.secretary)
    assert any("挂一挂" in text for text in told(here.reporter))
    assert any("挂账到" in text for text in told(here.handler))


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_it_is_looked_at_again_within_thirty_days(here: Desk, running: ServiceRequest, days: int) -> None:
    for action, field in (("suspend", "review_on"), ("ask_suspend", "until")):
        with pytest.raises(Refused, match="30 天"):
            here.take(running, action, **{field: in_days(days)})


def test_it_is_prolonged_and_goes_on(here: Desk, running: ServiceRequest) -> None:
    row = here.take(running, "suspend")
    with pytest.raises(Refused, match="别的同志"):
        here.take(row, "prolong", by=here.handler)
    row = here.take(row, "prolong", review_on=in_days(20))
    assert row.review_on == in_days(20)
    row = here.take(row, "resume", by=here.handler)
    assert (row.state, row.review_on) == (State.IN_PROGRESS, None)


def test_a_refusal_tells_who_asked_alone(here: Desk, running: ServiceRequest) -> None:
    row = here.take(running, "ask_suspend", by=here.leader)
    Notice.objects.all().delete()
    row = here.take(row, "refuse")
    assert (row.asked_for, Approval.objects.get().granted) == ("", False)
    assert [text for text in told(here.leader) if "没有同意" in text]
    assert told(here.reporter) == told(here.handler) == []
    with pytest.raises(Refused, match="没有要答复"):
        here.take(row, "refuse")


def test_the_leader_who_asked_hears_that_it_is_granted(here: Desk, running: ServiceRequest) -> None:
    row = here.take(running, "ask_extend", by=here.leader)
    here.take(row, "extend")
    assert [text for text in told(here.leader) if "同意了您的申请" in text]


def test_the_secretary_asks_nobody(here: Desk, running: ServiceRequest) -> None:
    assert not {"ask_suspend", "ask_extend"} & offered(running, here.secretary)
    with pytest.raises(Refused, match="直接定"):
        here.take(running, "ask_suspend", by=here.secretary)


def test_what_is_done_meanwhile_needs_no_leave(here: Desk, running: ServiceRequest) -> None:
    row = here.take(running, "ask_suspend")
    row = here.take(row, "reply")
    asked = Approval.objects.get()
    assert (row.asked_for, asked.granted, asked.decided_by) == ("", False, None)
    row = here.take(row, "send_back")
    assert here.take(row, "ask_suspend").asked_for == "suspend"


def test_an_extension_is_given_once_and_before_the_end(here: Desk, running: ServiceRequest) -> None:
    due = running.due_at
    row = here.take(running, "extend")
    assert row.extended_to == clock.local(due).date() + timedelta(3)
    assert clock.local(row.due_at).date() == row.extended_to
    assert any("延到了" in text for text in told(here.reporter))
    for action in ("extend", "ask_extend"):
        with pytest.raises(Refused, match="延过一次"):
            here.take(row, action)


def test_nothing_is_extended_when_it_is_over(here: Desk, running: ServiceRequest) -> None:
    with clock.at(running.due_at + timedelta(minutes=1)):
        assert not {"extend", "ask_extend"} & (offered(running, here.secretary) | offered(running, here.handler))
        with pytest.raises(Refused, match="期限已经过了"):
            here.take(running, "extend")


@pytest.mark.parametrize("days", [0, 31])
def test_an_extension_has_its_measure(here: Desk, running: ServiceRequest, days: int) -> None:
    until = clock.local(running.due_at).date() + timedelta(days)
    for action in ("extend", "ask_extend"):
        with pytest.raises(Refused, match="最多 30 天"):
            here.take(running, action, until=until)


def test_leave_that_was_asked_for_something_else_stays(here: Desk, running: ServiceRequest) -> None:
    row = here.take(running, "ask_suspend")
    row = here.take(row, "extend")
    assert (row.state, row.asked_for) == (State.IN_PROGRESS, "suspend")


def test_a_body_outside_is_asked_until_it_answers(here: Desk, running: ServiceRequest) -> None:
    row = here.take(running, "refer", referred_number="SW-42")
    assert (row.state, row.referred_to, row.referred_number) == (State.REFERRED, "自来水公司", "SW-42")
    assert row.is_open
    assert any("自来水公司" in text for text in told(here.reporter))
    row = here.take(row, "checked", by=here.handler, next_check_on=in_days(21))
    assert (row.state, row.next_check_on) == (State.REFERRED, in_days(21))
    row = here.take(row, "report_back", photos=[small_photo()])
    assert (row.state, row.result, row.next_check_on) == (State.REVIEW, "solved", None)
    assert here.take(row, "resolve").state == State.RESOLVED


def test_who_heard_the_answer_does_not_check_it(here: Desk, running: ServiceRequest) -> None:
    row = here.take(here.take(running, "refer"), "report_back", by=here.secretary)
    assert not {"resolve", "send_back"} & offered(row, here.secretary)
    with pytest.raises(Refused, match="请别人审核"):
        here.take(row, "resolve", by=here.secretary)
    assert here.take(row, "resolve", by=here.leader).state == State.RESOLVED


def test_it_is_taken_back(here: Desk, running: ServiceRequest) -> None:
    row = here.take(here.take(running, "refer"), "take_back")
    assert (row.state, row.next_check_on, row.referred_to) == (State.IN_PROGRESS, None, "自来水公司")


@pytest.mark.parametrize("action", ["refer", "checked"])
def test_the_next_check_lies_ahead(here: Desk, running: ServiceRequest, action: str) -> None:
    row = running if action == "refer" else here.take(running, "refer")
    with pytest.raises(Refused, match="今天以后"):
        here.take(row, action, next_check_on=in_days(0))


def test_two_households_are_told_by_the_number(here: Desk) -> None:
    other = neighbour_of(here.household)
    row = here.log("mediation", other=other, title="琴声太晚")
    row = here.take(row, "accept")
    for side in row.sides:
        actions.agree(row, side, by=here.leader)
    row = here.walk(row, "dispatch", "sign", "suspend", "resume", "refer", "take_back", "extend")
    for text in told(here.reporter):
        assert "琴声" not in text or "登记" in text
    assert any(row.number in text and "放一放" in text for text in told(here.reporter))


def test_who_is_too_late_reads_nothing_of_what_is_between_those_who_work_on_it(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch")
    here.take(row, "ask_extend")
    row.refresh_from_db()
    assert "申请" not in actions.too_late(row, here.reporter)
    assert "申请延期" in actions.too_late(row, here.leader)
