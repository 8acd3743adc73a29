"""A grid with its leader, a household in it, and a round that has begun."""

from __future__ import annotations

import pytest

from community.roles import Role
from core import clock
from core.quarters import Quarter
from helpdesk.actions import seed_categories
from tests.factories import GridFactory, appoint, family_of, household_in
from visits import actions


@pytest.fixture
def grid(db):
    grid = GridFactory()
    seed_categories(grid.community)
    return grid


@pytest.fixture
def leader(grid):
    return appoint(Role.GRID_LEADER, grid)


@pytest.fixture
def office(grid):
    return appoint(Role.COMMUNITY_STAFF, grid.community)


@pytest.fixture
def household(grid):
    household = household_in(grid, phone="0511-88880001")
    family_of(
        household,
        {"name": "王秀英", "phone": "13812345678", "employment": "80", "hukou": "本社区"},
        {"name": "李大明", "employment": "24", "is_party_member": True},
    )
    return household


@pytest.fixture
def campaign(grid, household, leader, office):
    return actions.open_campaign(grid.community, quarter=Quarter.of(clock.today()), by=office)


@pytest.fixture
def target(campaign, household):
    return campaign.targets.get(household=household, kind="quarterly")


@pytest.fixture
def category(grid):
    from helpdesk.models import Category

    return Category.objects.filter(community=grid.community, is_confidential=False).first()
