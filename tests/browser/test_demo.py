"""The demo has something of everything that the visits can show, made through the same actions as the rest."""

from __future__ import annotations

from typing import Any

import pytest

from community.models import User
from core import clock
from grids.models import Proposal
from helpdesk.models import ServiceRequest, Update
from visits.book import waiting
from visits.models import Card, Device, Finding, Handover, LateReport, Recheck, RoundSheet, Talk, Target, Visit

pytestmark = pytest.mark.usefixtures("demo")


def test_doors_where_nobody_was_met(demo: dict[str, Any]) -> None:
    assert Target.objects.filter(campaign__state="open", state="absent_twice").count() == 2
    assert [card.is_usable for card in Card.objects.order_by("visit")].count(True) == 1
    assert Card.objects.get(visit__isnull=False).visit.outcome == "card"
    asked = {(one.kind, one.source) for one in Proposal.objects.filter(state="open")}
    assert asked == {("change", "resident"), ("join", "visit"), ("leave", "visit")}


def test_what_waits_for_the_office_and_the_walkers() -> None:
    assert Finding.objects.filter(for_hall=True, state="open").count() == 1
    assert any(one.is_overdue for one in Finding.objects.filter(severity="urgent"))
    late, given = LateReport.objects.get(), Handover.objects.get()
    assert (late.by, late.is_waiting, late.target) == (given.before, True, given.target)
    assert given.after is not None
    assert not waiting.read(late, user=User.objects.get(pk=given.after.pk)).why_not
    device = Device.objects.get()
    assert (device.user, device.unsent) == (given.before, 3)


def test_paper_calls_and_a_talk() -> None:
    sheet = RoundSheet.objects.get()
    typed = Visit.objects.filter(via="paper", target__in=sheet.targets).count()
    assert typed == -(-len(sheet.targets) // 2)
    assert sorted(Recheck.objects.values_list("outcome", flat=True)) == [
        "",
        "",
        "",
        "as_written",
        "as_written",
        "differs",
    ]
    talk = Talk.objects.get()
    assert (talk.about, talk.campaign.is_open) == ("fast", False)


def test_a_mediation_with_words_of_both() -> None:
    row = ServiceRequest.objects.get(has_parties=True)
    assert row.state == "in_progress"
    assert all(side.agreed_on and side.agreed_on <= clock.today() for side in row.sides)
    for side in row.sides:
        words = Update.objects.filter(request=row, kind="remark", party=side).exclude(public_text="")
        assert len({one.by_id for one in words}) == 2
