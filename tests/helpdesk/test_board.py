"""The board of those who triage: four heaps, the one due first on top, and one button where a rule names somebody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from community.models import User
from community.roles import Role
from core import clock
from helpdesk import actions
from helpdesk.actions import settings as setting_actions
from helpdesk.board import AT_MOST, columns
from helpdesk.models import ServiceRequest
from helpdesk.states import State
from tests.factories import Desk, GridFactory, appoint, desk, household_in, neighbour_of

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def enter() -> As:
    def signed_in(user: User) -> Client:
        browser = Client()
        browser.force_login(user)
        return browser

    return signed_in


def heaps(user: User, **asked: Any) -> dict[str, list[str]]:
    user.__dict__.pop("scope", None)
    return {one.key: [card.row.title for card in one.cards] for one in columns(user, **asked)}


def test_four_heaps_with_what_is_due_first_on_top(here: Desk, enter: As) -> None:
    here.log(title="新", slug="enquiry")
    here.log(title="急", slug="emergency")
    here.walk(here.log(title="等派"), "accept")
    late = here.walk(here.log(title="晚"), "accept", "dispatch", "sign")
    ServiceRequest.objects.filter(pk=late.pk).update(due_at=clock.now() - timedelta(days=1))
    here.walk(here.log(title="不晚"), "accept", "dispatch", "sign")
    unsigned = here.walk(here.log(title="没签"), "accept", "dispatch")
    ServiceRequest.objects.filter(pk=unsigned.pk).update(sign_due_at=clock.now() - timedelta(minutes=1))
    here.walk(here.log(title="审"), "accept", "dispatch", "sign", "reply")
    here.walk(here.log(title="完"), "accept", "dispatch", "sign", "reply", "resolve")
    expected = {"new": ["急", "新"], "waits": ["等派"], "late": ["晚", "没签"], "review": ["审"]}
    assert heaps(here.leader) == heaps(here.secretary) == expected
    page = enter(here.leader).get(reverse("helpdesk:board")).content.decode()
    assert "派出去了还没签收" in page
    assert "不晚" not in page


def test_each_sees_what_is_theirs_to_arrange(here: Desk, enter: As) -> None:
    next_door = GridFactory(community=here.grid.community)
    home = household_in(next_door)
    here.log(title="隔壁", by=here.secretary, reporter=None, household=home, reporter_name="王")
    here.log(title="举报", slug="tip_off")
    here.log(title="这里")
    staff = appoint(Role.COMMUNITY_STAFF, here.grid.community)
    assert heaps(here.leader)["new"] == ["这里"]
    assert set(heaps(staff)["new"]) == {"这里", "隔壁"}
    assert set(heaps(here.secretary)["new"]) == {"这里", "隔壁", "举报"}
    assert heaps(here.secretary, grid=next_door.pk)["new"] == ["隔壁"]
    page = enter(staff).get(reverse("helpdesk:board"), {"grid": str(next_door.pk)}).content.decode()
    assert "隔壁" in page
    assert "这里" not in page
    assert enter(here.handler).get(reverse("helpdesk:board")).status_code == 403


def test_nobody_checks_their_own_work(here: Desk) -> None:
    row = here.walk(here.log(), "accept")
    row = here.take(row, "dispatch", handler=here.leader)
    row = here.take(row, "sign", by=here.leader)
    here.take(row, "reply", by=here.leader)
    assert heaps(here.leader)["review"] == []
    assert heaps(here.secretary)["review"] == ["厨房水管漏水"]


def test_a_mediation_is_not_shown_to_a_leader_who_lives_in_it(here: Desk) -> None:
    other = neighbour_of(here.household)
    actions.open_mediation(by=here.reporter, title="滴水", home=here.household, other=other)
    assert heaps(here.leader)["new"] == ["滴水"]
    appoint(Role.RESIDENT, other, user=here.leader)
    assert heaps(here.leader)["new"] == []


def test_one_button_accepts_and_hands_out_to_whom_a_rule_names(here: Desk, enter: As) -> None:
    setting_actions.add_rule(here.grid.community, by=here.secretary, handler=here.handler, category=here.category())
    row, browser = here.log(), enter(here.leader)
    waiting = here.walk(here.log(), "accept")
    here.log(slug="enquiry")
    cards = {card.row.id: card for column in columns(here.leader) for card in column.cards}
    assert sum(card.at_once is not None for card in cards.values()) == 2
    page = browser.get(reverse("helpdesk:board")).content.decode()
    assert f"受理，派给{here.handler.name}" in page
    assert "因为：类别是" in page
    for one, url in ((row, "accept"), (waiting, "dispatch")):
        at_once = cards[one.pk].at_once
        assert at_once
        typed = {"submission": at_once.submission, "version": one.version, "category": one.category_id}
        answer = browser.post(
            reverse("helpdesk:step", args=[one.pk, url]), {**typed, "handler": at_once.handler, "then": "board"}
        )
        assert answer["Location"] == reverse("helpdesk:board")
        one.refresh_from_db()
        assert (one.state, one.handler) == (State.DISPATCHED, here.handler)
    stale = browser.post(
        reverse("helpdesk:step", args=[row.pk, "accept"]),
        {**typed, "submission": str(uuid4()), "version": 1, "handler": at_once.handler, "then": "board"},
    )
    assert stale.status_code in (200, 302)
    row.refresh_from_db()
    assert row.hop_count == 0


def test_what_does_not_fit_is_found_in_the_list(here: Desk, enter: As) -> None:
    for _ in range(AT_MOST + 1):
        here.log()
    heap = columns(here.leader)[0]
    assert (len(heap.cards), heap.shown, heap.more) == (AT_MOST, f"{AT_MOST}+", "?state=submitted&sort=due")
    assert "?state=submitted&amp;sort=due" in enter(here.leader).get(reverse("helpdesk:board")).content.decode()


def test_the_board_asks_as_often_for_one_as_for_many(here: Desk, enter: As, django_assert_max_num_queries: Any) -> None:
    setting_actions.add_rule(here.grid.community, by=here.secretary, handler=here.handler)
    browser = enter(here.secretary)
    here.log()
    browser.get(reverse("helpdesk:board"))
    counts = []
    for _ in range(2):
        with django_assert_max_num_queries(12) as asked:
            browser.get(reverse("helpdesk:board"))
        counts.append(len(asked))
        for _ in range(5):
            here.log()
            here.walk(here.log(), "accept")
            here.walk(here.log(), "accept", "dispatch", "sign", "reply")
    assert counts[0] == counts[1]
