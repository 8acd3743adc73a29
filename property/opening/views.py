"""Opening balances of households: upload the table, look, take it in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from property.fees.doors import households_of
from property.models import Book
from property.opening import actions, table
from property.opening.actions import Opening
from property.opening.forms import TableForm, TakeInForm, packed
from property.opening.matching import Matched, match
from property.views.books import find_book


@access(Permission.VOUCHER_DRAFT)
def opening(request: PortalRequest, pk: int) -> HttpResponseBase:
    """What was brought forward so far, and the table on its way in with all that is in doubt."""
    book = find_book(request, pk)
    form = TableForm(request.POST or None, request.FILES or None)
    seen = _seen(book, form.table) if request.method == "POST" and form.is_valid() else None
    owed, prepaid = actions.brought_sums(book)
    context = {"form": form, "book": book, "seen": seen, "voucher": actions.opening_voucher(book)}
    return render(request, "property/opening.html", context | {"owed": owed, "prepaid": prepaid})


@access(Permission.VOUCHER_DRAFT)
@once
def opening_take_in(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Take in what was seen."""
    book = find_book(request, pk)
    form = TakeInForm(request.POST)
    back = reverse("property:opening", args=[book.pk])
    if request.method == "POST" and form.is_valid():
        with acting(request) as answer:
            openings = _openings(book, form.cleaned_data["rows"])
            voucher = actions.take_in(book, by=request.user, openings=openings)
            words = ngettext("记好了 %(n)d 户的期初。", "记好了 %(n)d 户的期初。", len(openings))
            messages.success(request, words % {"n": len(openings)})
            return answer(voucher)
    for error in form.errors.get("rows", ()):
        messages.error(request, str(error))
    return redirect(back)


def _seen(book: Book, read: table.Table) -> dict[str, Any]:
    """What the page shows of a table before it is taken in."""
    found: Matched = match(book, read.rows)
    rows = [row for _household, row in found.rows]
    sent = [[str(home.pk), str(row.owed), str(row.prepaid), str(row.deposit)] for home, row in found.rows]
    return {
        "rows": [(home.dwelling.label, row) for home, row in found.rows],
        "doubts": sorted([*read.doubts, *found.doubts]),
        "sums": {name: table.total(rows, name) for name in table.AMOUNTS},
        "form": TakeInForm(initial={"rows": packed(sent)}),
    }


def _openings(book: Book, rows: list[list[str]]) -> list[Opening]:
    homes = {str(home.pk): home for home in households_of(book).filter(pk__in=[row[0] for row in rows])}
    return [Opening(homes[key], *(Decimal(amount) for amount in amounts)) for key, *amounts in rows if key in homes]
