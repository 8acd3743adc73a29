"""Somebody leaves: what they have in hand goes to another, or back to be handed out anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core.refusal import Refused
from core.scoping import locked
from helpdesk.actions.steps import step
from helpdesk.models import ServiceRequest
from helpdesk.querysets import possible_handlers
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User

# The step by which a request in this state goes to somebody else.
TO_ANOTHER = {
    State.DISPATCHED: "reassign",
    State.IN_PROGRESS: "reassign",
    State.SUSPENDED: "hand_on",
    State.REFERRED: "hand_on",
}


class Left(NamedTuple):
    """What could not be handed over, and why."""

    request: ServiceRequest
    why: str


class HandedOver(NamedTuple):
    """How many went, how many helpers were taken off, and what stayed."""

    went: int
    helped: int
    left: list[Left]


def hand_over(
    requests: Iterable[ServiceRequest],
    helped: Iterable[ServiceRequest],
    *,
    who: User,
    to: User | None,
    by: User,
    reason: str,
) -> HandedOver:
    """Give what `who` has in hand to `to`, or back to the desk where that is nobody; each by itself, each told.

    One that cannot go, because it is `to`'s own matter or somebody else was faster, stays and is named. Of `helped`
    they are taken off.
    """
    went, left = 0, []
    for row in requests:
        try:
            _hand(row, who=who, to=to, by=by, reason=reason)
        except Refused as refusal:
            left.append(Left(row, str(refusal)))
        else:
            went += 1
    return HandedOver(went, sum(_no_longer_helps(row, who, by, reason) for row in helped), left)


@transaction.atomic
def _hand(request: ServiceRequest, *, who: User, to: User | None, by: User, reason: str) -> None:
    row = locked(request)
    if row.handler_id != who.pk:
        raise Refused(_("已经不是%(name)s在办了。") % {"name": who.name})
    if row.state == State.NEED_INFO:
        raise Refused(_("正在等本人补充，补充好以后再交。"))
    if to is None:
        step(row, "recall", by=by, note=reason)
        return
    action = TO_ANOTHER.get(State(row.state))
    if action is None:
        raise Refused(_("已经不用办了。"))
    can = {one.user_id for one in possible_handlers(row.community_id, row.category)}
    helpers = [one for one in row.co_handlers.all() if one.pk in can and one.pk not in (to.pk, who.pk)]
    step(row, action, by=by, handler=to, co_handlers=helpers, note=reason)


@transaction.atomic
def _no_longer_helps(request: ServiceRequest, who: User, by: User, reason: str) -> bool:
    row = locked(request)
    if not row.co_handlers.filter(pk=who.pk).exists():
        return False
    row.co_handlers.remove(who)
    audit.record("request_unhelped", row, by=by, changes={"helper": [who.name, ""]}, reason=reason)
    return True
