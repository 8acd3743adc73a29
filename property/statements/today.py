"""What the statements ask of the cashier today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import today
from community.questions import Row
from community.roles import Office
from community.today import Ask
from property.models import StatementRow

if TYPE_CHECKING:
    from community.models import User

_BOOK = ("account__book__estate__code", "account__book", "account__book__estate__name")


def register() -> None:
    """Rows that are not matched yet, of the cashier of each book."""
    today.register(_waiting, _to_match)


def _waiting(user: User) -> Any:
    settled = user.scope.estates_as(Office.CASHIER)
    if not settled:
        return None
    rows = StatementRow.objects.visible_to(user).waiting().filter(account__book__estate__in=settled)
    return rows.order_by().values(*_BOOK).annotate(n=Count("pk")).values_list(*_BOOK, "n")


def _to_match(_user: User, rows: list[Row]) -> list[Ask]:
    return [
        Ask(
            title=ngettext("%(n)d 笔流水还没对上", "%(n)d 笔流水还没对上", number) % {"n": number},
            detail=estate,
            url=f"{reverse('property:statement_rows', args=[book])}?match=none",
            button=_("去核对"),
        )
        for _code, book, estate, number in sorted(rows)
    ]
