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
from helpdesk.models import Rating, ServiceRequest, Update
from helpdesk.parties import parties_of, steps_for
from helpdesk.states import ENDED, HANDLED, REQUESTS, State, document
from helpdesk.words import HEADLINES, TONES
from tests.factories import Desk, desk

ACTIONS = sorted({row.action for row in REQUESTS} - {"log"})
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
    assert {row.action for row in REQUESTS} - set(STEP_FORMS) == {"log", "lapse"}
    assert set(TONES) == set(State.values)
    assert not [row for row in REQUESTS if row.source in ENDED]


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
    @rule(who=st.sampled_from(PEOPLE))
    def what_is_offered_is_not_refused(self, who: str) -> None:
        user = getattr(self.here, who)
        row = ServiceRequest.objects.get(pk=self.row.pk)
        offered = steps_for(row, user, parties_of(row, user))
        if offered:
            self.row = self.here.take(row, offered[0].action, by=user)
            self.steps += 1

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
        assert Rating.objects.filter(request=row).count() <= 1


class TestLives(TestCase, Lives.TestCase):  # type: ignore[misc,name-defined]
    settings = hypothesis_settings(
        max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
    )
