"""Requests that were handed to a unit: to whoever speaks for it, with a day by which they are done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from community.roles import Role
from core import clock
from core.addresses import address
from helpdesk.models import Category, ServiceRequest
from helpdesk.states import HANDLED, State

if TYPE_CHECKING:
    from alliance.models import Partner
    from community.models import User

AT_MOST = 20
RUNNING = (*HANDLED, State.NEED_INFO)


@dataclass(frozen=True)
class Handed:
    """A request as the page of a unit tells it; `url` is "" for who may not open it, and then `what` is its kind."""

    number: str
    what: str
    who: str
    state: str
    tone: str
    due_at: datetime
    is_late: bool
    url: str


def handed_to(partner: Partner, contacts: list[User], user: User) -> list[Handed]:
    """What waits with a unit, the one due first in front; its words for those alone who may open it. One query."""
    if not contacts:
        return []
    rows = ServiceRequest.objects.unscoped(reason="kinds and days of what a unit already found has in hand")
    rows = rows.filter(community=partner.community_id, handler__in=contacts, state__in=RUNNING)
    rows = rows.filter(handler_role=Role.PARTNER_CONTACT, is_confidential=False, has_parties=False)
    columns = ("pk", "number", "title", "category__name", "handler", "handler__name", "state", "due_at")
    found = rows.order_by("due_at", "pk").values_list(*columns)[:AT_MOST]
    opens = partner.community_id in user.scope.offices_communities
    return [_told(row, opens or row[4] == user.pk) for row in found]


def _told(row: tuple[Any, ...], opens: bool) -> Handed:
    pk, number, title, category, _handler, who, state, due_at = row
    late = due_at < clock.now() and state != State.REVIEW
    return Handed(
        number=number,
        what=title if opens else Category(name=category).label,
        who=who,
        state=str(State(state).label),
        tone="warn" if late else "wait",
        due_at=due_at,
        is_late=late,
        url=address("helpdesk:request", pk) if opens else "",
    )
