"""A red steward says what they can do and when; the office looks at the paper; a leader finds who is free."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from community.models import User
from community.roles import Role
from core import clock
from grids.models import Grid
from stewards.members.free import windows_of
from stewards.models import Availability, Steward, StewardSkill
from tests.browser.visitor import ENDS, a_photo, act_as, axe, press, press_twice, said, shot, tap
from tests.factories import GridFactory, appoint
from tests.stewards.makers import skills_of

OURS = "what the pages made"


@pytest.fixture
def grid(portal: str) -> Grid:
    grid = GridFactory()
    skills_of(grid.community)
    return grid


@pytest.fixture
def user(grid: Grid) -> User:
    return appoint(Role.RED_STEWARD, grid.community)


def seen(page: Page, javascript: bool, name: str) -> None:
    shot(page, f"stewards/{name}")
    if javascript:
        assert axe(page) == []


@pytest.mark.parametrize(("screen", "language", "javascript"), ENDS)
def test_from_the_week_to_the_leaders_list(page: Page, javascript: bool, language: str, grid: Grid, user: User) -> None:
    def look(name: str) -> None:
        seen(page, javascript, name)

    # On Today the steward is asked for the week, and fills it in with the keyboard alone.
    act_as(page, user)
    page.goto("/")
    press(page.locator(f".nav-main a[href='{reverse('stewards:mine')}']"))
    look("empty")
    press(page.locator(".notice a"))
    page.locator(".week-box").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    tap(page.locator("main details summary"))
    page.select_option("[name=day_0]", "2")
    page.fill("[name=from_0]", "21:30")
    look("week")
    press(page.locator("main form .btn-primary"))
    expect(page.locator(".errors")).to_be_visible()
    expect(page.locator("[name=parts][value='0-morning']")).to_be_checked()
    look("week-wrong")
    page.fill("[name=to_0]", "01:00")
    press_twice(page.locator("main form .btn-primary"), reverse("stewards:mine"))
    steward = Steward.objects.unscoped(reason=OURS).get(user=user)
    rules = Availability.objects.unscoped(reason=OURS).filter(steward=steward)
    assert {(one.weekday, one.starts_at, one.ends_at) for one in rules} == {
        (0, 360, 720),
        (0, 720, 840),
        (2, 1290, 1500),
    }
    look("own")

    # Away for two days; a skill with its certificate.
    page.goto(reverse("stewards:time_add", args=[steward.pk]))
    first = clock.today() + timedelta(days=1)
    page.fill("[name=first_day]", first.isoformat())
    page.fill("[name=last_day]", (first + timedelta(days=6)).isoformat())
    press(page.locator("main form .btn-primary"))
    assert windows_of([steward.pk], first, first + timedelta(days=6))[steward.pk] == []
    look("away")
    press(page.locator("form[action*='/times/'] button"))
    assert windows_of([steward.pk], first, first + timedelta(days=6))[steward.pk] != []
    page.goto(reverse("stewards:skill_add", args=[steward.pk]))
    wiring = skills_of(grid.community)["wiring"]
    page.select_option("[name=skill]", str(wiring.pk))
    page.set_input_files("[name=paper]", a_photo())
    page.fill("[name=valid_until]", (clock.today() + timedelta(days=400)).isoformat())
    look("skill")
    press(page.locator("main form .btn-primary"))
    expect(page.locator("#skills")).to_contain_text(said(language, "等办公室核实"))

    # The office looks at it.
    act_as(page, appoint(Role.COMMUNITY_STAFF, grid.community))
    page.goto(reverse("stewards:papers"))
    look("papers")
    press(page.locator("a[href*='/confirm/']"))
    look("confirm")
    press(page.locator("main form .btn-primary"))
    held = StewardSkill.objects.unscoped(reason=OURS).get(steward=steward)
    assert held.confirmed_by is not None
    page.goto(reverse("stewards:steward", args=[steward.pk]))
    look("office")

    # The leader finds who can do it on a Monday morning.
    act_as(page, appoint(Role.GRID_LEADER, grid))
    page.goto(reverse("stewards:list"))
    monday = clock.today() + timedelta(days=(7 - clock.today().weekday()) % 7 or 7)
    page.goto(f"{reverse('stewards:list')}?skill={wiring.pk}&day={monday.isoformat()}&part=morning")
    expect(page.locator("main table")).to_contain_text(user.name)
    look("list")
    page.goto(f"{reverse('stewards:list')}?skill={wiring.pk}&day={monday.isoformat()}&part=night")
    expect(page.locator("main table")).to_have_count(0)
