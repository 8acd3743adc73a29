"""What becomes of visit rows that clash where two records of one household, or of one person, are made one."""

from __future__ import annotations

from grids import uniting
from visits.fields import Result
from visits.models import Target, Verification

_WEIGHT = {Result.CHANGED: 2, Result.CONFIRMED: 1}


def _reached(target: Target) -> bool:
    """Of two targets of a round the one that was reached says how it went."""
    return target.done_at is not None


def _learned(verification: Verification) -> int:
    """Of two answers to one question at one visit the one that says more stays."""
    return _WEIGHT.get(Result(verification.result), 0)


def register() -> None:
    uniting.register("visits.target", uniting.keep_by(_reached))
    uniting.register("visits.verification", uniting.keep_by(_learned))
