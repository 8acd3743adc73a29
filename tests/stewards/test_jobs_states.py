"""The table of a job's states, as it is drawn and walked."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.management import call_command

from stewards.jobs import forbidden, words
from stewards.jobs.states import JOBS, LIVE, State, document
from stewards.models import JobOffer


def test_the_document_is_the_table() -> None:
    kept = Path("docs/states/jobs.md").read_text(encoding="utf-8")
    assert kept == document(), "run: manage.py draw_job_states --write"


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("draw_job_states")
    assert "stateDiagram-v2" in capsys.readouterr().out


def test_every_state_is_reached_and_has_its_tone() -> None:
    assert {row.target for row in JOBS} == set(State)
    assert set(words.TONES) == set(State)
    assert set(words.OFFER_TONES) == set(JobOffer.State)
    assert all(any(row.source == state for row in JOBS) for state in LIVE)


def test_reasons_have_words_for_both_readers() -> None:
    assert set(words.REASONS) == set(words.ABOUT)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("煤 气 灶", ""),
        ("家里的煤气灶", "燃气"),
        ("ＧＡＳ leak", "燃气"),
        ("电梯里的灯", "电梯"),
        ("电梯厅的灯", ""),
        ("配电箱跳闸", "总管、总闸和表"),
        ("main pipe", "总管、总闸和表"),
        ("remains open", ""),
    ],
)
def test_what_is_never_offered_is_known_by_its_words(text: str, what: str) -> None:
    ban = forbidden.ban_on(text)
    assert (str(ban.what) if ban else "") == what
