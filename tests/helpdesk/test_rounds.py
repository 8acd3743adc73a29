"""Who handles it changes hands; what was ended is taken up again, and what was late stays so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.models import Notice
from community.roles import Role
from core import clock
from core.refusal import Refused
from helpdesk.models import Rating, ServiceRequest, Update
from helpdesk.parties import parties_of, steps_for
from helpdesk.querysets import leaders_of
from helpdesk.states import State
from tests.factories import Desk, appoint, desk

pytestmark = pytest.mark.django_db
TO_END = ("accept", "dispatch", "sign", "reply", "resolve")
AGAIN = ("dispatch", "sign", "reply")


@pytest.fixture
def here() -> Desk:
    return desk()


def told(user: object) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("pk").values_list("text", flat=True))


def offered(row: ServiceRequest, user: object) -> set[str]:
    row = ServiceRequest.objects.get(pk=row.pk)
    return {one.action for one in steps_for(row, user, parties_of(row, user))}  # type: ignore[arg-type]


@pytest.mark.parametrize("rated", [False, True])
def test_another_round_begins_with_nothing_of_the_old_one(here: Desk, rated: bool) -> None:
    row = here.walk(here.log(), *TO_END, *(["rate"] if rated else []))
    first = row.due_at
    with clock.at(clock.now() + timedelta(days=10)):
        row = here.take(row, "reopen")
        assert row.clock_from == clock.now()
    assert (row.state, row.round, row.reopenings, row.late_rounds) == (State.ACCEPTED, 2, 1, 0)
    assert (row.handler, row.resolved_by, row.closed_at, row.result) == (None, None, None, "")
    assert (row.first_contact_at, row.signed_at, row.replied_at, row.extended_to) == (None, None, None, None)
    assert row.due_at > first
    assert row.last_resolved_by == here.leader
    assert any("要重办" in text for text in told(here.leader))


def test_what_was_late_stays_late(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign")
    with clock.at(row.due_at + timedelta(days=1)):
        row = here.walk(row, "reply", "resolve", "reopen")
    assert row.late_rounds == 1


def test_the_next_round_is_checked_by_somebody_else(here: Desk) -> None:
    row = here.walk(here.log(), *TO_END, "reopen", *AGAIN)
    assert not {"resolve", "send_back"} & offered(row, here.leader)
    with pytest.raises(Refused, match="上一次是您审核"):
        here.take(row, "resolve")
    assert here.secretary.pk in {one.pk for one in leaders_of(row)}
    assert any("等您审核" in text for text in told(here.secretary))
    waiting = ServiceRequest.objects.waiting_for
    assert list(waiting(here.leader)) == []
    assert list(waiting(here.secretary)) == [row]
    row = here.take(row, "resolve", by=here.secretary)
    row = here.walk(here.take(row, "reopen"), *AGAIN)
    assert here.take(row, "resolve").resolved_by == here.leader


def test_the_reporter_has_a_fortnight_and_two_tries(here: Desk) -> None:
    row = here.walk(here.log(), *TO_END)
    with clock.at(clock.now() + timedelta(days=16)):
        assert "reopen" not in offered(row, here.reporter)
        with pytest.raises(Refused, match="超过 15 天"):
            here.take(row, "reopen")
    checks = [here.secretary, here.leader]
    for by in checks:
        row = here.walk(here.take(row, "reopen"), *AGAIN)
        row = here.take(row, "resolve", by=by)
    with pytest.raises(Refused, match="重办过 2 次"):
        here.take(row, "reopen")
    row = here.take(row, "reopen", by=here.leader, text="现场看过，确实没修好。")
    assert (row.round, row.reopenings) == (4, 2)


def test_those_who_lead_reopen_at_any_time_with_a_reason(here: Desk) -> None:
    row = here.walk(here.log(), *TO_END, "rate")
    with clock.at(clock.now() + timedelta(days=200)):
        with pytest.raises(Refused, match="还缺一项"):
            here.take(row, "reopen", by=here.leader, text="")
        row = here.take(row, "reopen", by=here.leader)
    assert row.reopenings == 0
    assert any("重新办理" in text for text in told(here.reporter))


def test_each_round_is_rated_once(here: Desk) -> None:
    row = here.walk(here.log(), *TO_END, "rate", "reopen", *AGAIN)
    row = here.take(row, "resolve", by=here.secretary)
    here.take(row, "rate", solved="no", score=1)
    assert list(Rating.objects.filter(request=row).order_by("round").values_list("round", "score")) == [(1, 5), (2, 1)]


@pytest.mark.parametrize("path", [["accept", "dispatch"], ["accept", "dispatch", "sign"]])
def test_it_changes_hands_for_a_reason(here: Desk, path: list[str]) -> None:
    row = here.walk(here.log(), *path)
    Notice.objects.all().delete()
    with pytest.raises(Refused, match="还缺一项"):
        here.take(row, "reassign", note="")
    with pytest.raises(Refused, match="换一位"):
        here.take(row, "reassign", handler=here.handler)
    row = here.take(row, "reassign")
    assert (row.state, row.handler, row.signed_by, row.appointment) == (State.DISPATCHED, here.other, None, "")
    assert any("换了别人" in text for text in told(here.handler))
    assert any("请签收" in text for text in told(here.other))
    assert len(told(here.reporter)) == 1
    assert Update.objects.filter(request=row).last().internal_note == "请假了。"
    assert here.take(row, "sign", by=here.other).state == State.IN_PROGRESS


def test_the_first_contact_stays_when_hands_change(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "sign")
    first = row.first_contact_at
    row = here.take(here.take(row, "reassign"), "sign", by=here.other, first_contact_at=clock.now())
    assert row.first_contact_at == first


def test_what_was_returned_twice_is_the_secretarys_to_hand_out(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "hand_back")
    assert "dispatch" in offered(row, here.leader)
    row = here.take(row, "dispatch", handler=here.other)
    row = here.take(row, "hand_back", by=here.other)
    assert row.hop_count == 2
    assert "dispatch" not in offered(row, here.leader)
    with pytest.raises(Refused, match="退过两次"):
        here.take(row, "dispatch")
    assert [one.pk for one in leaders_of(row)] == [here.secretary.pk]
    assert any("退回了" in text for text in told(here.secretary))
    waiting = ServiceRequest.objects.waiting_for
    assert (list(waiting(here.leader)), list(waiting(here.secretary))) == ([], [row])
    third = appoint(Role.RED_STEWARD, here.grid.community)
    assert here.take(row, "dispatch", by=here.secretary, handler=third).state == State.DISPATCHED


def test_a_new_round_forgets_who_returned_it(here: Desk) -> None:
    row = here.walk(here.log(), "accept", "dispatch", "hand_back")
    row = here.take(row, "dispatch", handler=here.other)
    row = here.take(here.take(row, "sign", by=here.other), "reply", by=here.other)
    row = here.walk(row, "resolve", "reopen")
    assert row.hop_count == 0
    row = here.walk(row, "dispatch")
    assert "hand_back" in offered(row, here.handler)


def test_a_mediation_is_taken_up_again_and_concluded_by_another(here: Desk) -> None:
    row = here.walk(here.log("mediation"), "accept", "dispatch", "sign", "reply", "conclude", "reopen", *AGAIN)
    with pytest.raises(Refused, match="上一次"):
        here.take(row, "conclude")
    assert here.take(row, "conclude", by=here.secretary).state == State.CLOSED
