"""A request is logged on a phone: found by words, kept half written, beside one like it, at a sign, with a receipt."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import Page, expect

from helpdesk import actions, tracking
from helpdesk.models import Draft, ServiceRequest
from helpdesk.states import State
from tests.browser.visitor import ENDS, act_as, axe, press, shot, tap
from tests.factories import Desk, desk, household_in, resident_of


@pytest.fixture
def here(portal: str) -> Desk:
    return desk()


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, name)
    if javascript:
        assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth") if javascript else True


def neighbours_lamp(here: Desk) -> ServiceRequest:
    """What a neighbour in the same building has asked."""
    neighbour = resident_of(household_in(here.grid, dwelling__unit__building=here.household.building))
    return here.log(
        "public_fixtures",
        by=neighbour,
        reporter=neighbour,
        title="楼道灯不亮",
        place_kind="building",
        building=here.household.building,
        visibility="neighbourhood",
    )


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
@pytest.mark.parametrize("care", [False, True], ids=["plain", "care"])
def test_from_two_words_to_joining_a_neighbour(page: Page, javascript: bool, care: bool, here: Desk) -> None:
    first = neighbours_lamp(here)
    suffix = "-care" if care else ""
    act_as(page, here.reporter)
    page.goto(reverse("helpdesk:new"))
    seen(page, javascript, f"log-new{suffix}")
    page.fill("[name=about]", "楼道灯")
    if javascript:
        expect(page.locator(".pick-card:visible")).to_have_count(1)
        seen(page, javascript, f"log-found{suffix}")
    else:
        press(page.locator(".pick-search [type=submit]"))
        expect(page.locator(".pick-card").first).to_contain_text("公共设施")
        seen(page, javascript, f"log-found{suffix}")
    category = here.category("public_fixtures")
    tap(page.locator(f"label:has([name=category][value='{category.pk}'])"))
    page.fill("[name=title]", "二楼的灯坏了")
    page.check("[name=place_kind][value=building]")
    page.select_option("[name=building]", str(here.household.building_id))
    page.check("[name=consent]")
    if javascript:
        expect(page.locator("#similar [name=same_as]")).to_have_count(2)
        seen(page, javascript, f"log-similar{suffix}")
    else:
        press(page.locator("main .request-form [type=submit].btn-primary"))
        expect(page.locator(".same")).to_contain_text("楼道灯不亮")
        seen(page, javascript, f"log-similar{suffix}")
    page.check(f"[name=same_as][value='{first.pk}']")
    press(page.locator("main .request-form [type=submit].btn-primary"))
    own = ServiceRequest.objects.unscoped(reason="what the page made").get(reporter=here.reporter)
    assert (own.state, own.master_id) == (State.MERGED, first.pk)
    expect(page.locator("main")).to_contain_text(own.number)
    seen(page, javascript, f"log-joined{suffix}")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_what_is_urgent_says_whom_to_call(page: Page, javascript: bool, here: Desk) -> None:
    act_as(page, here.reporter)
    page.goto(reverse("helpdesk:new"))
    expect(page.locator(".pick-urgent").first).to_be_hidden()
    tap(page.locator(f"label:has([name=category][value='{here.category('emergency').pk}'])"))
    expect(page.locator(".pick-urgent").first).to_be_visible()
    expect(page.locator(".pick-urgent a[href='tel:119']").first).to_be_visible()
    seen(page, javascript, "log-urgent")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_what_was_begun_is_there_again(page: Page, javascript: bool, here: Desk) -> None:
    act_as(page, here.reporter)
    page.goto(reverse("helpdesk:new"))
    page.fill("[name=title]", "写到一半")
    if javascript:
        with page.expect_response(re.compile("/new/draft/")):
            page.locator("[name=title]").blur()
        expect(page.locator("#kept")).not_to_be_empty()
        page.goto(reverse("helpdesk:new"))
    else:
        press(page.locator("[formaction]"))
    expect(page.locator("[name=title]")).to_have_value("写到一半")
    seen(page, javascript, "log-resumed")
    press(page.locator(".resumed [type=submit]"))
    expect(page.locator("[name=title]")).to_have_value("")
    assert not Draft.objects.unscoped(reason="what the page kept").exists()


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_sign_and_a_receipt(page: Page, javascript: bool, here: Desk) -> None:
    act_as(page, here.secretary)
    page.goto(reverse("helpdesk:fixture_add"))
    page.fill("[name=name]", "路灯")
    page.fill("[name=place]", "大门口往东 20 米，花坛边")
    page.select_option("[name=category]", str(here.category("public_fixtures").pk))
    seen(page, javascript, "log-fixture")
    press(page.locator("main form [type=submit].btn-primary"))
    seen(page, javascript, "log-fixtures")
    page.goto(f"{reverse('helpdesk:new')}?sign=D001")
    expect(page.locator(".at-sign")).to_contain_text("花坛边")
    expect(page.locator("[name=category]:checked")).to_have_count(1)
    page.fill("[name=reporter_name]", "老李")
    page.fill("[name=reporter_phone]", "13812345678")
    page.fill("[name=title]", "晚上不亮")
    page.check("[name=consent]")
    seen(page, javascript, "log-sign")
    press(page.locator("main .request-form [type=submit].btn-primary"))
    row = ServiceRequest.objects.unscoped(reason="what the page made").get()
    receipt = reverse("helpdesk:receipt", args=[row.pk])
    expect(page.locator(f"a[href='{receipt}']")).to_have_count(1)
    assert page.request.get(receipt).body().startswith(b"%PDF")
    seen(page, javascript, "log-behalf-done")
    page.context.clear_cookies()
    cache.clear()
    page.goto(f"{reverse('helpdesk:track')}?code={tracking.shown(tracking.code_of(row.pk))}")
    page.fill("[name=tail]", "1111")
    press(page.locator("main form [type=submit]"))
    expect(page.locator(".errors")).to_have_count(1)
    seen(page, javascript, "log-track-wrong")
    page.fill("[name=tail]", "5678")
    press(page.locator("main form [type=submit]"))
    expect(page.locator("main")).to_contain_text(row.number)
    expect(page.locator("main")).not_to_contain_text("老李")
    seen(page, javascript, "log-track")


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_the_secretary_says_why(page: Page, javascript: bool, here: Desk) -> None:
    row = here.log("tip_off", title="有人群租")
    act_as(page, here.secretary)
    page.goto(row.get_absolute_url())
    press(page.locator(f"a[href='{reverse('helpdesk:informant', args=[row.pk])}']"))
    seen(page, javascript, "log-informant")
    act_as(page, here.reporter)
    page.goto(row.get_absolute_url())
    expect(page.locator("h1")).to_contain_text("有人群租")
    seen(page, javascript, "log-confided")
    actions.add_update(row, by=here.reporter, text="昨晚又来了。")
    page.reload()
    expect(page.locator(".timeline")).to_contain_text("昨晚又来了")
