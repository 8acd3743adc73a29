"""The office plans a round and looks after it: what it will be, how far it is laid, who walks, who takes over, what is
left, how it went over the quarters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page as Tab
from playwright.sync_api import expect

from community.models import Appointment, User
from community.roles import Role
from core import clock, jobs
from core.models import Job
from core.quarters import Quarter
from grids.models import Grid, Household
from tests.browser.test_pages import LOOKS, all_data, what_is_wrong
from tests.browser.visitor import act_as, press, said, shot
from tests.factories import GridFactory, appoint, family_of, household_in, in_care, neighbour_of, report_of
from tests.grids.roster_pages import work_off
from visits import actions, laying
from visits.models import Campaign, Target

OURS = "what the test has made"


@pytest.fixture
def grid(portal: str) -> Grid:
    return GridFactory()


@pytest.fixture
def office(grid: Grid) -> User:
    return appoint(Role.COMMUNITY_STAFF, grid.community)


@pytest.fixture
def homes(grid: Grid) -> list[Household]:
    """Six doors of one building and one of another grid that nobody leads; one household is in monthly care."""
    first = household_in(grid)
    homes = [first, *(neighbour_of(first) for _ in range(5))]
    for home in homes:
        family_of(home, {"name": "王秀英"}, {"name": "李大明"})
    in_care(first, category="living_alone")
    return [*homes, household_in(GridFactory(community=grid.community))]


@pytest.mark.parametrize(("screen", "language", "care"), LOOKS)
def test_the_office_plans_a_round_and_looks_after_it(
    page: Tab, language: str, grid: Grid, office: User, homes: list[Household], monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = appoint(Role.GRID_LEADER, grid)
    steward = appoint(Role.BUILDING_STEWARD, homes[0].building)
    quarter = Quarter.of(clock.today())
    before = actions.open_campaign(grid.community, quarter=quarter.previous(), by=office)
    actions.record_visit(homes[0], by=leader, report=report_of(homes[0]))
    actions.close_campaign(before, by=office, explanation="台风停了一周")
    data = all_data()
    wrong: list[str] = []

    def look(name: str) -> None:
        shot(page, f"round/{name}")
        wrong.extend(f"{name}: {line}" for line in what_is_wrong(page, language, data))

    act_as(page, office)
    page.goto(reverse("visits:open_campaign"))
    expect(page.locator(".confirm li").first).to_contain_text("7")
    look("preview")
    monkeypatch.setattr(laying, "STEP", 3)
    press(page.locator(".confirm [type=submit]"))
    expect(page.locator("main [aria-live]")).to_be_visible()
    look("preparing")
    jobs.fail(Job.objects.get(kind="campaign_lay"), "断了")
    page.reload()
    look("broken-off")
    press(page.get_by_role("button", name=said(language, "接着安排")))
    work_off()
    page.goto(reverse("visits:round"))
    data = all_data()
    campaign = Campaign.objects.unscoped(reason=OURS).open().get()
    assert Target.objects.unscoped(reason=OURS).filter(campaign=campaign, kind="quarterly").count() == len(homes)
    look("round")

    actions.record_visit(homes[1], by=leader, report=report_of(homes[1], outcome="absent"))
    Appointment.objects.unscoped(reason=OURS).filter(user=leader).update(ends_on=clock.today() - timedelta(days=1))
    page.goto(reverse("visits:who_walks"))
    look("who-walks")
    press(page.locator(f"a[href$='from={leader.pk}']"))
    look("hand-over")
    page.locator("[name=to]").select_option(str(steward.pk))
    press(page.locator(".confirm [type=submit]"))
    look("handed-over")
    rows = Target.objects.unscoped(reason=OURS).filter(campaign=campaign, building=homes[0].building_id)
    assert set(rows.values_list("assignee", flat=True)) == {steward.pk}
    for name in ("visits:doors", "visits:coverage"):
        page.goto(reverse(name))
        look(name.partition(":")[2])
    page.goto(reverse("visits:close_campaign", args=[campaign.pk]))
    look("close")
    assert not wrong, "\n".join(wrong)
