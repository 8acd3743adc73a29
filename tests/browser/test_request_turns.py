"""A request that does not go straight: asked about, set aside, merged, taken up again; in every size and language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core import clock
from helpdesk.models import ServiceRequest
from helpdesk.states import State
from tests.browser.visitor import ENDS, act_as, axe, press, shot, tap
from tests.factories import Desk, desk, neighbour_of, resident_of

OURS = "what the pages made"
AT_WORK = ("accept", "dispatch", "sign")


@pytest.fixture
def here(portal: str) -> Desk:
    return desk()


def now(row: ServiceRequest) -> ServiceRequest:
    found: ServiceRequest = ServiceRequest.objects.unscoped(reason=OURS).get(pk=row.pk)
    return found


def seen(page: Page, javascript: bool, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if javascript else True
    shot(page, name)
    if javascript:
        assert axe(page) == []


def open_step(page: Page, row: ServiceRequest, action: str) -> None:
    """From the page of the request, by its button; what is rare lies folded."""
    link = page.locator(f"a[href='{reverse('helpdesk:step', args=[row.pk, action])}']")
    fold = page.locator("details", has=link)
    if fold.count():
        tap(fold.locator("summary"))
    press(link)


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_question_and_leave_to_set_it_aside(page: Page, javascript: bool, here: Desk, complaints: list[str]) -> None:
    row = here.walk(here.log(), *AT_WORK)
    act_as(page, here.handler)
    page.goto(row.get_absolute_url())
    seen(page, javascript, "turns-handler")
    open_step(page, row, "ask_info")
    page.fill("[name=text]", "漏水的是哪个房间？")
    seen(page, javascript, "turns-ask")
    press(page.locator("form:has([name=text]) [type=submit]"))
    assert now(row).state == State.NEED_INFO

    act_as(page, here.reporter)
    page.goto(reverse("helpdesk:mine"))
    press(page.locator(".request-card .btn").first)
    seen(page, javascript, "turns-answer")
    page.fill(".now-do [name=text]", "厨房，水池下面。")
    press(page.locator(".now-do [type=submit]"))
    assert now(row).state == State.IN_PROGRESS

    act_as(page, here.handler)
    page.goto(row.get_absolute_url())
    open_step(page, row, "ask_suspend")
    page.fill("[name=text]", "阀门停产了，厂家下周才发货")
    page.fill("[name=until]", (clock.today() + timedelta(days=9)).isoformat())
    press(page.locator("form:has([name=until]) [type=submit]"))
    assert now(row).asked_for == "suspend"

    act_as(page, here.secretary)
    page.goto(row.get_absolute_url())
    seen(page, javascript, "turns-leave")
    expect(page.locator(".now-do [name=text]")).to_have_value("阀门停产了，厂家下周才发货")
    press(page.locator(".now-do [type=submit]"))
    assert now(row).state == State.SUSPENDED
    seen(page, javascript, "turns-suspended")
    act_as(page, here.reporter)
    page.goto(row.get_absolute_url())
    expect(page.locator("body")).to_contain_text("厂家下周才发货")
    seen(page, javascript, "turns-suspended-reporter")
    assert complaints == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_one_matter_of_two_and_another_round(page: Page, javascript: bool, here: Desk, complaints: list[str]) -> None:
    below = neighbour_of(here.household)
    neighbour = resident_of(below)
    master = here.log()
    row = here.log(by=neighbour, reporter=neighbour, household=below, title="天花板滴水")
    act_as(page, here.leader)
    page.goto(row.get_absolute_url())
    open_step(page, row, "merge")
    page.select_option("[name=master]", str(master.pk))
    seen(page, javascript, "turns-merge")
    press(page.locator("form:has([name=master]) [type=submit]"))
    here.walk(now(master), *AT_WORK, "reply", "resolve")
    page.goto(master.get_absolute_url())
    seen(page, javascript, "turns-master")

    act_as(page, neighbour)
    page.goto(row.get_absolute_url())
    seen(page, javascript, "turns-follower")
    assert not [word for word in (here.reporter.name, master.place, master.title) if word in page.content()]
    press(page.locator(f"a[href='{reverse('helpdesk:rate', args=[row.pk])}']"))
    tap(page.locator("label:has([name=solved][value=no])"))
    tap(page.locator("label:has([name=score][value='2'])"))
    press(page.locator("form:has([name=score]) [type=submit]"))
    assert not now(row).asks_rating

    act_as(page, here.reporter)
    page.goto(master.get_absolute_url())
    open_step(page, master, "reopen")
    page.fill("[name=text]", "第二天又滴水了")
    press(page.locator("form:has([name=text]) [type=submit]"))
    assert (now(master).state, now(master).round) == (State.ACCEPTED, 2)
    seen(page, javascript, "turns-round")
    assert complaints == []


@pytest.mark.parametrize(("screen", "language", "care"), [("phone", "zh-CN", True)])
def test_the_pages_in_care_mode_on_the_smallest_phone(page: Page, here: Desk) -> None:
    row = here.walk(here.log(), *AT_WORK)
    page.set_viewport_size({"width": 320, "height": 700})
    act_as(page, here.secretary)
    page.goto(row.get_absolute_url())
    tap(page.locator("details:has(.papers) summary"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    shot(page, "turns-care-ways")
    for action in ("suspend", "refer", "reassign"):
        page.goto(reverse("helpdesk:step", args=[row.pk, action]))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, f"turns-care-{action}")
