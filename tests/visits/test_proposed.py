"""What a visit learns and only the register can decide is proposed to the register, once."""

from __future__ import annotations

import pytest

from core import clock
from grids.actions import proposals, set_care
from grids.models import CareTag, Household, Membership, Proposal
from tests.factories import report_of
from visits import actions
from visits.report import Answer

pytestmark = pytest.mark.django_db


def visit(household, leader, **answers):
    return actions.record_visit(household, by=leader, report=report_of(household, answers=answers))


def test_an_end_of_care_waits_for_the_leader(household, leader):
    tag = set_care(household, category="minimum_allowance", resident=household.head, by=leader)
    key = f"r-{household.head_id.hex}-hardship"
    visit(household, leader, **{key: Answer("changed", "ended")})
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.resident_id) == ("care_end", household.head_id)
    assert CareTag.objects.get(pk=tag.pk).ends_on is None


def test_a_household_that_has_moved_is_proposed_to_be_moved_out(household, leader):
    actions.record_visit(household, by=leader, report=report_of(household, outcome="moved", note="邻居说上月搬走"))
    proposal = Proposal.objects.get()
    assert (proposal.kind, proposal.resident, proposal.note) == ("leave", None, "邻居说上月搬走")
    version = Household.objects.get(pk=household.pk).version
    proposals.accept_proposal(proposal, by=leader, version=version, day=clock.today())
    household.refresh_from_db()
    assert household.left_on == clock.today()
    assert not Membership.objects.current().filter(household=household, ends_on__isnull=True).exists()
