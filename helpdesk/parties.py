"""Who somebody is to a request, and which steps of its table that lets them take now."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community.roles import Role
from core.states import Transition
from helpdesk.states import HANDLER, LEADER, REPORTER, REQUESTS, SECRETARY, SYSTEM

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest

CO_HANDLER = "co_handler"
# Those who see the internal notes.
WORKING = frozenset({LEADER, SECRETARY, HANDLER, CO_HANDLER})


def parties_of(request: ServiceRequest, user: User | None) -> frozenset[str]:
    """Which parties of the table `user` is to the request; no user is the system. One query for the helpers."""
    if user is None:
        return frozenset({SYSTEM})
    scope = user.scope
    secretary = request.community_id in scope.ids("community", Role.SECRETARY)
    leads = request.grid_id in scope.grids or request.community_id in scope.offices_communities
    held = {
        REPORTER: request.reporter_id == user.pk,
        LEADER: leads and not request.is_confidential,
        SECRETARY: secretary,
        HANDLER: request.handler_id == user.pk,
        CO_HANDLER: request.handler_id is not None and request.co_handlers.filter(pk=user.pk).exists(),
    }
    return frozenset(party for party, holds in held.items() if holds)


def role_in(request: ServiceRequest, user: User) -> str:
    """The role under which `user` acts on the request; "" for somebody who asks."""
    parties = parties_of(request, user)
    scope = user.scope
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


def _secretary_decides(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if request.category.needs_secretary and SECRETARY not in parties:
        return _("投诉和举报受理不受理，由社区书记决定。")
    return ""


def _four_eyes(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if parties & {HANDLER, CO_HANDLER}:
        return _("自己办的事要请别人审核。")
    return ""


def _one_return(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    from helpdesk.models import Update

    if request.hop_count and Update.objects.of(request).filter(action="hand_back", by=user).exists():
        return _("这件事您已经退过一次，请和社区书记商量怎么办。")
    return ""


BARS: dict[str, Callable[[ServiceRequest, User, frozenset[str]], str]] = {
    "reject": _secretary_decides,
    "resolve": _four_eyes,
    "send_back": _four_eyes,
    "hand_back": _one_return,
}


def bar(request: ServiceRequest, action: str, user: User | None, parties: frozenset[str]) -> str:
    """Why somebody who is the right party must still not take this step, or ""."""
    rule = BARS.get(action)
    return rule(request, user, parties) if rule and user else ""


def steps_for(request: ServiceRequest, user: User, parties: frozenset[str]) -> list[Transition]:
    """The steps that `user` can take now, in the order in which a page offers them."""
    return [row for row in REQUESTS.steps(request.state, parties) if not bar(request, row.action, user, parties)]
