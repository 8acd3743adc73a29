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
    from helpdesk.models import Party, ServiceRequest

CO_HANDLER = "co_handler"
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


def _both_agreed(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if any(side.agreed_on is None for side in request.sides):
        return _("两家都同意调解以后，才能派人。先分别问一问，再记下来。")
    return ""


def _is_rated(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if request.category.is_mediation:
        return _("调解不请人评价，审核通过就结束。")
    return _four_eyes(request, user, parties)


def _is_mediated(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    if not request.category.is_mediation:
        return _("这件事办结以后要请人评价。")
    return _four_eyes(request, user, parties)


def _is_between_two(request: ServiceRequest, user: User, parties: frozenset[str]) -> str:
    return "" if request.has_parties else _("这件事不是两家之间的调解。")


BARS: dict[str, Callable[[ServiceRequest, User, frozenset[str]], str]] = {
    "reject": _secretary_decides,
    "decline": _is_between_two,
    "dispatch": _both_agreed,
    "resolve": _is_rated,
    "conclude": _is_mediated,
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
