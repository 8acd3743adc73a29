"""What comes back asks: of the bookkeeper to draft what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.roles import Office
from community.today import Ask
from core import clock
from core.quarters import Month
from property.models import Book
from property.recurring.due import missing

if TYPE_CHECKING:
    from community.models import User


def asks(user: User) -> list[Ask]:
    """A few queries for each book of a bookkeeper that has something that comes back, none for the others."""
    kept = [one.estate for one in user.scope.held if one.office == Office.BOOKKEEPER]
    if not kept:
        return []
    books = Book.objects.visible_to(user).filter(estate__in=kept, recurring__stopped_at__isnull=True)
    found = []
    for book in books.filter(recurring__isnull=False).for_page().distinct():
        due = missing(book, Month.of(clock.today()))
        if due:
            title = ngettext("%(n)d 张定期凭证到期了", "%(n)d 张定期凭证到期了", len(due)) % {"n": len(due)}
            names = _("、").join(dict.fromkeys(recurring.summary for recurring, _month in due))
            url = due[0][0].get_absolute_url()
            found.append(Ask(title=title, detail=f"{book.estate} · {names}", url=url, button=_("去制单")))
    return found
