"""What hand-overs ask: of those who have to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from community import today
from community.access import Permission
from community.questions import Row
from community.today import Ask
from core.parts import made_of
from property.handover.actions import to_sign
from property.models import Handover

if TYPE_CHECKING:
    from community.models import User

_HANDOVER = (
    "id", "office", "state", "taken_at", "absent_reason", "leaving_id", "leaving_at", "successor_id", "successor_at",
    "leaving__name", "successor__name", "book__estate_id", "book__community_id", "book__estate__name",
)  # fmt: skip


def register() -> None:
    """Lists that wait for a signature, of whoever reads books: who has no office yet is told by a notice."""
    today.register(_open, _unsigned)


def _open(user: User) -> Any:
    if not user.scope.may(Permission.BOOKS_VIEW):
        return None
    return Handover.objects.visible_to(user).open().values_list(*_HANDOVER)


def _unsigned(user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=str(handover),
            detail=str(handover.book.estate),
            url=handover.get_absolute_url(),
            button=_("去签字"),
            since=handover.taken_at,
        )
        for handover in (made_of(Handover, _HANDOVER, row) for row in rows)
        if to_sign(handover, user)
    ]
