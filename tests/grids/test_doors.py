"""The doors that somebody lives behind, from one statement: which they are, in what order, what is known of them."""

from __future__ import annotations

import pytest

from community.roles import Role
from core import clock
from grids.models import Building, Household
from grids.querysets import doors_of
from tests.factories import GridFactory, UserFactory, appoint, household_in, neighbour_of, resident_of

pytestmark = pytest.mark.django_db


def test_one_statement_tells_the_door_the_building_and_the_grid(django_assert_num_queries):
    home = household_in(GridFactory())
    user = resident_of(home)
    assert user.scope.households
    with django_assert_num_queries(1):
        (found,) = doors_of(user)
        assert found == home
        assert str(found) == found.dwelling.label == home.dwelling.label
        assert found.building == home.building
        assert found.building.label == home.building.label
        assert str(found.building.grid) == str(home.building.grid)


def test_what_was_not_read_is_read_when_it_is_asked_for():
    home = household_in(GridFactory(), phone="0511-88880001")
    (found,) = doors_of(resident_of(home))
    assert found.phone.plain == "0511-88880001"
    assert found.building.number == home.building.number
    assert found.dwelling.room_no == home.dwelling.room_no


def test_a_building_without_a_grid_has_none(django_assert_num_queries):
    home = household_in(GridFactory())
    Building.objects.filter(pk=home.building_id).update(grid=None)
    user = resident_of(home)
    assert user.scope.households
    with django_assert_num_queries(1):
        assert doors_of(user)[0].building.grid is None


def test_doors_come_as_households_are_ordered_and_only_where_one_still_lives():
    first = household_in(GridFactory())
    homes = [first, neighbour_of(first), household_in(GridFactory()), household_in(GridFactory())]
    user = UserFactory()
    for home in reversed(homes):
        appoint(Role.RESIDENT, home, user=user)
    Household.objects.filter(pk=homes[2].pk).update(left_on=clock.today())
    left = [home.pk for home in homes if home != homes[2]]
    assert [home.pk for home in doors_of(user)] == [home.pk for home in Household.objects.filter(pk__in=left)]


def test_who_holds_no_household_has_no_door_and_asks_nothing(django_assert_num_queries):
    leader = appoint(Role.GRID_LEADER, GridFactory())
    household_in(GridFactory())
    assert not leader.scope.households
    with django_assert_num_queries(0):
        assert doors_of(leader) == []
