"""Both households of a mediation are asked again some weeks later, each by itself and without a word of the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.refusal import Refused
from visits import reasons
from visits.actions.special import add_target
from visits.models import Target

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest


def ask_again(request: ServiceRequest, by: User) -> None:
    """Send somebody to each of the two on the day; what cannot be laid in the open round waits for the next one."""
    assert request.follow_up_on is not None
    reason = reasons.sentence(reasons.settled())
    for side in request.sides:
        try:
            add_target(side.household, kind=Target.Kind.FOLLOW_UP, due_on=request.follow_up_on, reason=reason, by=by)
        except Refused:
            continue  # no round, past its end, or another's grid: `planning` sees to it
