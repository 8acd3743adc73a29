"""A resident's own fees, and the check of a receipt that is open to everybody."""

from __future__ import annotations

from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from community.access import Permission, PortalRequest, access, public
from core import clock
from core.money import chinese_capital
from grids.models import Household
from property.fees import receipts
from property.fees.forms import CheckForm
from property.fees.household import HouseholdFees, fees_of
from property.models import Book, Payment

CHECK_RATES = {"receipt": "60/m/ip,600/h/ip"}


@access(Permission.OWN_HOUSEHOLD)
@require_safe
def my_fees(request: PortalRequest) -> HttpResponse:
    """What one's own household was billed, how it was worked out, what it paid and owes; for each home of an estate
    whose committee keeps a book here."""
    homes = own_fees(request.user)
    context = {"homes": homes, "several": len(homes) > 1, "today": clock.today()}
    return render(request, "property/fees/my_fees.html", context)


def own_fees(user: Any) -> list[HouseholdFees]:
    """The fees of the user's households."""
    homes = list(Household.objects.own_of(user).select_related("dwelling", "building", "community"))
    books = Book.objects.unscoped(reason="the book of one's own estate, for one's own bills")
    kept = {
        book.estate_id: book for book in books.filter(estate__in=[home.building.estate_id for home in homes]).for_page()
    }
    return [fees_of(home, kept[home.building.estate_id]) for home in homes if home.building.estate_id in kept]


@public
@never_cache
@require_safe
def receipt_check(request: HttpRequest) -> HttpResponseBase:
    """Type number and code of a receipt, or scan it: what was received, when and where; no name and no door."""
    if "code" not in request.GET:
        return render(request, "property/fees/receipt_check.html", {"form": CheckForm()})
    if ratelimit.consume(request, app="property", action="receipt", config=CHECK_RATES, limit_get=True) is None:
        return ratelimit.respond_429(request)  # type: ignore[no-any-return]
    form = CheckForm(request.GET)
    found = receipts.find(form.cleaned_data["number"], form.cleaned_data["code"]) if form.is_valid() else None
    if form.is_valid() and found is None:
        form.add_error(None, _("编号和查验码对不上。请对着纸再看一遍；还是不行，请拿着收据问自管会或者社区。"))
    if found is None:
        return render(request, "property/fees/receipt_check.html", {"form": form})
    return render(request, "property/fees/receipt_checked.html", _checked(found))


def _checked(found: Payment) -> dict[str, Any]:
    undoing = receipts.undoing_of(found)
    return {
        "title": receipts.titles()[found.kind],
        "estate": found.book.estate,
        "undoing": undoing,
        "is_undoing": found.kind == Payment.Kind.UNDO,
        "facts": [
            (_("编号"), found.receipt_no),
            (_("日期"), receipts.whole_day(found.paid_on)),
            (_("方式"), found.get_means_display()),
            (_("大写"), chinese_capital(abs(found.amount))),
        ],
        "amount": abs(found.amount),
    }
