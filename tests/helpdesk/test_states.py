"""The table of states: its document, and that no path through it breaks what must always hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from core.refusal import Refused
from core.states import StateTable
from helpdesk.forms import STEP_FORMS
from helpdesk.models import Approval, Pause, Rating, ServiceRequest, Update
from helpdesk.parties import parties_of, steps_for
from helpdesk.states import ENDED, HANDLED, REQUESTS, State, document
from helpdesk.words import HEADLINES, TONES
from tests.factories import Desk, desk

# Steps without a form: what begins a request, and what the time takes.
NOBODYS = {"log", "join", "lapse", "unanswered"}
ACTIONS = sorted({row.action for row in REQUESTS} - {"log", "join"})
PEOPLE = ["reporter", "leader", "secretary", "handler", "other"]


def test_the_document_shows_the_table() -> None:
    kept = (Path(settings.BASE_DIR) / "docs/states/requests.md").read_text(encoding="utf-8")
    assert kept == document(), "run: manage.py draw_states --write"
    assert REQUESTS.mermaid() in kept


def test_the_command_prints_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("draw_states")
    assert capsys.readouterr().out == document()


def test_every_state_is_reached_and_every_step_has_its_words_and_form() -> None:
    assert {row.target for row in REQUESTS} == set(State.values)
    assert {row.action for row in REQUESTS} <= set(HEADLINES)
    assert {row.action for row in REQUESTS} - set(STEP_FORMS) == NOBODYS
    assert set(TONES) == set(State.values)
    assert {row.action for row in REQUESTS if row.source in ENDED} == {"rate", "split", "reopen"}
    assert {row.source for row in REQUESTS} == {"", *State.values} - {State.REJECTED, State.WITHDRAWN}


def test_a_later_state_is_a_row_to_add() -> None:
    table = StateTable([*REQUESTS, next(iter(REQUESTS))])
    assert table.steps(State.SUBMITTED, ["leader"]) == REQUESTS.steps(State.SUBMITTED, ["leader"])


class Lives(RuleBasedStateMachine):
    """Anybody tries any step at any time; what is refused changes nothing, what is allowed keeps the rules."""

    here: Desk
    row: ServiceRequest

    @initialize(slug=st.sampled_from(["plumbing", "enquiry", "property_complaint", "tip_off"]))
    def begin(self, slug: str) -> None:
        self.here = desk()
        self.row = self.here.log(slug)
        self.steps = 1

    @rule(action=st.sampled_from(ACTIONS), who=st.sampled_from([*PEOPLE, "usual"]))
    def try_step(self, action: str, who: str) -> None:
        given: dict[str, Any] = {} if who == "usual" else {"by": getattr(self.here, who)}
        before = ServiceRequest.objects.get(pk=self.row.pk)
        try:
            self.row = self.here.take(before, action, **given)
        except Refused:
            assert ServiceRequest.objects.get(pk=self.row.pk).version == before.version
            return
        self.steps += 1
        assert any((row.source, row.target, row.action) == (before.state, self.row.state, action) for row in REQUESTS)

    @precondition(lambda self: hasattr(self, "row"))
    @rule(who=st.sampled_from(PEOPLE), which=st.integers(0, 9))
    def what_is_offered_is_not_refused(self, who: str, which: int) -> None:
        user = getattr(self.here, who)
        row = ServiceRequest.objects.get(pk=self.row.pk)
        offered = steps_for(row, user, parties_of(row, user))
        if offered:
            self.row = self.here.take(row, offered[which % len(offered)].action, by=user)
            self.steps += 1

    @precondition(lambda self: hasattr(self, "row") and self.row.state == State.MERGED)
    @rule()
    def the_one_it_follows_is_resolved(self) -> None:
        master = ServiceRequest.objects.get(pk=self.row.pk).master
        if master is not None and master.state == State.SUBMITTED:
            people = {"by": self.here.secretary}
            for action in ("accept", "dispatch", "sign", "reply", "resolve"):
                given = people if action in ("accept", "dispatch", "resolve") else {}
                master = self.here.take(master, action, **given)

    @invariant()
    def the_rules_hold(self) -> None:
        if not hasattr(self, "row"):
            return
        row = ServiceRequest.objects.get(pk=self.row.pk)
        assert (row.state in ENDED) == (row.closed_at is not None)
        assert row.state not in HANDLED or row.handler_id is not None
        assert row.resolved_by_id is None or row.resolved_by_id != row.handler_id
        assert Update.objects.filter(request=row, kind="step").count() == self.steps == row.version
        assert Update.objects.filter(request=row).last().to_state == row.state
        assert Rating.objects.filter(request=row).count() <= row.round
        assert (row.state == State.NEED_INFO) == Pause.objects.filter(request=row, ended_at=None).exists()
        assert bool(row.asked_for) == Approval.objects.filter(request=row, decided_at=None).exists()
        assert row.resolved_by_id is None or row.resolved_by_id != row.last_resolved_by_id or row.master_id
        for other in ServiceRequest.objects.filter(community=row.community_id):
            assert other.followers == ServiceRequest.objects.filter(master=other).count()


class TestLives(TestCase, Lives.TestCase):  # type: ignore[misc,name-defined]
    settings = hypothesis_settings(
        max_examples=30, stateful_step_count=24, deadline=None, suppress_health_check=list(HealthCheck)
    )
