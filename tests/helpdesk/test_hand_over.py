"""Somebody leaves: all that they have in hand goes to another or back to the desk, everybody told, nothing lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from community.models import Notice, User
from community.roles import Role
from core import clock
from helpdesk import in_hands
from helpdesk.models import ServiceRequest, Update
from helpdesk.querysets import possible_handlers
from helpdesk.states import State
from tests.factories import Desk, GridFactory, appoint
from tests.helpdesk.people import As

pytestmark = pytest.mark.django_db


def url(who: User) -> str:
    return reverse("helpdesk:hand_over", args=[who.pk])


def sent(here: Desk, to: User | None = None) -> dict[str, str]:
    people = {one.user_id: str(one.pk) for one in possible_handlers(here.grid.community_id)}
    whom = {"to": people[to.pk]} if to else {"desk": "1"}
    return {"submission": str(uuid4()), "reason": "调走了", **whom}


def in_hand(here: Desk) -> dict[str, ServiceRequest]:
    """One request of the handler in each state in which something is left to do, and one that waits to be checked."""
    return {
        "dispatched": here.walk(here.log(title="没签"), "accept", "dispatch"),
        "in_progress": here.walk(here.log(title="在办"), "accept", "dispatch", "sign"),
        "suspended": here.walk(here.log(title="挂着"), "accept", "dispatch", "sign", "suspend"),
        "referred": here.walk(here.log(title="转走"), "accept", "dispatch", "sign", "refer"),
        "need_info": here.walk(here.log(title="等答"), "accept", "dispatch", "sign", "ask_info"),
        "review": here.walk(here.log(title="待审"), "accept", "dispatch", "sign", "reply"),
    }


def leave(user: User) -> None:
    held = user.appointments.unscoped(reason="test").get()
    held.ends_on = clock.today() - timedelta(days=1)
    held.save()


def test_all_goes_to_another(here: Desk, enter: As) -> None:
    rows = in_hand(here)
    leave(here.handler)
    browser = enter(here.leader)
    listed = browser.get(reverse("helpdesk:handlers")).content.decode()
    assert "已经不在岗" in listed
    assert "手里 5 件" in listed
    page = browser.get(url(here.handler)).content.decode()
    assert "件处理中" in page
    assert "没签" in page
    assert "待审" not in page
    answer = browser.post(url(here.handler), sent(here, here.other), follow=True).content.decode()
    assert "交好了 4 件" in answer
    assert "正在等本人补充" in answer
    for state in ("dispatched", "in_progress", "suspended", "referred"):
        row = rows[state]
        row.refresh_from_db()
        assert row.handler == here.other
        assert row.state == (State.DISPATCHED if state in ("dispatched", "in_progress") else state)
        last = Update.objects.filter(request=row).last()
        assert last is not None
        assert last.internal_note == "调走了"
    rows["review"].refresh_from_db()
    assert rows["review"].handler == here.handler
    assert Notice.objects.filter(user=here.other, kind__in=["request_reassign", "request_hand_on"]).count() == 4
    assert Notice.objects.filter(user=here.reporter, kind__in=["request_reassign", "request_hand_on"]).count() == 4
    assert Notice.objects.filter(user=here.handler, text__contains="您不用再办了").count() == 4


def test_all_goes_back_to_the_desk(here: Desk, enter: As) -> None:
    rows = in_hand(here)
    enter(here.secretary).post(url(here.handler), sent(here))
    for state in ("dispatched", "in_progress", "suspended", "referred"):
        row = rows[state]
        row.refresh_from_db()
        assert (row.state, row.handler, row.hop_count) == (State.ACCEPTED, None, 0)
    row = here.walk(rows["suspended"], "dispatch", "sign", "reply", "resolve")
    assert row.state == State.RESOLVED


def test_what_is_the_next_ones_own_matter_stays_and_is_named(here: Desk, enter: As) -> None:
    appoint(Role.RESIDENT, here.household, user=here.other)
    here.other.__dict__.pop("scope", None)
    own = here.walk(here.log(by=here.other, reporter=here.other), "accept", "dispatch")
    free = here.walk(here.log(), "accept", "dispatch")
    answer = enter(here.leader).post(url(here.handler), sent(here, here.other), follow=True).content.decode()
    assert "交好了 1 件" in answer
    assert f"{own.number} 没有交成" in answer
    own.refresh_from_db()
    free.refresh_from_db()
    assert (own.handler, free.handler) == (here.handler, here.other)


def test_who_only_helps_is_taken_off(here: Desk, enter: As) -> None:
    row = here.take(here.walk(here.log(), "accept"), "dispatch", co_handlers=[here.other])
    page = enter(here.leader).get(url(here.other)).content.decode()
    assert "会从帮手里去掉" in page
    enter(here.leader).post(url(here.other), sent(here))
    row.refresh_from_db()
    assert (list(row.co_handlers.all()), row.handler) == ([], here.handler)


def test_helpers_stay_with_the_request(here: Desk, enter: As) -> None:
    third = appoint(Role.RED_STEWARD, here.grid.community)
    row = here.take(here.walk(here.log(), "accept"), "dispatch", co_handlers=[here.other, third])
    enter(here.leader).post(url(here.handler), sent(here, here.other))
    row.refresh_from_db()
    assert (list(row.co_handlers.all()), row.handler) == ([third], here.other)


def test_a_leader_hands_over_what_they_lead(here: Desk, enter: As) -> None:
    next_door = appoint(Role.GRID_LEADER, GridFactory(community=here.grid.community))
    here.walk(here.log(), "accept", "dispatch")
    assert enter(next_door).get(url(here.handler)).status_code == 404
    assert in_hands.handlers(next_door) == []
    assert enter(here.handler).get(reverse("helpdesk:handlers")).status_code == 403
    page = enter(here.leader).post(url(here.handler), {"submission": str(uuid4()), "reason": "病了"}).content.decode()
    assert "请选一位，或者按“都收回来”。" in page


def test_these_pages_ask_as_often_for_one_as_for_many(
    here: Desk, enter: As, django_assert_max_num_queries: Any
) -> None:
    browser = enter(here.secretary)
    here.walk(here.log(), "accept", "dispatch")
    counts: list[list[int]] = []
    for _ in range(2):
        asked = []
        for page in (reverse("helpdesk:handlers"), url(here.handler)):
            browser.get(page)
            with django_assert_max_num_queries(12) as found:
                browser.get(page)
            asked.append(len(found))
        counts.append(asked)
        for _ in range(8):
            here.walk(here.log(), "accept", "dispatch", "sign")
    assert counts[0] == counts[1]
