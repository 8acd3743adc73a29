"""Who has how much in hand of what somebody leads, and whether they are still there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q

from core import clock
from helpdesk.board import of_desk
from helpdesk.querysets import possible_handlers
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest
    from helpdesk.querysets import ServiceRequestQuerySet

# In somebody's hands, and theirs to go on with; what waits to be checked is done.
GOING_ON = (State.DISPATCHED, State.IN_PROGRESS, State.NEED_INFO, State.SUSPENDED, State.REFERRED)


class Handler(NamedTuple):
    """Somebody with requests in hand; `can` is whether they still hold an office in which one handles."""

    pk: int
    name: str
    community_id: int
    open: int
    late: int
    can: bool


def handlers(user: User) -> list[Handler]:
    """Everybody who has something in hand, those who have left first."""
    rows = of_desk(user).filter(state__in=GOING_ON, handler__isnull=False).order_by()
    counted = rows.values_list("handler_id", "handler__name", "community_id").annotate(
        open=Count("pk"), late=Count("pk", filter=Q(due_at__lt=clock.now()))
    )
    found = list(counted)
    can = {(pk, one.user_id) for pk in {row[2] for row in found} for one in possible_handlers(pk)}
    made = [
        Handler(pk, name, community, held, late, (community, pk) in can) for pk, name, community, held, late in found
    ]
    return sorted(made, key=lambda one: (one.can, -one.open, one.name))


def held_by(user: User, who: int) -> ServiceRequestQuerySet:
    """What `who` has in hand of what the user leads, the one due first in front."""
    return of_desk(user).filter(state__in=GOING_ON, handler=who).select_related("category").order_by("due_at", "pk")


def helped_by(user: User, who: int) -> ServiceRequestQuerySet:
    """What `who` helps with of what the user leads."""
    return of_desk(user).filter(state__in=(*GOING_ON, State.REVIEW), co_handlers=who).order_by("due_at", "pk")


def by_state(rows: Iterable[ServiceRequest]) -> dict[str, int]:
    """How many of these are in each state."""
    return dict(Counter(row.state for row in rows))
