"""What the books ask of the committee today."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import today
from community.questions import Row, rows_for_each
from community.roles import Office, Role
from community.today import Ask
from core import clock
from core.money import yuan
from core.parts import made_of
from property.models import Book, LedgerMonth, Voucher
from property.querysets import fen_of, yuan_of

if TYPE_CHECKING:
    from community.models import User

State = Voucher.State
_WAITING = {
    State.SUBMITTED: Office.REVIEWER,
    State.REVIEWED: Office.CASHIER,
    State.RETURNED: Office.BOOKKEEPER,
    State.DRAFT: Office.BOOKKEEPER,
}
# What lines are told of; the book stands first in both, so that one book's can be picked out.
_VOUCHER = (
    "book_id", "id", "state", "drafted_by_id", "drafted_at", "reviewed_by_id", "reviewed_at", "returned_at",
    "book__estate_id", "book__estate__name",
)  # fmt: skip
_MONTH = ("book_id", "month", "book__estate__name")


def register() -> None:
    """Vouchers that wait for an office, months that can be closed."""
    today.register(_unfinished, _vouchers)
    today.register(_open_months, _months)


def asks(user: User, book: Book) -> list[Ask]:
    """What waits for `user` in one book; no query for whoever sits on no committee, one for the others."""
    vouchers, months = (
        [row for row in rows if row[0] == book.pk] for rows in rows_for_each(user, (_unfinished, _open_months))
    )
    return [*_vouchers(user, vouchers), *_months(user, months)]


def _unfinished(user: User) -> Any:
    if not user.scope.has_role(Role.COMMITTEE):
        return None
    rows = Voucher.objects.visible_to(user).unfinished().filter(book__estate__in=user.scope.estates)
    return rows.order_by().values_list(*_VOUCHER, fen_of(F("amount")))


class _Waiting(NamedTuple):
    voucher: Voucher
    fen: int


def _vouchers(user: User, rows: list[Row]) -> list[Ask]:
    waiting: dict[tuple[str, int], list[_Waiting]] = defaultdict(list)
    found = (_Waiting(made_of(Voucher, _VOUCHER, columns), fen) for *columns, fen in rows)
    for one in sorted(found, key=lambda one: one.voucher.pk):
        if _WAITING[State(one.voucher.state)] in one.voucher.parties(user):
            waiting[one.voucher.state, one.voucher.book_id].append(one)
    return [_ask(State(state), vouchers) for (state, _book), vouchers in waiting.items()]


def _ask(state: State, vouchers: list[_Waiting]) -> Ask:
    first, count = vouchers[0].voucher, len(vouchers)
    total = yuan(yuan_of(sum(one.fen for one in vouchers)))
    places = {State.SUBMITTED: "property:voucher_review", State.REVIEWED: "property:voucher_settle"}
    if count == 1:
        url = reverse(places.get(state, "property:voucher"), args=[first.pk])
    else:
        url = f"{reverse('property:vouchers', args=[first.book_id])}?state={state.value}"
    titles = {
        State.SUBMITTED: ngettext("%(n)d 张凭证等您审核", "%(n)d 张凭证等您审核", count),
        State.REVIEWED: ngettext("%(n)d 张凭证等您收付", "%(n)d 张凭证等您收付", count),
        State.RETURNED: ngettext("%(n)d 张凭证退回给您", "%(n)d 张凭证退回给您", count),
        State.DRAFT: ngettext("%(n)d 张草稿还没送审", "%(n)d 张草稿还没送审", count),
    }
    buttons = {
        State.SUBMITTED: _("去审核"),
        State.REVIEWED: _("去收付"),
        State.RETURNED: _("去修改"),
        State.DRAFT: _("去看看"),
    }
    return Ask(
        title=titles[state] % {"n": count},
        detail=_("%(estate)s · 共 %(total)s 元") % {"estate": first.book.estate, "total": total},
        url=url,
        button=buttons[state],
        since=first.returned_at if state == State.RETURNED else first.reviewed_at or first.drafted_at,
        urgent=state == State.RETURNED,
    )


def _open_months(user: User) -> Any:
    kept = user.scope.estates_as(Office.BOOKKEEPER)
    if not kept:
        return None
    rows = LedgerMonth.objects.visible_to(user).open().filter(book__estate__in=kept)
    return rows.with_counts().order_by().values_list(*_MONTH, "unfinished")


def _months(_user: User, rows: list[Row]) -> list[Ask]:
    """The oldest open month of each book whose bookkeeper `user` is, once it is over and all in it is posted."""
    oldest: dict[int, tuple[LedgerMonth, int]] = {}
    found = ((made_of(LedgerMonth, _MONTH, columns), unfinished) for *columns, unfinished in rows)
    for month, unfinished in sorted(found, key=lambda pair: (pair[0].month, pair[0].book_id)):
        oldest.setdefault(month.book_id, (month, unfinished))
    return [
        Ask(
            title=_("%(month)s可以结账了") % {"month": month},
            detail=str(month.book.estate),
            url=reverse("property:month_close", args=[month.book_id, month.month]),
            button=_("去结账"),
        )
        for month, unfinished in oldest.values()
        if month.period.end < clock.today() and not unfinished
    ]
