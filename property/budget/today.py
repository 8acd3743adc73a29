"""What budgets ask: of the chair to approve a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from community import today
from community.questions import Row
from community.roles import Office
from community.today import Ask
from core.parts import made_of
from property.models import Budget

if TYPE_CHECKING:
    from community.models import User

_BUDGET = ("book_id", "year", "version", "drafted_at", "book__estate__name")


def register() -> None:
    """Drafts that wait for the chair."""
    today.register(_drafted, _to_approve)


def _drafted(user: User) -> Any:
    chaired = user.scope.estates_as(Office.CHAIR)
    if not chaired:
        return None
    rows = Budget.objects.visible_to(user).filter(state=Budget.State.DRAFT, book__estate__in=chaired)
    return rows.values_list(*_BUDGET)


def _to_approve(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=_("%(budget)s等您批准") % {"budget": budget},
            detail=str(budget.book.estate),
            url=f"{budget.get_absolute_url()}?version={budget.version}",
            button=_("去看看"),
            since=budget.drafted_at,
        )
        for budget in (made_of(Budget, _BUDGET, row) for row in rows)
    ]
