"""A building changes its grid: its open requests go with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from community import audit
from community.notices import notify
from community.roles import Role
from core import clock
from grids.moved import Line, Move
from helpdesk.models import ServiceRequest, Update

if TYPE_CHECKING:
    from community.models import User


def react(move: Move) -> None:
    """Give the open requests to the new grid, say so in each, and tell the new leader of those that may be known."""
    rows = list(_open(move))
    if not rows:
        return
    ServiceRequest.objects.unscoped(reason=_WHY).filter(pk__in=[row.pk for row in rows]).update(grid=move.after)
    now = clock.now()
    note = _("%(building)s划入%(grid)s，这件事由那里接着办。") % {"building": move.building, "grid": move.after}
    Update.objects.bulk_create(
        Update(
            community_id=row.community_id,
            request=row,
            kind=Update.Kind.NOTE,
            internal_note=note,
            by=move.by,
            by_role=_role(move.by),
            at=now,
        )
        for row in rows
    )
    changes = {"grid": [str(move.before) if move.before else None, str(move.after)]}
    audit.record_many("request_moved", [(row, changes) for row in rows], by=move.by)
    known = [row for row in rows if not row.is_confidential]
    if known and move.new_leader and move.new_leader != move.by:
        words = {"building": move.building, "n": len(known), "title": known[0].title}
        text = _("%(building)s划入您的网格，还有 %(n)d 件诉求接着办，最早的是“%(title)s”。") % words
        notify([move.new_leader], about=known[0], kind="requests_moved", text=text)


def foresee(move: Move) -> list[Line]:
    """How many open requests would go to the new grid."""
    return [(_open(move).count(), _("件还在办的诉求，转到%(grid)s") % {"grid": move.after})]


_WHY = "the open requests of a building that changes its grid"


def _open(move: Move) -> Any:
    """Those of the building itself, and what a household of it has asked for elsewhere under the old grid."""
    here = Q(building=move.building) | Q(building__isnull=True, home__building=move.building, grid=move.before)
    rows = ServiceRequest.objects.unscoped(reason=_WHY).open().filter(here)
    return rows.exclude(grid=move.after).order_by("submitted_at", "pk")


def _role(by: User | None) -> str:
    """The office under which it is done."""
    offices = (Role.SECRETARY, Role.COMMUNITY_STAFF)
    return next((one.role for one in by.scope.held if one.role in offices), "") if by else ""
