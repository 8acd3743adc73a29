"""The steps as pages: their forms, what stands filled in, what a step that is no longer open answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from community.models import User
from core import clock
from helpdesk import today as room
from helpdesk.models import ServiceRequest
from helpdesk.states import State
from tests.asks import asks_of
from tests.factories import Desk, desk

pytestmark = pytest.mark.django_db
As = Callable[[User], Client]
RUNNING = ("accept", "dispatch", "sign")


@pytest.fixture
def here() -> Desk:
    return desk()


@pytest.fixture
def enter() -> As:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


def step_url(row: ServiceRequest, action: str) -> str:
    return reverse("helpdesk:step", args=[row.pk, action])


def send(browser: Client, row: ServiceRequest, action: str, **fields: Any) -> ServiceRequest:
    row = ServiceRequest.objects.get(pk=row.pk)
    answer = browser.post(step_url(row, action), {"version": row.version, **fields})
    assert answer.status_code == 302, answer.context["form"].errors
    return ServiceRequest.objects.get(pk=row.pk)


def in_days(number: int) -> str:
    return (clock.today() + timedelta(number)).isoformat()


def test_a_question_is_asked_and_answered_in_the_browser(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), *RUNNING)
    row = send(enter(here.handler), row, "ask_info", text="是热水还是冷水？")
    browser = enter(here.reporter)
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "是热水还是冷水？" in page
    assert "轮到您：回答这个问题" in page
    assert row.get_absolute_url() in browser.get(reverse("helpdesk:mine")).content.decode()
    assert [one.title for one in asks_of(room, here.reporter)] == ["请您补充：厨房水管漏水"]
    row = send(browser, row, "answer", text="热水。")
    assert row.state == State.IN_PROGRESS


def test_staff_write_down_what_they_heard(here: Desk, enter: As) -> None:
    row = here.take(here.log(), "ask_info")
    row = send(enter(here.leader), row, "answer_for", text="电话里说是热水。")
    assert row.state == State.SUBMITTED
    assert "替本人记下" in enter(here.reporter).get(row.get_absolute_url()).content.decode()


def test_what_is_asked_for_stands_filled_in_before_the_secretary(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), *RUNNING)
    row = send(enter(here.handler), row, "ask_suspend", text="等厂家发配件", until=in_days(9))
    assert [one.title for one in asks_of(room, here.secretary) if "答复" in one.title] == [
        "等您答复挂账的申请：厨房水管漏水"
    ]
    browser = enter(here.secretary)
    page = browser.get(row.get_absolute_url())
    assert page.context["page"].offers.first.action == "suspend"
    text = page.content.decode()
    assert "等厂家发配件" in text
    assert in_days(9) in text
    assert step_url(row, "refuse") in text
    row = send(browser, row, "suspend", text="等厂家发配件，下周到。", review_on=in_days(9))
    assert row.state == State.SUSPENDED
    assert "下周到" in enter(here.reporter).get(row.get_absolute_url()).content.decode()


def test_who_asked_for_it_is_not_shown_that_it_was_asked_for(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), *RUNNING, "ask_suspend", "refuse")
    page = enter(here.reporter).get(row.get_absolute_url()).content.decode()
    for word in ("申请挂账", "等配件", "没有同意", "总阀"):
        assert word not in page
    assert "没有同意" in enter(here.handler).get(row.get_absolute_url()).content.decode()


def test_a_refusal_says_what_was_asked(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), *RUNNING, "ask_extend")
    browser = enter(here.secretary)
    assert "要换整根管子" in browser.get(step_url(row, "refuse")).content.decode()
    assert send(browser, row, "refuse", text="先想想别的办法。").asked_for == ""


def test_each_later_step_is_sent_from_its_page(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), *RUNNING)
    secretary, handler = enter(here.secretary), enter(here.handler)
    until = (clock.local(row.due_at).date() + timedelta(5)).isoformat()
    row = send(secretary, row, "extend", text="要换整根管子", until=until)
    row = send(secretary, row, "suspend", text="等配件", review_on=in_days(3))
    row = send(secretary, row, "prolong", text="还没到", review_on=in_days(6))
    row = send(handler, row, "resume", text="")
    row = send(secretary, row, "refer", referred_to="自来水公司", referred_number="W1", next_check_on=in_days(2))
    page = handler.get(row.get_absolute_url())
    assert page.context["page"].offers.first.action == "checked"
    assert "自来水公司 W1" in page.content.decode()
    row = send(handler, row, "checked", text="在排队", next_check_on=in_days(4))
    row = send(secretary, row, "take_back", text="那边不管")
    row = send(enter(here.leader), row, "reassign", handler=_choice(enter(here.leader), row, here.other), note="请假了")
    assert (row.state, row.handler) == (State.DISPATCHED, here.other)


def _choice(browser: Client, row: ServiceRequest, user: User) -> str:
    field = browser.get(step_url(row, "reassign")).context["form"].fields["handler"]
    return next(key for key, held in field.rows.items() if held.user_id == user.pk)


def test_the_reporter_has_it_taken_up_again(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), *RUNNING, "reply", "resolve", "rate")
    browser = enter(here.reporter)
    assert "没有解决，请重新办理" in browser.get(row.get_absolute_url()).content.decode()
    row = send(browser, row, "reopen", text="第二天又漏了")
    assert (row.state, row.round) == (State.ACCEPTED, 2)
    assert "第 2 次" in browser.get(row.get_absolute_url()).content.decode()


def test_somebody_was_faster(here: Desk, enter: As) -> None:
    row = here.take(here.log(), "ask_info")
    browser = enter(here.reporter)
    here.take(row, "answer_for")
    answer = browser.post(step_url(row, "answer"), {"version": row.version, "text": "我写了很久的回答"})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "就在您之前" in text
    assert "我写了很久的回答" in text


@pytest.mark.parametrize("action", ["join", "log", "lapse", "unanswered", "nothing"])
def test_what_nobody_takes_has_no_page(here: Desk, enter: As, action: str) -> None:
    assert enter(here.secretary).get(step_url(here.log(), action)).status_code == 404


def test_a_long_or_scripted_answer_is_kept_as_words(here: Desk, enter: As) -> None:
    row = here.take(here.log(), "ask_info")
    browser = enter(here.reporter)
    answer = browser.post(step_url(row, "answer"), {"version": row.version, "text": "长" * 50_000})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    row = send(browser, row, "answer", text="<script>alert(1)</script>")
    assert "<script>alert(1)" not in browser.get(row.get_absolute_url()).content.decode()


def test_what_is_rare_stands_under_one_word(here: Desk, enter: As) -> None:
    row = here.walk(here.log(), *RUNNING)
    page = enter(here.secretary).get(row.get_absolute_url())
    assert page.context["page"].offers.folds
    assert "别的办法" in page.content.decode()
    assert "别的办法" not in enter(here.reporter).get(row.get_absolute_url()).content.decode()


def test_on_its_day_it_is_asked_of_those_who_have_it_in_hand(here: Desk) -> None:
    row = here.take(here.walk(here.log(), *RUNNING), "suspend")
    titles = lambda user: [one.title for one in asks_of(room, user) if "厨房" in one.title]  # noqa: E731
    assert titles(here.handler) == titles(here.secretary) == []
    with clock.at(clock.now() + timedelta(days=7)):
        assert titles(here.handler) == titles(here.secretary) == ["挂账的到日子了：厨房水管漏水"]
    row = here.walk(row, "resume", "refer")
    assert titles(here.handler) == []
    with clock.at(clock.now() + timedelta(days=7)):
        assert titles(here.handler) == ["该去问一问了：厨房水管漏水"]


@pytest.mark.parametrize("path", [[], list(RUNNING)])
def test_what_uses_none_of_it_costs_no_query_more(
    here: Desk, enter: As, path: list[str], django_assert_max_num_queries: Any
) -> None:
    row = here.walk(here.log(), *path)
    for user, most in ((here.reporter, 12), (here.leader, 12)):
        browser = enter(user)
        browser.get(row.get_absolute_url())
        with django_assert_max_num_queries(most):
            browser.get(row.get_absolute_url())
