"""A household has left: nobody has to knock there any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import clock
from visits.models import Target

if TYPE_CHECKING:
    from grids.actions.journal import Journal
    from grids.models import Household


def react(household: Household, journal: Journal) -> None:
    """Its doors that wait are found moved, as if somebody had come and been told so."""
    waiting = Target.objects.unscoped(reason="the doors of a household that has left").waiting()
    for target in waiting.filter(household=household):
        journal.set(target, state=Target.State.MOVED, done_at=clock.now())
