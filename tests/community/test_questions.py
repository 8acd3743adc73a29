"""What is kept is the statement, never its answer; and never for somebody else, another day, another appointment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community import today
from community.questions import _write, row_for, rows_for, rows_for_each
from community.roles import SCOPE_OF_ROLE, Office, Role
from core import clock
from core.scoping import UnscopedQuery
from core.sql import Given, Within
from core.whole import Whole
from grids.models import CareTag, Grid
from tests.alliance.makers import a_unit
from tests.factories import (
    BuildingFactory,
    CommunityFactory,
    EstateFactory,
    GridFactory,
    HouseholdFactory,
    appoint,
    household_in,
    in_care,
)

pytestmark = pytest.mark.django_db

SCOPES = {
    "community": CommunityFactory,
    "grid": GridFactory,
    "building": BuildingFactory,
    "estate": EstateFactory,
    "household": HouseholdFactory,
    "partner": lambda: a_unit(CommunityFactory(), "市统计局"),
}


def named(user):
    return Grid.objects.led_by(user).order_by("pk").values_list("name", "created_at")


def nothing(_user):
    return None


def counted(user):
    return [
        Within(CareTag.objects.in_duty_of(user).open().values_list("pk"), "id", "SELECT COUNT(*) FROM narrowed", (), 1)
    ]


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


def test_several_are_asked_in_one_query(django_assert_num_queries):
    grid = GridFactory()
    in_care(household_in(grid))
    leader = appoint(Role.GRID_LEADER, grid)
    assert leader.scope
    with django_assert_num_queries(1):
        assert rows_for_each(leader, (named, nothing, counted)) == [[(grid.name, grid.created_at)], [], [(1,)]]


def test_one_that_was_not_narrowed_is_refused_among_others():
    leader = appoint(Role.GRID_LEADER, GridFactory())
    with pytest.raises(UnscopedQuery):
        rows_for_each(leader, (named, everything))


@pytest.mark.parametrize("role", list(Role))
def test_what_today_asks_is_written_the_same_all_day(role):
    """A statement is kept for a day: a moment that it was written at would stay in it."""
    office = {"office": Office.BOOKKEEPER} if role == Role.COMMITTEE else {}
    user = appoint(role, SCOPES[SCOPE_OF_ROLE.get(role, "community")](), **office)
    morning = clock.local(clock.now()).replace(hour=8, minute=0)
    asked = [one.question for one in (*today._asks, *today._pictures)]
    kept = []
    for moment in (morning, morning + timedelta(hours=7)):
        with clock.at(moment):
            kept.append([_write(question(user)) for question in asked])
    assert len(asked) > 15
    for question, first, later in zip(asked, *kept, strict=True):
        assert (first.text, first.values) == (later.text, later.values), question


def one_of_mine(user):
    return Whole(Grid.objects.led_by(user).filter(pk=Given()), ("community",))


def one_of_all(_user):
    return Whole(Grid.objects.filter(pk=Given()))


def test_a_whole_row_is_found_by_its_id_for_whom_it_is(django_assert_num_queries):
    own, other = GridFactory(), GridFactory()
    leader = appoint(Role.GRID_LEADER, own)
    assert leader.scope
    with django_assert_num_queries(1):
        assert row_for(leader, one_of_mine, own.pk).community.name == own.community.name
    assert row_for(leader, one_of_mine, other.pk) is None
    with pytest.raises(UnscopedQuery):
        row_for(leader, one_of_all, own.pk)
