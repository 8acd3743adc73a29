"""Changes to the register: recorded, versioned, never over somebody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.models import AuditEvent
from community.roles import Role
from core import clock
from core.refusal import Refused
from grids import actions
from grids.codes import CareCategory, Relation
from grids.models import CareTag
from tests.factories import GridFactory, HouseholdFactory, MembershipFactory, appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def household():
    return HouseholdFactory()


@pytest.fixture
def leader(household):
    return appoint(Role.GRID_LEADER, household.building.grid)


def test_a_change_is_recorded_before_and_after_and_counts_the_version(household, leader):
    changed = actions.change_household(household, by=leader, version=1, phone="13812345678", note="门铃坏了")
    assert (changed.version, changed.phone, changed.note) == (2, "13812345678", "门铃坏了")
    event = AuditEvent.objects.get()
    assert event.changes == {"phone": ["", "138****5678"], "note": ["", "门铃坏了"]}
    assert event.household_id == household.pk


def test_nothing_changed_leaves_no_trace(household, leader):
    assert actions.change_household(household, by=leader, note="").version == 1
    assert not AuditEvent.objects.exists()


def test_the_second_of_two_people_is_told_who_was_first(household, leader):
    actions.change_household(household, by=leader, version=1, note="甲")
    with pytest.raises(Refused, match=leader.name):
        actions.change_household(household, by=leader, version=1, note="乙")
    household.refresh_from_db()
    assert household.note == "甲"


def test_a_residents_change_stands_in_the_households_history(household, leader):
    resident = MembershipFactory(household=household).resident
    actions.change_resident(resident, household=household, by=leader, name="单雄", employment="80")
    resident.refresh_from_db()
    assert (resident.name, resident.initials, resident.employment) == ("单雄", "sx", "80")
    assert AuditEvent.objects.get(household_id=household.pk).verb == "resident_changed"


def test_a_new_identity_number_is_found_by_its_hash(household, leader):
    resident = MembershipFactory(household=household).resident
    actions.change_resident(resident, household=household, by=leader, id_number="99071219820728061X", birth_date="")
    resident.refresh_from_db()
    assert resident.id_hash
    assert str(resident.id_number) == "9907**********061X"


def test_a_value_that_the_register_does_not_know_is_refused_with_a_sentence(household, leader):
    resident = MembershipFactory(household=household).resident
    with pytest.raises(Refused):
        actions.change_resident(resident, household=household, by=leader, employment="00")
    with pytest.raises(TypeError):
        actions.change_household(household, by=leader, community=None)


def test_a_new_member_belongs_from_today(household, leader):
    membership = actions.add_member(household, by=leader, relation=Relation.SON, name="王小明", birth_date="2026-09-01")
    assert membership.is_current
    assert membership.resident.initials == "wxm"
    assert AuditEvent.objects.get().changes["resident"] == [None, "王小明"]


def test_care_is_marked_once_and_ended_with_a_reason(household, leader):
    tag = actions.set_care(household, category=CareCategory.LIVING_ALONE, by=leader)
    assert actions.set_care(household, category=CareCategory.LIVING_ALONE, by=leader) == tag
    actions.end_care(tag, by=leader, reason="与女儿同住")
    actions.end_care(tag, by=leader, reason="与女儿同住")
    assert not CareTag.objects.exists()
    assert AuditEvent.objects.filter(verb="care_ended").count() == 1


def test_care_that_held_for_days_ends_yesterday_and_once(household, leader):
    with clock.at(clock.now() - timedelta(days=9)):
        tag = actions.set_care(household, category=CareCategory.LIVING_ALONE, by=leader)
    actions.end_care(tag, by=leader, reason="与女儿同住")
    actions.end_care(tag, by=leader, reason="与女儿同住")
    assert CareTag.objects.get().ends_on == clock.today() - timedelta(days=1)
    assert AuditEvent.objects.filter(verb="care_ended").count() == 1


def test_a_building_moves_between_grids_of_its_community_only(household, leader):
    other = GridFactory(community=household.community)
    secretary = appoint(Role.SECRETARY, household.community)
    actions.assign_building(household.building, grid=other, by=secretary)
    household.building.refresh_from_db()
    assert household.building.grid == other
    with pytest.raises(Refused):
        actions.assign_building(household.building, grid=GridFactory(), by=secretary)
