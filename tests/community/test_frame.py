"""What every page is framed with costs one query, whoever reads it."""

from __future__ import annotations

import pytest
from django.db import models

from community.context import Frame
from community.models import Appointment, Notice
from community.roles import Role
from core import clock
from tests.factories import CommunityFactory, GridFactory, HouseholdFactory, UserFactory, appoint

pytestmark = pytest.mark.django_db


def test_one_query_for_the_frame_of_somebody_signed_in(django_assert_num_queries):
    grid = GridFactory(community__phone="0511-85520000")
    leader = appoint(Role.GRID_LEADER, grid)
    for read_at in (None, None, clock.now()):
        Notice.objects.create(community=grid.community, user=leader, kind="x", text="x", read_at=read_at)
    assert leader.scope.held
    frame = Frame(leader)
    with django_assert_num_queries(1):
        assert grid.community.name in frame.name
        assert frame.facts.phone == "0511-85520000"
        assert frame.facts.unread == 2
        assert frame.second_factor_due


def test_of_several_communities_the_frame_names_the_one_that_was_there_first():
    first, second = HouseholdFactory(), HouseholdFactory()
    assert first.community != second.community
    user = appoint(Role.RESIDENT, second)
    assert second.community.name in Frame(user).name
    del user.scope
    appoint(Role.RESIDENT, first, user=user)
    assert Frame(user).community == first.community
    assert first.community.name in Frame(user).name


def test_whoever_holds_nothing_reads_the_first_community():
    community = CommunityFactory()
    for user in (None, UserFactory()):
        assert Frame(user).community == community
        assert community.name in Frame(user).name
    assert not Frame(UserFactory()).second_factor_due


def test_words_of_choices_are_djangos():
    ours = appoint(Role.GRID_LEADER, GridFactory())
    held = Appointment.objects.unscoped(reason="test").get(user=ours)
    field = Appointment._meta.get_field("role")
    for role in [*Role.values, "nothing known", None]:
        held.role = role
        assert held.get_role_display() == models.Model._get_FIELD_display(held, field)
