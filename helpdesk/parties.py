"""Who somebody is to a request, and which steps of its table that lets them take now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.roles import Role
from core.states import Transition
from helpdesk.bars import bar
from helpdesk.states import CO_HANDLER, HANDLER, LEADER, REPORTER, REQUESTS, SECRETARY, SYSTEM

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import Party, ServiceRequest

# Lives in one of the two households of a mediation, and is nothing else to it, whatever their office.
SIDE = "side"
# Those who see the internal notes.
WORKING = frozenset({LEADER, SECRETARY, HANDLER, CO_HANDLER})


def parties_of(request: ServiceRequest, user: User | None) -> frozenset[str]:
    """Which parties of the table `user` is to the request; no user is the system. One query for the helpers."""
    if user is None:
        return frozenset({SYSTEM})
    scope = user.scope
    if any(side.household_id in scope.households for side in request.sides):
        return _of_a_side(request, user)
    secretary = request.community_id in scope.ids("community", Role.SECRETARY)
    leads = request.grid_id in scope.grids or request.community_id in scope.offices_communities
    held = {
        REPORTER: asked(request, user),
        LEADER: leads and not request.is_confidential,
        SECRETARY: secretary,
        HANDLER: request.handler_id == user.pk,
        CO_HANDLER: request.handler_id is not None and request.co_handlers.filter(pk=user.pk).exists(),
    }
    return frozenset(party for party, holds in held.items() if holds)


def asked(request: ServiceRequest, user: User) -> bool:
    """Whether it is the user's own word. What was asked in confidence keeps that apart: one query, of that alone."""
    if not request.has_informant:
        return request.reporter_id == user.pk
    from helpdesk.models import Informant

    rows = Informant.objects.unscoped(reason="whether a request already found is one's own")
    return bool(rows.filter(request=request, user=user).exists())


def side_of(request: ServiceRequest, user: User) -> Party | None:
    """The side of a mediation that the user's household is, as soon as it knows of it; None for everybody else.

    The one who asked stays on the side of the household they asked for, unless they live in the other one by now.
    """
    for side in request.sides:
        if side.household_id in user.scope.households:
            return side if side.is_first or request.accepted_at else None
    return request.sides[0] if request.sides and request.reporter_id == user.pk else None


def _of_a_side(request: ServiceRequest, user: User) -> frozenset[str]:
    side = side_of(request, user)
    if side is None:
        return frozenset()
    return frozenset({SIDE, REPORTER} if side.is_first and request.reporter_id == user.pk else {SIDE})


def role_in(request: ServiceRequest, user: User) -> str:
    """The role under which `user` acts on the request; "" for somebody who asks."""
    parties = parties_of(request, user)
    scope = user.scope
    if SIDE in parties:
        return ""
    if request.handler_id == user.pk and request.handler_role:
        return request.handler_role
    if request.grid_id in scope.grids:
        return Role.GRID_LEADER
    if SECRETARY in parties:
        return Role.SECRETARY
    if request.community_id in scope.offices_communities:
        return Role.COMMUNITY_STAFF
    duties = [one.role for one in scope.held if one.role != Role.RESIDENT]
    return duties[0] if duties and REPORTER not in parties else ""


def steps_for(request: ServiceRequest, user: User, parties: frozenset[str]) -> list[Transition]:
    """The steps that `user` can take now, in the order in which a page offers them."""
    rows = [row for row in REQUESTS.steps(request.state, parties) if leads_on(request, row)]
    return [row for row in rows if not bar(request, row.action, user, parties)]


def leads_on(request: ServiceRequest, row: Transition) -> bool:
    """Whether a row of the table leads on from here: after a question it goes on where that was asked."""
    return row.source == request.state and (not request.resume_state or row.target == request.resume_state)
