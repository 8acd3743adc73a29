"""A grid with a door to visit, and the walk book of its leader."""

from typing import Any

import pytest
from playwright.sync_api import Page

from community.models import User
from community.roles import Role
from core import clock
from core.quarters import Quarter
from grids.models import Grid, Household
from helpdesk.actions import seed_categories
from tests.browser.visitor import act_as
from tests.browser.walk_book.phone import OURS, open_book
from tests.factories import GridFactory, UserFactory, appoint, family_of, household_in
from visits import actions
from visits.models import Target


@pytest.fixture
def grid(portal: str) -> Grid:
    found = GridFactory(name="朱方路网格")
    seed_categories(found.community)
    return found


@pytest.fixture
def leader(grid: Grid) -> User:
    return appoint(Role.GRID_LEADER, grid, user=UserFactory(name="王秀英"))


@pytest.fixture
def household(grid: Grid) -> Household:
    found = household_in(grid, phone="0511-88880001")
    family_of(found, {"name": "李大明", "phone": "13812345678", "employment": "80", "hukou": "本社区"})
    return found


@pytest.fixture
def campaign(grid: Grid, leader: User, household: Household) -> Any:
    """A round with two doors of the leader."""
    family_of(household_in(grid, dwelling__unit__building=household.building), {"name": "赵家", "phone": ""})
    office = appoint(Role.COMMUNITY_STAFF, grid.community)
    return actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)


@pytest.fixture
def target(campaign: Any, household: Household) -> Target:
    return Target.objects.unscoped(reason=OURS).get(household=household, kind="quarterly")


@pytest.fixture
def book(page: Page, leader: User, target: Target) -> Page:
    """The leader's book, opened where there is signal, with its two doors and its service worker."""
    act_as(page, leader)
    open_book(page)
    return page
