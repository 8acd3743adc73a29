"""What is kept is the statement, never its answer; and never for somebody else, another day, another appointment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.questions import rows_for
from community.roles import Role
from core import clock
from core.scoping import UnscopedQuery
from core.sql import Within
from grids.models import CareTag, Grid
from tests.factories import GridFactory, appoint, household_in, in_care

pytestmark = pytest.mark.django_db


def named(user):
    return Grid.objects.led_by(user).order_by("pk").values_list("name", "created_at")


def counted(user):
    return [Within(CareTag.objects.in_duty_of(user).open().values_list("pk"), "id", "SELECT COUNT(*) FROM narrowed")]


def everything(_user):
    return Grid.objects.values_list("name")


def test_the_answer_is_fetched_anew():
    grid = GridFactory()
    leader = appoint(Role.GRID_LEADER, grid)
    assert rows_for(leader, named) == [(grid.name, grid.created_at)]
    grid.name = "新名字"
    grid.save()
    assert rows_for(leader, named) == [("新名字", grid.created_at)]


def test_it_is_written_once_and_asked_once():
    leader = appoint(Role.GRID_LEADER, GridFactory())
    rows_for(leader, named)
    with CaptureQueriesContext(connection) as asked:
        rows_for(leader, named)
    assert len(asked) == 1


def test_another_reader_gets_their_own():
    own, other = GridFactory(), GridFactory()
    assert [name for name, _ in rows_for(appoint(Role.GRID_LEADER, own), named)] == [own.name]
    assert [name for name, _ in rows_for(appoint(Role.GRID_LEADER, other), named)] == [other.name]


def test_a_new_appointment_widens_it_and_its_end_narrows_it():
    grid, more = GridFactory(), GridFactory()
    leader = appoint(Role.GRID_LEADER, grid)
    assert len(rows_for(leader, named)) == 1
    appoint(Role.GRID_LEADER, more, user=leader)
    assert len(rows_for(leader, named)) == 2
    leader.appointments.filter(grid=more).update(ends_on=clock.today() - timedelta(days=1))
    leader.__dict__.pop("scope")
    assert len(rows_for(leader, named)) == 1


def test_whoever_holds_nothing_asks_the_database_nothing():
    nobody = appoint(Role.ADVISER, GridFactory().community)
    with CaptureQueriesContext(connection) as asked:
        assert rows_for(nobody, named) == []
    assert [one["sql"] for one in asked if "grids_grid" in one["sql"]] == []


def test_the_day_is_part_of_it():
    tag = in_care(household_in(GridFactory()))
    leader = appoint(Role.GRID_LEADER, tag.household.building.grid)
    assert rows_for(leader, counted) == [(1,)]
    tag.ends_on = clock.today()
    tag.save()
    assert rows_for(leader, counted) == [(1,)]
    with clock.at(clock.now() + timedelta(days=1)):
        assert rows_for(leader, counted) == [(0,)]


def test_rows_that_nobody_has_narrowed_are_refused_outside_a_request_too():
    with pytest.raises(UnscopedQuery):
        rows_for(appoint(Role.GRID_LEADER, GridFactory()), everything)
