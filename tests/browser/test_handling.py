"""Those who triage and handle, in the browser: the board, ready words with and without a script, an agreed time."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from core import clock
from helpdesk.actions import settings as setting_actions
from helpdesk.models import ServiceRequest
from helpdesk.states import State
from tests.browser.visitor import ENDS, act_as, axe, press, shot, tap
from tests.factories import Desk, desk

OURS = "what the pages made"
READY = "请先关上水池下面的小阀门。"


@pytest.fixture
def here(portal: str) -> Desk:
    found = desk()
    community = found.grid.community
    setting_actions.add_rule(community, by=found.secretary, handler=found.handler, category=found.category())
    setting_actions.add_reply(community, by=found.secretary, title="关阀门", text=READY, action="accept")
    return found


def seen(page: Page, javascript: bool, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if javascript else True
    shot(page, name)
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_the_board_to_the_agreed_time(page: Page, javascript: bool, here: Desk) -> None:
    first, second = here.log(title="水管漏水"), here.log(title="跳闸了")
    act_as(page, here.leader)
    page.goto(reverse("helpdesk:board"))
    seen(page, javascript, "handling-board")
    press(page.locator(f"form[action$='{first.pk}/accept/'] [type=submit]"))
    expect(page).to_have_url(re.compile(reverse("helpdesk:board") + "$"))
    assert _now(first).handler == here.handler
    press(page.locator(f"a[href='{second.get_absolute_url()}']").first)
    page.fill("#id_text", "阿姨您好。")
    page.select_option("[name=ready]", label="关阀门")
    fill = page.locator("button[name=fill]")
    tap(fill) if javascript else press(fill)
    expect(page.locator("#id_text")).to_have_value(f"阿姨您好。\n{READY}")
    seen(page, javascript, "handling-accept")
    press(page.locator("form:has([name=handler]) [type=submit].btn-primary").first)
    assert (_now(second).state, _now(second).handler) == (State.DISPATCHED, here.handler)
    row = here.take(_now(second), "sign")
    act_as(page, here.handler)
    page.goto(reverse("helpdesk:appoint", args=[row.pk]))
    page.fill("[name=slot_day]", f"{clock.today() + timedelta(days=1):%Y-%m-%d}")
    page.fill("[name=slot_from]", "14:30")
    page.fill("[name=slot_until]", "16:00")
    press(page.locator("main form [type=submit].btn-primary").first)
    expect(page.locator(".slot")).to_contain_text("14:30–16:00")
    seen(page, javascript, "handling-appointment")
    with page.expect_download() as download:
        tap(page.locator(f"a[href='{reverse('helpdesk:appointment_file', args=[row.pk])}']"))
    assert download.value.suggested_filename == f"{row.number}.ics"


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_rules_are_put_in_order_and_hands_emptied(page: Page, javascript: bool, here: Desk) -> None:
    setting_actions.add_rule(here.grid.community, by=here.secretary, handler=here.other)
    row = here.walk(here.log(), "accept", "dispatch")
    act_as(page, here.secretary)
    page.goto(reverse("helpdesk:settings"))
    seen(page, javascript, "handling-settings")
    press(page.locator(f"a[href='{reverse('helpdesk:rules')}']"))
    seen(page, javascript, "handling-rules")
    press(page.locator("button[value=up]").first)
    expect(page.locator(".rules > li").first).to_contain_text(here.other.name)
    page.goto(reverse("helpdesk:hand_over", args=[here.handler.pk]))
    seen(page, javascript, "handling-hand-over")
    page.fill("[name=reason]", "调走了")
    press(page.locator("button[name=desk]"))
    assert (_now(row).state, _now(row).handler) == (State.ACCEPTED, None)


def _now(row: ServiceRequest) -> ServiceRequest:
    return ServiceRequest.objects.unscoped(reason=OURS).get(pk=row.pk)
