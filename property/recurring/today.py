"""What comes back asks: of the bookkeeper to draft what is due."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import today
from community.questions import Row
from community.roles import Office
from community.today import Ask
from core import clock
from core.parts import made_of
from core.quarters import Month
from core.sql import Within, as_day
from property.models import Book, LedgerMonth, RecurringDraft, RecurringVoucher
from property.recurring.due import not_drafted

if TYPE_CHECKING:
    from community.models import User

_WHY = "months and drafts of what comes back in the books that one keeps"
# What a line needs of each, in the order in which its statement gives it.
_RECURRING = (
    "id", "book_id", "summary", "first", "last", "every", "day", "book__opened_on", "book__estate__name",
)  # fmt: skip
_DRAFT = ("recurring_id", "month", "voucher__state")
_READ = {
    "recurring": (
        "SELECT 'recurring', id, book, summary, first, last, every, day, opened_on, estate FROM narrowed",
        "id, book, summary, first, last, every, day, opened_on, estate",
    ),
    "draft": (
        "SELECT 'draft', recurring, 0, month, state, '', 0, 0, CAST(NULL AS date), '' FROM narrowed",
        "recurring, month, state",
    ),
    "closed": (
        "SELECT 'closed', 0, book, month, '', '', 0, 0, CAST(NULL AS date), '' FROM narrowed",
        "book, month",
    ),
}


def register() -> None:
    """What is due and has no voucher yet, of the bookkeeper."""
    today.register(_running, _due)


def _running(user: User) -> list[Within] | None:
    """What comes back, the months that it was drafted for, and the months that take nothing any more."""
    kept = user.scope.estates_as(Office.BOOKKEEPER)
    if not kept:
        return None
    running = RecurringVoucher.objects.visible_to(user).running().filter(book__estate__in=kept)
    drafts = RecurringDraft.objects.unscoped(reason=_WHY).filter(recurring__in=running.values("pk"))
    closed = LedgerMonth.objects.unscoped(reason=_WHY).closed().filter(book__in=running.values("book"))
    return [
        _part("recurring", running.values_list(*_RECURRING)),
        _part("draft", drafts.values_list(*_DRAFT)),
        _part("closed", closed.order_by().values_list("book_id", "month")),
    ]


def _part(kind: str, rows: Any) -> Within:
    statement, columns = _READ[kind]
    return Within(rows, columns, statement, width=10)


def _due(_user: User, rows: list[Row]) -> list[Ask]:
    closed: dict[int, set[str]] = defaultdict(set)
    drafted: dict[int, list[RecurringDraft]] = defaultdict(list)
    for kind, key, book, month, state, *_empty in rows:
        if kind == "closed":
            closed[book].add(month)
        elif kind == "draft":
            drafted[key].append(made_of(RecurringDraft, _DRAFT, (key, month, state)))
    running: dict[int, list[RecurringVoucher]] = defaultdict(list)
    for kind, key, book, *about, opened_on, estate in rows:
        if kind == "recurring":
            one = made_of(RecurringVoucher, _RECURRING, (key, book, *about, as_day(opened_on), estate))
            one.drafted = drafted[key]
            running[book].append(one)
    return [ask for book in running for ask in _of_book(running[book], closed[book])]


def _of_book(running: list[RecurringVoucher], closed: set[str]) -> list[Ask]:
    due = not_drafted(running, closed, Month.of(clock.today()))
    if not due:
        return []
    title = ngettext("%(n)d 张定期凭证到期了", "%(n)d 张定期凭证到期了", len(due)) % {"n": len(due)}
    names = _("、").join(dict.fromkeys(recurring.summary for recurring, _month in due))
    first: RecurringVoucher = due[0][0]
    book: Book = first.book
    url = first.get_absolute_url()
    return [Ask(title=title, detail=f"{book.estate} · {names}", url=url, button=_("去制单"))]
