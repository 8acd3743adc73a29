"""Whose turn it is with a request, whatever they are asked for: for those who are reminded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Appointment
from community.roles import Role
from helpdesk import sides
from helpdesk.querysets import Leader, leaders_of
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

# The handler has it in hand; in any other state it waits for those who triage and check.
IN_HAND = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.SUSPENDED, State.REFERRED})
_WHY = "who is to be reminded of a request"


def whose_turn(row: ServiceRequest) -> list[User | Leader]:
    """Who has to do something next; nobody checks their own work, and then it is the office's."""
    if row.state in IN_HAND and row.handler and row.handler.is_active:
        return [row.handler]
    return leaders(row)


def leaders(row: ServiceRequest) -> list[User | Leader]:
    """Who triages and checks it, but for its handler; where nobody is left, the office."""
    found = [one for one in leaders_of(row) if one.pk != row.handler_id]
    if found:
        return list(found)
    return _held(row, Role.SECRETARY) if row.is_confidential else _held(row, Role.SECRETARY, Role.COMMUNITY_STAFF)


def secretaries(row: ServiceRequest) -> list[User | Leader]:
    """The community's secretary."""
    return _held(row, Role.SECRETARY)


def _held(row: ServiceRequest, *roles: str) -> list[User | Leader]:
    """Those in the office, but for who lives in one of the two households of a mediation."""
    held = Appointment.objects.unscoped(reason=_WHY).current().filter(community=row.community_id, role__in=roles)
    concerned = sides.live_in(row) if row.has_parties else set()
    users = (one.user for one in held.filter(user__is_active=True).select_related("user").order_by("pk"))
    return [one for one in dict.fromkeys(users) if one.pk not in concerned]
