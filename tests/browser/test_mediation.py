"""Two households and those who bring them together: from the door to the page of each, in every size and language."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.roles import Role
from grids.models import Household
from helpdesk import actions as requests
from helpdesk.models import Party, ServiceRequest
from tests.browser.visitor import ENDS, act_as, axe, press, shot, tap
from tests.factories import GridFactory, appoint, family_of, household_in, neighbour_of, resident_of

OURS = "what the pages made"
WORDS = "楼上半夜弹琴，老人睡不着"


@pytest.fixture
def home(portal: str) -> Household:
    grid = GridFactory(name="朱方路网格")
    requests.seed_categories(grid.community)
    found = household_in(grid)
    family_of(found, {"name": "李桂兰", "phone": "13812345678"})
    return found


@pytest.fixture
def other(home: Household) -> Household:
    found = neighbour_of(home)
    family_of(found, {"name": "赵国强", "phone": "13912345678"})
    return found


def seen(page: Page, javascript: bool, name: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") if javascript else True
    shot(page, name)
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_the_door_to_both_pages(
    page: Page, javascript: bool, home: Household, other: Household, complaints: list[str]
) -> None:
    leader, neighbour = appoint(Role.GRID_LEADER, home.building.grid), resident_of(other)
    act_as(page, leader)
    page.goto(reverse("visits:record_household", args=[home.pk]))
    tap(page.locator("details:has([name='f1-text'])").first.locator("summary").first)
    page.fill("[name='f1-text']", WORDS)
    tap(page.locator("label:has([name='f1-handling'][value='mediation'])"))
    page.fill("[name='f1-other']", home.dwelling.label)
    press(page.locator("form.visit [type=submit]").first)
    expect(page.locator("[name='f1-other']")).to_be_visible()
    complaints.clear()  # the script was told what is wrong with the door
    seen(page, javascript, "mediation-visit")
    page.fill("[name='f1-other']", other.dwelling.label)
    press(page.locator("form.visit [type=submit]").first)
    request = ServiceRequest.objects.unscoped(reason=OURS).get()
    assert request.has_parties

    # The leader accepts it, asks both, and writes to one of them.
    page.goto(request.get_absolute_url())
    expect(page.locator(".side")).to_have_count(2)
    press(page.locator(".now-do [type=submit]").first)
    press(page.locator(".side [type=submit]").first)
    expect(page.locator(".side [type=submit]")).to_have_count(1)
    second = Party.objects.unscoped(reason=OURS).get(request=request, side="second")
    tap(page.locator("details:has([name='audience']) summary").first)
    tap(page.locator(f"label:has([name='audience'][value='{second.pk}'])"))
    page.fill("[name='text']", "晚上九点以后，请先不要弹琴。")
    press(page.locator("form:has([name='audience']) [type=submit]"))
    seen(page, javascript, "mediation-leader")

    # The other household reads that, agrees, and answers; it learns neither who asked nor what was said.
    act_as(page, neighbour)
    page.goto(reverse("helpdesk:mine"))
    seen(page, javascript, "mediation-mine")
    page.goto(request.get_absolute_url())
    seen(page, javascript, "mediation-side")
    assert not [word for word in (WORDS, "李桂兰", str(home)) if word in page.content()]
    press(page.locator(".now-do [type=submit]").first)
    expect(page.locator(".now-do")).to_have_count(0)
    assert complaints == []


@pytest.mark.parametrize(("screen", "language", "care"), [("phone", "zh-CN", True)])
def test_the_page_of_a_household_in_care_mode_on_the_smallest_phone(
    page: Page, home: Household, other: Household
) -> None:
    leader = appoint(Role.GRID_LEADER, home.building.grid)
    request = requests.open_mediation(by=leader, title=WORDS[:20], description=WORDS, home=home, other=other)
    requests.step(request, "accept", by=leader, category=request.category)
    page.set_viewport_size({"width": 320, "height": 700})
    for user, name in ((resident_of(other), "mediation-care-side"), (leader, "mediation-care-leader")):
        act_as(page, user)
        page.goto(request.get_absolute_url())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shot(page, name)
