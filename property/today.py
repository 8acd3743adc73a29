"""What the books ask of the committee today."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.roles import Office, Role
from community.today import Ask
from core import clock
from core.money import yuan
from property.models import Book, LedgerMonth, Voucher

if TYPE_CHECKING:
    from community.models import User

State = Voucher.State
_WAITING = {
    State.SUBMITTED: Office.REVIEWER,
    State.REVIEWED: Office.CASHIER,
    State.RETURNED: Office.BOOKKEEPER,
    State.DRAFT: Office.BOOKKEEPER,
}


def asks(user: User, book: Book | None = None) -> list[Ask]:
    """What waits for `user`, in one book or in all; no query for whoever sits on no committee, two for the others."""
    if not user.scope.has_role(Role.COMMITTEE):
        return []
    return [*_vouchers(user, book), *_months(user, book)]


def _vouchers(user: User, book: Book | None) -> list[Ask]:
    rows = Voucher.objects.visible_to(user).unfinished().select_related("book__estate", "month").order_by("id")
    if book is not None:
        rows = rows.filter(book=book)
    waiting: dict[tuple[str, int], list[Voucher]] = defaultdict(list)
    for voucher in rows:
        if _WAITING[State(voucher.state)] in voucher.parties(user):
            waiting[voucher.state, voucher.book_id].append(voucher)
    return [_ask(State(state), vouchers) for (state, _book), vouchers in waiting.items()]


def _ask(state: State, vouchers: list[Voucher]) -> Ask:
    first, count = vouchers[0], len(vouchers)
    total = yuan(sum(voucher.amount for voucher in vouchers))
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


def _months(user: User, book: Book | None) -> list[Ask]:
    """The oldest open month of each book whose bookkeeper `user` is, once it is over and all in it is posted."""
    rows = LedgerMonth.objects.visible_to(user).open().with_counts().select_related("book__estate").order_by("month")
    if book is not None:
        rows = rows.filter(book=book)
    oldest: dict[int, LedgerMonth] = {}
    for month in rows:
        oldest.setdefault(month.book_id, month)
    return [
        Ask(
            title=_("%(month)s可以结账了") % {"month": month},
            detail=str(month.book.estate),
            url=reverse("property:month_close", args=[month.book_id, month.month]),
            button=_("去结账"),
        )
        for month in oldest.values()
        if month.period.end < clock.today()
        and not month.unfinished
        and Office.BOOKKEEPER in user.scope.offices(month.book.estate_id)
    ]
