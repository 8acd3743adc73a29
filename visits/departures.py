"""A household has left: nobody has to knock there any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core import clock
from visits.models import Target

if TYPE_CHECKING:
    from grids.models import Household


def react(household: Household) -> None:
    """Its doors that wait are found moved, as if somebody had come and been told so."""
    waiting = Target.objects.unscoped(reason="the doors of a household that has left").waiting()
    waiting.filter(household=household).update(state=Target.State.MOVED, done_at=clock.now())
