"""A session of the advisory group from the invitation to what everybody reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from alliance.advice import actions
from alliance.models import AdviceSession, Recommendation
from core import clock
from tests.alliance.advice_makers import Group, a_group
from tests.browser.visitor import ENDS, act_as, axe, press, shot

OURS = "what the pages made"


@pytest.fixture
def group(portal: str) -> Group:
    return a_group()


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, f"advice/{name}")
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_the_invitation_to_what_everybody_reads(page: Page, javascript: bool, group: Group) -> None:
    planned = group.plan(starts_at=clock.now() + timedelta(hours=3))
    first, second = group.advisers[:2]
    act_as(page, first)
    page.goto(planned.get_absolute_url())
    seen(page, javascript, "invited")
    press(page.locator("button[value=coming]"))
    assert planned.attendance.unscoped(reason=OURS).get(user=first).answer == "coming"

    AdviceSession.objects.unscoped(reason=OURS).filter(pk=planned.pk).update(starts_at=clock.now())
    act_as(page, group.staff)
    page.goto(reverse("alliance:minutes_write", args=[planned.pk]))
    seen(page, javascript, "minutes_form")
    for one in (first, second):
        page.locator(f'[name=attended][value="{one.pk}"]').check()
    page.locator("textarea[name^=said_]").first.fill("大家觉得要划线。")
    press(page.locator("main .actions [type=submit]"))
    press(page.locator(f'a[href="{reverse("alliance:recommendation_new", args=[planned.pk])}"]'))
    page.fill("[name=text]", "消防通道划黄线")
    page.fill("[name=to_whom]", "居委会")
    press(page.locator("main .actions [type=submit]"))
    seen(page, javascript, "drafted")
    for one in (first, second):
        act_as(page, one)
        page.goto(planned.get_absolute_url())
        press(page.locator(f'form[action="{reverse("alliance:minutes_read", args=[planned.pk])}"] [type=submit]'))
    act_as(page, group.staff)
    page.goto(planned.get_absolute_url())
    press(page.locator(f'form[action="{reverse("alliance:minutes_send", args=[planned.pk])}"] [type=submit]'))
    for one in (first, second):
        act_as(page, one)
        page.goto(planned.get_absolute_url())
        seen(page, javascript, "to_sign")
        press(page.locator(f'form[action="{reverse("alliance:minutes_sign", args=[planned.pk])}"] [type=submit]'))
    assert AdviceSession.objects.unscoped(reason=OURS).get(pk=planned.pk).state == "approved"

    act_as(page, group.secretary)
    row = Recommendation.objects.unscoped(reason=OURS).get()
    page.goto(reverse("alliance:recommendation_answer", args=[row.pk]))
    page.locator("[name=verdict][value=adopted]").check()
    page.fill("[name=words]", "这个月就划。")
    press(page.locator("main .actions [type=submit]"))
    seen(page, javascript, "answered")
    page.goto(reverse("alliance:session_publish", args=[planned.pk]))
    page.fill("[name=public_text]", "谈了停车。")
    press(page.locator("main .actions [type=submit]"))
    seen(page, javascript, "approved")
    actions.record_outcome(Recommendation.objects.unscoped(reason=OURS).get(), by=group.staff, words="划了一百二十米。")

    page.context.clear_cookies()
    page.goto(reverse("alliance:advised"))
    expect(page.locator("main")).to_contain_text("这个月就划。")
    expect(page.locator("main")).to_contain_text("划了一百二十米。")
    expect(page.locator("main")).not_to_contain_text(first.name)
    seen(page, javascript, "advised")
