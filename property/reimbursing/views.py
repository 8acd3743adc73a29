"""Claims for parts: what waits, one tap to the voucher, a no with its reason."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from community.roles import Office
from core.forms import PortalForm
from property.models import Book
from property.reimbursing import actions
from property.reimbursing.forms import DeclineForm
from property.reimbursing.today import WAITING
from property.views.books import find_book, offices_of
from stewards.models import PartsClaim

SHOWN = 30


@access(Permission.VOUCHER_DRAFT)
def claims(request: PortalRequest, pk: int) -> HttpResponse:
    """What stewards have paid for this estate: what waits first, then what was decided."""
    book = _kept_book(request, pk)
    rows = PartsClaim.objects.visible_to(request.user).filter(estate=book.estate_id)
    rows = rows.select_related("steward__user", "job__request", "voucher__month")
    return render(
        request,
        "property/reimbursing/claims.html",
        {
            "book": book,
            "waiting": [(row, PortalForm(auto_id=f"draft_{row.pk}_%s")) for row in rows.filter(WAITING)],
            "decided": rows.exclude(WAITING).order_by("-decided_at")[:SHOWN],
        },
    )


@access(Permission.VOUCHER_DRAFT)
@once
def claim_draft(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One tap: the voucher with its receipt, ready to be looked over."""
    claim, book = _found(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.draft(claim, book, by=request.user))
    return redirect(_home(book))


@access(Permission.VOUCHER_DRAFT)
@once
def claim_decline(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Not paid back, with the reason."""
    claim, book = _found(request, pk)
    form = DeclineForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.decline(claim, by=request.user, **form.given())
            return answer(_home(book))
    context = {"claim": claim, "form": form, "back": _home(book)}
    return render(request, "property/reimbursing/decline.html", context)


def _found(request: PortalRequest, pk: UUID) -> tuple[PartsClaim, Book]:
    rows = PartsClaim.objects.visible_to(request.user).select_related("receipt", "job__request", "steward__user")
    claim: PartsClaim = get_object_or_404(rows, pk=pk)
    book = get_object_or_404(Book.objects.visible_to(request.user), estate=claim.estate_id)
    return claim, _kept_book(request, book.pk)


def _kept_book(request: PortalRequest, pk: int) -> Book:
    """The book, for who keeps it."""
    book = find_book(request, pk)
    if Office.BOOKKEEPER not in offices_of(request, book):
        raise Http404
    return book


def _home(book: Book) -> str:
    return reverse("property:claims", args=[book.pk])
