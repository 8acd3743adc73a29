"""What becomes of visit rows that clash where two records of one household, or of one person, are made one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import clock
from grids import uniting
from visits.fields import Result
from visits.models import Card, Target, Verification

if TYPE_CHECKING:
    from grids.actions.journal import Journal

_WEIGHT = {Result.CHANGED: 2, Result.CONFIRMED: 1}


def _reached(target: Target) -> bool:
    """Of two targets of a round the one that was reached says how it went."""
    return target.done_at is not None


def _learned(verification: Verification) -> int:
    """Of two answers to one question at one visit the one that says more stays."""
    return _WEIGHT.get(Result(verification.result), 0)


def _one_card(journal: Journal, of_kept: Card, of_gone: Card) -> None:
    """Of two cards that stand, the one that was answered stays; the other is void."""
    second = of_kept if of_gone.visit_id is not None and of_kept.visit_id is None else of_gone
    journal.set(second, void_at=clock.now())


def register() -> None:
    uniting.register("visits.target", uniting.keep_by(_reached))
    uniting.register("visits.card", _one_card)
    uniting.register("visits.verification", uniting.keep_by(_learned))
