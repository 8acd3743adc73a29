"""One matter that several have asked for: what was merged follows another request, and can be taken out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from community.models import User
from core import clock
from core.refusal import Refused
from core.scoping import locked
from helpdesk.actions.updates import Details, tell, walked, write
from helpdesk.models import ServiceRequest, Update
from helpdesk.states import OPEN, State

_FOUND = "what follows a request already found"


def refusal(row: ServiceRequest, master: ServiceRequest) -> str:
    """Why the one cannot follow the other, or ""."""
    if master.pk == row.pk:
        return _("不能并到自己，请写另一件的编号。")
    if master.community_id != row.community_id:
        return _("只能并到本社区的诉求。")
    if master.state not in OPEN:
        return _("那一件已经不在办了，不能并过去。")
    if master.has_parties or row.has_parties:
        return _("两家之间的调解要各办各的，不能并单。")
    if kind_of(master) != kind_of(row):
        return _("保密的事和调解，不能和别的事并在一起。")
    return ""


def kind_of(row: ServiceRequest) -> tuple[bool, bool]:
    """What must be equal in two requests that are one matter: whether it is confidential, whether a mediation."""
    return row.is_confidential, row.category.is_mediation


def follow(row: ServiceRequest, master: ServiceRequest, by: User) -> Details:
    """Let a request, and whatever follows it, follow `master`; raises Refused where they are not one matter."""
    master = locked(master)
    if why := refusal(row, master):
        raise Refused(why)
    row.master, row.followers = master, 0
    moved = _following(row).update(master=master) if not row._state.adding else 0
    master.followers += 1 + moved
    master.save(update_fields=["followers"])
    joined = write(master, Update.Kind.REMARK, by=None, details={"followed": master.followers + 1})
    tell(master, joined, by)
    return {"master": master.number}


def resolved(row: ServiceRequest) -> None:
    """Whoever follows is asked to rate when the request is resolved, and no more when it is taken up again."""
    if row.followers:
        _following(row).update(resolved_at=row.resolved_at, resolved_by=row.resolved_by)


def go_on_without(row: ServiceRequest) -> None:
    """Who asked withdraws: the eldest of those that follow goes on for all of them."""
    if not row.followers:
        return
    heir, *others = _following(row).order_by("submitted_at", "pk")
    heir = locked(heir)
    heir.master, heir.state, heir.closed_at, heir.followers = None, State.ACCEPTED, None, len(others)
    heir.accepted_at, heir.accepted_by = heir.accepted_at or row.accepted_at, heir.accepted_by or row.accepted_by
    heir.version += 1
    heir.save()
    _following(row).filter(pk__in=[one.pk for one in others]).update(master=heir)
    row.followers = 0
    walked(heir, "split", State.MERGED, by=None, text=_("原来的那一件由本人撤回了，您这一件接着办。"), details={})


def _following(row: ServiceRequest) -> Any:
    return ServiceRequest.objects.unscoped(reason=_FOUND).filter(master=row)


def _merge(row: ServiceRequest, by: User, *, master: ServiceRequest, **_given: Any) -> Details:
    return follow(row, master, by)


def _split(row: ServiceRequest, by: User, **_given: Any) -> Details:
    if row.master:
        master = locked(row.master)
        master.followers -= 1
        master.save(update_fields=["followers"])
    row.master, row.resolved_at, row.resolved_by = None, None, None
    if row.accepted_at is None:
        row.accepted_at, row.accepted_by = clock.now(), by
    return {}


EFFECTS: dict[str, Callable[..., Details]] = {"merge": _merge, "split": _split}
