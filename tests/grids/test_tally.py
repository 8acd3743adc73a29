"""What Today counts of care in one statement: the same as the list of gaps, for whoever asks, and nothing beyond."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community import today
from community.roles import Role
from core import clock
from core.scoping import UnscopedQuery, armed
from grids import actions
from grids.care import gaps
from grids.care.tally import tallies
from grids.models import CareTag
from tests.asks import asks_of
from tests.care import counted_from
from tests.factories import (
    BuildingFactory,
    GridFactory,
    HouseholdFactory,
    UserFactory,
    appoint,
    household_in,
    in_care,
    neighbour_of,
    party_member_in,
)

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def grids():
    """Two grids of one community and one of another; in each two buildings, of whose households some have somebody."""
    here = GridFactory()
    grids = [here, GridFactory(community=here.community), GridFactory()]
    for grid in grids:
        by = appoint(Role.SECRETARY, grid.community)
        for order in (2, 1):
            building = BuildingFactory(grid=grid, order=order)
            first = HouseholdFactory(dwelling__unit__building=building)
            steward, member = appoint(Role.BUILDING_STEWARD, building), party_member_in(building)
            for number in range(4):
                home = neighbour_of(first)
                late = clock.today() - number * DAY if number else None
                in_care(home, review_due=late)
                in_care(home, category="disabled", level="1", review_due=clock.today() + DAY)
                if number > 1:
                    actions.pair(home, kind="steward", person=steward, by=by)
                if number > 2:
                    actions.pair(home, kind="party_member", person=member, by=by)
            in_care(neighbour_of(first, left_on=clock.today()), review_due=clock.today())
    return grids


def counted_for(user):
    return tallies(CareTag.objects.in_duty_of(user))


def test_the_leader_counts_the_grid_and_the_office_the_community(grids):
    here, beside, other = grids
    asked = {
        appoint(Role.GRID_LEADER, here): 2,
        appoint(Role.GRID_LEADER, other): 2,
        appoint(Role.SECRETARY, here.community): 4,
        appoint(Role.COMMUNITY_STAFF, other.community): 2,
    }
    for user, buildings in asked.items():
        counted = counted_for(user)
        assert counted == counted_from(gaps.look(CareTag.objects.in_duty_of(user)))
        assert len(counted) == buildings
        assert {(one.lacking, one.lacking_steward, one.lacking_member, one.due) for one in counted} == {(3, 2, 3, 3)}
        assert {one.due_since for one in counted} == {clock.today() - 3 * DAY}
    assert beside.pk != here.pk


def test_whoever_has_no_duty_counts_nothing_and_asks_nothing(grids, django_assert_num_queries):
    stranger = UserFactory()
    assert stranger.scope.held == ()
    with django_assert_num_queries(0):
        assert counted_for(stranger) == []


def test_nothing_is_counted_that_was_not_narrowed(grids):
    with armed(), pytest.raises(UnscopedQuery):
        tallies(CareTag.objects.all())


def test_today_asks_one_query_however_many_households_there_are(grids, django_assert_num_queries):
    from grids import today as room

    leader = appoint(Role.GRID_LEADER, grids[0])
    assert leader.scope.grids
    for _ in range(5):
        in_care(household_in(grids[0]))
    with django_assert_num_queries(1):
        found = asks_of(room, leader)
    assert [ask.title for ask in found][-1] == "关爱标签到期要复核 6 个"
    assert sum("关爱户还缺结对人" in ask.title for ask in found) == 7
    assert set(found) <= set(today.gather(leader))
