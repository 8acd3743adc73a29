"""What the fees ask: of a resident, what is to be paid; of the bookkeeper, what waits for a bill or a voucher."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import today
from community.access import Permission
from community.questions import Row
from community.roles import Office
from community.today import Ask
from core import clock
from core.money import yuan
from core.quarters import Month
from core.sql import Within
from core.templatetags.portal import day
from property.fees.household import ZERO, owed_in, own_bills
from property.models import BillingRun, Book, FeeSchedule, Payment

if TYPE_CHECKING:
    from community.models import User

SOON = timedelta(days=14)
"""From so many days before it is due a bill is asked for on the first page."""
_WHY = "rates, runs and receipts of books that one keeps"


def register() -> None:
    """Open bills, of a resident; days and months of fees that are not in the books, of the bookkeeper."""
    today.register(_owed, _own)
    today.register(_books, _kept)


def _owed(user: User) -> list[Within] | None:
    return None if user.scope.may(Permission.TODAY) else own_bills(user)


def _own(_user: User, rows: list[Row]) -> list[Ask]:
    """A resident's open bills, once they are nearly due; said once, never in red."""
    amount, due_on = owed_in(rows) or (ZERO, None)
    if amount <= 0 or due_on is None or due_on > clock.today() + SOON:
        return []
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


def _books(user: User) -> Any:
    """The books that `user` keeps: on how many days before today money came whose receipts are on no voucher yet,
    whether there are rates for this month, and whether it was billed."""
    kept = user.scope.estates_as(Office.BOOKKEEPER)
    if not kept:
        return None
    this = Month.of(clock.today())
    own = {"community": OuterRef("community"), "book": OuterRef("pk")}
    received = Payment.objects.unscoped(reason=_WHY).unposted().filter(paid_on__lt=clock.today(), **own)
    days = received.order_by().values("book").annotate(n=Count("paid_on", distinct=True)).values("n")
    rates = FeeSchedule.objects.unscoped(reason=_WHY).within(this, this).filter(**own)
    runs = BillingRun.objects.unscoped(reason=_WHY).filter(last_month__gte=str(this), **own)
    books = Book.objects.visible_to(user).filter(estate__in=kept).order_by()
    return books.values_list(
        "estate__code", "pk", "estate__name", Coalesce(Subquery(days), 0), Exists(rates), Exists(runs)
    )


def _kept(_user: User, rows: list[Row]) -> list[Ask]:
    found = []
    for _code, book, estate, days, has_rates, is_billed in sorted(rows):
        if days:
            found.append(_days(book, estate, days))
        if has_rates and not is_billed:
            found.append(_month(book, estate))
    return found


def _days(book: int, estate: str, number: int) -> Ask:
    words = ngettext("%(n)d 天的收款还没有做凭证", "%(n)d 天的收款还没有做凭证", number) % {"n": number}
    return Ask(title=words, detail=estate, url=reverse("property:fee_days", args=[book]), button=_("去做凭证"))


def _month(book: int, estate: str) -> Ask:
    title = _("%(month)s的账单还没有出") % {"month": Month.of(clock.today()).label}
    return Ask(title=title, detail=estate, url=reverse("property:billing_run_new", args=[book]), button=_("去出账"))
