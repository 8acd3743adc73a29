"""What hand-overs ask: of those who have to sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community.access import Permission
from community.today import Ask
from property.handover.actions import to_sign
from property.models import Handover

if TYPE_CHECKING:
    from community.models import User


def asks(user: User) -> list[Ask]:
    """One query for whoever reads books, none for the others: who has no office yet is told by a notice."""
    if not user.scope.may(Permission.BOOKS_VIEW):
        return []
    rows = Handover.objects.visible_to(user).open().for_page().order_by("taken_at")
    return [
        Ask(
            title=str(row),
            detail=str(row.book.estate),
            url=row.get_absolute_url(),
            button=_("去签字"),
            since=row.taken_at,
        )
        for row in rows
        if to_sign(row, user)
    ]
