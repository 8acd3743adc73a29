"""What the fees ask: of a resident, what is to be paid; of the bookkeeper, what waits for a bill or a voucher."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.access import Permission
from community.roles import Office, Role
from community.today import Ask
from core import clock
from core.money import yuan
from core.quarters import Month
from core.templatetags.portal import day
from property.fees.household import own_owed
from property.fees.posting import unposted
from property.models import BillingRun, Book, FeeSchedule

if TYPE_CHECKING:
    from community.models import User

SOON = timedelta(days=14)
"""From so many days before it is due a bill is asked for on the first page."""


def asks(user: User) -> list[Ask]:
    """What waits for `user`: one query for residents, three a book for its bookkeeper."""
    return [*_own(user), *_kept(user)]


def _own(user: User) -> list[Ask]:
    """A resident's open bills, once they are nearly due; said once, never in red."""
    if user.scope.may(Permission.TODAY):
        return []
    owed = own_owed(user)
    if owed is None or owed[0] <= 0 or owed[1] is None or owed[1] > clock.today() + SOON:
        return []
    amount, due_on = owed
    return [
        Ask(
            title=_("物业费 %(amount)s 元") % {"amount": yuan(amount)},
            detail=_("请在%(day)s以前交；有困难可以申请减免，也可以分次交。") % {"day": day(due_on)}
            if due_on >= clock.today()
            else _("方便的时候交就好；有困难可以申请减免，也可以分次交。"),
            url=reverse("property:my_fees"),
            button=_("看看"),
        )
    ]


def _kept(user: User) -> list[Ask]:
    if not user.scope.has_role(Role.COMMITTEE):
        return []
    estates = [estate for estate in user.scope.estates if Office.BOOKKEEPER in user.scope.offices(estate)]
    if not estates:
        return []
    books = Book.objects.visible_to(user).filter(estate__in=estates).for_page()
    return [ask for book in books for ask in (*_days(book), *_months(book))]


def _days(book: Book) -> list[Ask]:
    """Days before today whose receipts are on no voucher yet."""
    rows = unposted(book).filter(paid_on__lt=clock.today()).order_by("paid_on")
    waiting = list(rows.values_list("paid_on", flat=True).distinct())
    if not waiting:
        return []
    words = ngettext("%(n)d 天的收款还没有做凭证", "%(n)d 天的收款还没有做凭证", len(waiting)) % {"n": len(waiting)}
    url = reverse("property:fee_days", args=[book.pk])
    return [Ask(title=words, detail=str(book.estate), url=url, button=_("去做凭证"))]


def _months(book: Book) -> list[Ask]:
    """This month, where there are rates for it and nobody has billed it."""
    this = Month.of(clock.today())
    if not FeeSchedule.objects.of_book(book).within(this, this).exists():
        return []
    if BillingRun.objects.of_book(book).filter(last_month__gte=str(this)).exists():
        return []
    title = _("%(month)s的账单还没有出") % {"month": this.label}
    url = reverse("property:billing_run_new", args=[book.pk])
    return [Ask(title=title, detail=str(book.estate), url=url, button=_("去出账"))]
