"""A round sheet typed in: as good as visit by visit, and never twice."""

from __future__ import annotations

import pytest

from community.models import AuditEvent
from core import clock
from core.refusal import Refused
from tests.factories import family_of, household_in, report_of
from visits import actions
from visits.actions import PaperLine
from visits.models import Target, Verification, Visit
from visits.report import Answer
from visits.sheet import sheet_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def doors(grid, household):
    """Several households of the grid before the round begins, the first one with something not known."""
    others = [household_in(grid) for _number in range(3)]
    for other in others:
        family_of(other, {"name": "周芳", "birth_date": "1960-01-01"})
    return [household, *others]


def lines(campaign, outcome="met"):
    rows = campaign.targets.filter(kind="quarterly").select_related("household__dwelling").order_by("pk")
    return [PaperLine(target, outcome, clock.now()) for target in rows]


def test_doors_are_reached_and_what_is_known_is_confirmed(doors, campaign, leader, household):
    assert actions.record_paper_round(lines(campaign), by=leader) == len(doors)
    assert set(campaign.targets.filter(kind="quarterly").values_list("state", flat=True)) == {Target.State.DONE}
    results = dict(Verification.objects.filter(household=household, resident=None).values_list("field", "result"))
    assert results == {"kind": "confirmed", "phone": "confirmed"}
    spouse = household.memberships.get(relation="10").resident
    unknown = Verification.objects.filter(resident=spouse, result="unknown").values_list("field", flat=True)
    assert "phone" in unknown
    assert AuditEvent.objects.filter(verb="visit_recorded", household_id=household.pk).count() == 1


def test_the_same_coverage_as_a_visit_by_itself(doors, campaign, leader, household):
    sheet = sheet_for(leader, household)
    answers = {slot.key: Answer("confirmed" if slot.text else "unknown") for slot in sheet.slots}
    ticked = lines(campaign)
    actions.record_visit(household, by=leader, report=report_of(household, answers=answers, seen=sheet.seen))
    alone = campaign.targets.get(household=household, kind="quarterly")
    actions.record_paper_round([line for line in ticked if line.target.household_id != household.pk], by=leader)
    Target.objects.filter(pk=alone.pk).update(state="waiting", done_at=None, fields_verified=0)
    actions.record_paper_round([line for line in ticked if line.target.household_id == household.pk], by=leader)
    again = Target.objects.get(pk=alone.pk)
    assert (again.fields_verified, again.fields_total) == (alone.fields_verified, alone.fields_total)


def test_nobody_in_counts_as_once_absent(doors, campaign, leader):
    actions.record_paper_round(lines(campaign, "absent"), by=leader)
    assert set(campaign.targets.filter(kind="quarterly").values_list("state", flat=True)) == {Target.State.ABSENT_ONCE}
    assert not Verification.objects.exists()


def test_a_door_already_reached_takes_the_whole_sheet_back(doors, campaign, leader, household):
    sheet = lines(campaign)
    actions.record_paper_round(sheet[:1], by=leader)
    with pytest.raises(Refused, match=str(sheet[0].target.household)):
        actions.record_paper_round(reversed(sheet), by=leader)
    assert Visit.objects.count() == 1


def test_anything_else_is_recorded_by_itself(doors, campaign, leader):
    with pytest.raises(Refused):
        actions.record_paper_round(lines(campaign, "refused"), by=leader)


def test_statements_do_not_grow_with_the_doors(doors, campaign, leader, django_assert_max_num_queries):
    sheet = lines(campaign)
    with django_assert_max_num_queries(14):
        actions.record_paper_round(sheet, by=leader)
