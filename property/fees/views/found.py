"""What the pages of the fees stand on: a book, a household of its estate, a payment, each found within scope."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from community.access import PortalRequest
from community.roles import Office
from property.fees.doors import households_of
from property.models import Book, Payment
from property.views.books import find_book

if TYPE_CHECKING:
    from grids.models import Household


def kept_book(request: PortalRequest, pk: int) -> Book:
    """The book, for the committee that keeps it: who owes what is for nobody else's eyes, the secretary's neither."""
    book = find_book(request, pk)
    if book.estate_id not in request.user.scope.estates:
        raise Http404
    return book


def offices_for(request: PortalRequest, book: Book) -> frozenset[str]:
    """The offices that the user holds for the estate of a book."""
    return request.user.scope.offices(book.estate_id)


def is_cashier(request: PortalRequest, book: Book) -> bool:
    return Office.CASHIER in offices_for(request, book)


def is_bookkeeper(request: PortalRequest, book: Book) -> bool:
    return Office.BOOKKEEPER in offices_for(request, book)


def find_home(book: Book, pk: UUID) -> Household:
    """A household of the estate of a book found through its own `visible_to`; also one that has moved away."""
    found: Household = get_object_or_404(households_of(book).defer("head__id_number"), pk=pk)
    return found


def find_payment(request: PortalRequest, pk: UUID) -> Payment:
    """A payment with all that its page and its paper name: for who reads the books, and for the household itself."""
    rows = Payment.objects.visible_to(request.user).select_related(
        "book__estate", "household__dwelling", "account", "taken_by", "origin", "voucher__month"
    )
    found: Payment = get_object_or_404(rows.exclude(kind=Payment.Kind.OPENING), pk=pk)
    return found
