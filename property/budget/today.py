"""What budgets ask: of the chair to approve a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community.roles import Office
from community.today import Ask
from property.models import Budget

if TYPE_CHECKING:
    from community.models import User


def asks(user: User) -> list[Ask]:
    """One query for a chair, none for the others."""
    chaired = [one.estate for one in user.scope.held if one.office == Office.CHAIR]
    if not chaired:
        return []
    rows = Budget.objects.visible_to(user).filter(state=Budget.State.DRAFT, book__estate__in=chaired)
    return [
        Ask(
            title=_("%(budget)s等您批准") % {"budget": row},
            detail=str(row.book.estate),
            url=f"{row.get_absolute_url()}?version={row.version}",
            button=_("去看看"),
            since=row.drafted_at,
        )
        for row in rows.select_related("book__estate").order_by("drafted_at")
    ]
