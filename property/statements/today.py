"""What the statements ask of the cashier today."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.access import Permission
from community.roles import Office
from community.today import Ask
from property.models import Book, StatementRow

if TYPE_CHECKING:
    from community.models import User


def asks(user: User) -> list[Ask]:
    """Rows that are not matched yet, for the cashier of each book; no query for others."""
    if not user.scope.may(Permission.VOUCHER_SETTLE):
        return []
    waiting = StatementRow.objects.visible_to(user).waiting().order_by().values_list("account__book", flat=True)
    counts = Counter(waiting)
    books = Book.objects.visible_to(user).for_page().filter(pk__in=counts) if counts else []
    return [
        Ask(
            title=ngettext("%(n)d 笔流水还没对上", "%(n)d 笔流水还没对上", counts[book.pk]) % {"n": counts[book.pk]},
            detail=str(book.estate),
            url=f"{reverse('property:statement_rows', args=[book.pk])}?match=none",
            button=_("去核对"),
        )
        for book in books
        if Office.CASHIER in user.scope.offices(book.estate_id)
    ]
