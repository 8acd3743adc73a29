"""Nobody in twice: the leader leaves a card under the door, and whoever lives there checks the record with it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import User
from community.roles import Role
from core import clock
from core.quarters import Quarter
from grids.models import Grid, Household, Proposal
from helpdesk.actions import seed_categories
from tests.browser.test_journey_visit import seen, tick, unfold
from tests.browser.visitor import ENDS, act_as, press, tap, text_of
from tests.factories import GridFactory, appoint, family_of, household_in, report_of
from visits import actions
from visits.models import Card, Target, Visit

OURS = "what the pages made"


@pytest.fixture
def grid(portal: str) -> Grid:
    found = GridFactory(name="朱方路网格")
    seed_categories(found.community)
    type(found.community).objects.filter(pk=found.community_id).update(phone="0511-85001234")
    return found


@pytest.fixture
def leader(grid: Grid) -> User:
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def household(grid: Grid, leader: User) -> Household:
    """Not met twice in a round that is being walked."""
    found = household_in(grid, phone="0511-88880001")
    people = {"name": "王秀英", "phone": "13812345678", "employment": "80"}, {"name": "李大明", "hukou": "江苏省镇江市"}
    family_of(found, *people)
    office = appoint(Role.COMMUNITY_STAFF, grid.community)
    actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)
    for _time in range(2):
        actions.record_visit(found, by=leader, report=report_of(found, outcome="absent"))
    return found


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_a_card_from_the_printer_to_the_register(
    page: Page, javascript: bool, household: Household, leader: User, tmp_path: Path
) -> None:
    target = Target.objects.unscoped(reason=OURS).get(household=household)
    head = household.head

    # The door says what comes next; the card is printed, once.
    act_as(page, leader)
    page.goto(target.get_absolute_url())
    unfold(page, "[name='j1-name']")
    tick(page, f"leave-{head.pk.hex}", "died")
    expect(page.locator(f"[name='leave-{head.pk.hex}-since']")).to_be_visible()
    seen(page, javascript, "visit-form-people")
    press(page.locator(f"main a[href='{reverse('visits:card_issue', args=[target.pk])}']"))
    seen(page, javascript, "card-issue")
    press(page.locator("main form [type=submit]"))
    seen(page, javascript, "card-print")
    with page.expect_download() as begun:
        tap(page.locator("main form [type=submit]"))
    paper = tmp_path / "card.pdf"
    begun.value.save_as(paper)
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", re.sub(r"\s", "", text_of(paper)))
    assert code
    page.reload()
    expect(page.locator("main form [type=submit]")).to_have_count(0)

    # Behind the door: a wrong name tells nothing, a right one opens the record, masked.
    page.context.clear_cookies()
    page.goto(reverse("visits:card_code", args=[code.group()]))
    expect(page.locator("[name=code]")).to_have_value(code.group())
    seen(page, javascript, "card-code")
    page.fill("[name=name]", "张三")
    press(page.locator("main form [type=submit]"))
    expect(page.locator(".errors li")).to_have_count(1)
    expect(page.locator("main")).not_to_contain_text("138****5678")
    page.fill("[name=name]", "王秀英")
    press(page.locator("main form [type=submit]"))
    expect(page.locator("main")).to_contain_text("138****5678")
    expect(page.locator("main")).not_to_contain_text("李大明")
    seen(page, javascript, "card-record")
    if javascript:
        page.set_viewport_size({"width": 320, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        seen(page, javascript, "card-record-narrow")
    tick(page, f"r-{head.pk.hex}-phone", "changed")
    page.fill(f"[name='r-{head.pk.hex}-phone-new']", "139")
    page.fill("[name=note]", "孙子下月回来住。")
    press(page.locator("[name=rest]"))
    expect(page.locator("[name=note]")).to_have_value("孙子下月回来住。")
    seen(page, javascript, "card-record-wrong")
    page.fill(f"[name='r-{head.pk.hex}-phone-new']", "13987654321")
    press(page.locator("[name=rest]"))
    expect(page).to_have_url(re.compile(f"{reverse('visits:card_thanks')}$"))
    seen(page, javascript, "card-thanks")

    # The same card again: it has been answered.
    page.goto(reverse("visits:card_code", args=[code.group()]))
    page.fill("[name=name]", "李大明")
    press(page.locator("main form [type=submit]"))
    expect(page).to_have_url(re.compile(f"{reverse('visits:card_thanks')}$"))

    # The register is as it was; the leader finds what was written, and takes it in with one press.
    visit = Visit.objects.unscoped(reason=OURS).get(outcome="card")
    assert Card.objects.unscoped(reason=OURS).get().visit == visit
    head.refresh_from_db()
    assert head.phone == "13812345678"
    act_as(page, leader)
    page.goto(visit.get_absolute_url())
    expect(page.locator("main")).to_contain_text("孙子下月回来住。")
    seen(page, javascript, "visit-by-card")
    press(page.locator(f"main a[href='{reverse('grids:proposals')}']").first)
    press(page.locator("main tbody a.title"))
    press(page.locator("main form [type=submit]").first)
    head.refresh_from_db()
    assert head.phone == "13987654321"
    assert Proposal.objects.unscoped(reason=OURS).get().state == "accepted"
