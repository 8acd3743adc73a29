"""A user's rights come from appointments, read once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from community.access import Permission
from community.models import Appointment
from community.roles import SCOPE_OF_ROLE, Office, Role
from core import clock
from tests.factories import EstateFactory, GridFactory, HouseholdFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db


def test_scope_is_one_query(django_assert_num_queries):
    grid = GridFactory()
    user = appoint(Role.GRID_LEADER, grid)
    appoint(Role.RESIDENT, HouseholdFactory(), user=user)
    with django_assert_num_queries(1):
        assert user.scope.grids == {grid.pk}
        assert user.scope.may(Permission.VISIT_RECORD)
        assert user.scope.households
        assert not user.scope.may(Permission.APPOINT)


def test_a_term_that_is_over_or_not_begun_gives_nothing():
    grid = GridFactory()
    user = UserFactory()
    today = clock.today()
    day = timedelta(days=1)
    for starts, ends in [(today - 9 * day, today - day), (today + day, None)]:
        Appointment.objects.create(
            user=user, role=Role.GRID_LEADER, grid=grid, community=grid.community, starts_on=starts, ends_on=ends
        )
    assert user.scope.held == ()


@pytest.mark.parametrize("role", [role for role in Role.values if role in SCOPE_OF_ROLE])
def test_an_appointment_has_exactly_the_scope_of_its_role(role):
    grid = GridFactory()
    with pytest.raises(IntegrityError):
        Appointment.objects.create(
            user=UserFactory(),
            role=role,
            office=Office.CHAIR if role == Role.COMMITTEE else "",
            community=grid.community,
            starts_on=date(2020, 1, 1),
        )


def test_one_person_holds_one_office_of_an_estate():
    estate = EstateFactory()
    user = appoint(Role.COMMITTEE, estate, office=Office.BOOKKEEPER)
    with pytest.raises(IntegrityError):
        appoint(Role.COMMITTEE, estate, user=user, office=Office.REVIEWER)


def test_one_office_is_held_by_one_person():
    estate = EstateFactory()
    appoint(Role.COMMITTEE, estate, office=Office.CASHIER)
    with pytest.raises(IntegrityError):
        appoint(Role.COMMITTEE, estate, office=Office.CASHIER)


def test_a_grid_has_one_chief_leader():
    grid = GridFactory()
    appoint(Role.GRID_LEADER, grid)
    with pytest.raises(IntegrityError):
        appoint(Role.GRID_LEADER, grid)
