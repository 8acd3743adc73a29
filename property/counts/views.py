"""Counting the cash: the list, the count, and the second pair of eyes."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from community.roles import Office, Role
from core.forms import PortalForm
from property.counts import actions, box
from property.counts.forms import CountForm, spoken
from property.models import CashCount, Voucher
from property.views.books import find_book, offices_of

SHOWN = 60


@access(Permission.BOOKS_VIEW)
def cash_counts(request: PortalRequest, pk: int) -> HttpResponse:
    """Every count of a book, the newest first."""
    book = find_book(request, pk)
    rows = CashCount.objects.visible_to(request.user).of_book(book).for_page().order_by("-counted_at")[:SHOWN]
    accounts = [(account, box.book_balance(book, account)) for account in box.cash_accounts(book)]
    may_count = Office.CASHIER in offices_of(request, book)
    context = {"book": book, "rows": rows, "accounts": accounts, "may_count": may_count}
    return render(request, "property/cash_counts.html", context)


@access(Permission.VOUCHER_SETTLE)
@once
def cash_count_new(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The cashier counts, with somebody beside."""
    book = find_book(request, pk)
    accounts = box.cash_accounts(book)
    taken = sum(box.taken_not_posted(book, account) for account in accounts)
    form = CountForm(request.POST or None, accounts=accounts, initial={"not_posted": taken or ""})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.count_cash(book, by=request.user, **form.made()))
    held = [(account, box.book_balance(book, account)) for account in accounts]
    return render(request, "property/cash_count_form.html", {"form": form, "book": book, "accounts": held})


@access(Permission.BOOKS_VIEW)
def cash_count(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One count, and what the reader can do about it."""
    count = _find(request, pk)
    offices = offices_of(request, count.book)
    is_office = count.community_id in request.user.scope.ids("community", Role.SECRETARY)
    open_difference = bool(count.difference) and (count.voucher is None or count.voucher.state == Voucher.State.VOIDED)
    return render(
        request,
        "property/cash_count.html",
        {
            "count": count,
            "book": count.book,
            "pieces": spoken(count.pieces),
            "form": PortalForm(),
            "may_witness": count.is_waiting and (offices or is_office) and request.user.pk != count.counted_by_id,
            "may_withdraw": count.is_waiting and Office.CASHIER in offices,
            "may_draft": count.witnessed_at is not None and open_difference and Office.BOOKKEEPER in offices,
            "events": history.tell(AuditEvent.objects.of(count).order_by("at", "pk")[:20]),
        },
    )


@access(Permission.BOOKS_VIEW)
@once
def cash_count_witness(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Whoever looked on says so."""
    count = _find(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.witness_count(count, by=request.user))
    return redirect(count)


@access(Permission.VOUCHER_SETTLE)
@once
def cash_count_withdraw(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    count = _find(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.withdraw_count(count, by=request.user))
    return redirect(count)


@access(Permission.VOUCHER_DRAFT)
@once
def cash_count_difference(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The bookkeeper drafts the voucher of a difference."""
    count = _find(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.draft_difference(count, by=request.user))
    return redirect(count)


def _find(request: PortalRequest, pk: UUID) -> CashCount:
    found: CashCount = get_object_or_404(CashCount.objects.visible_to(request.user).for_page(), pk=pk)
    return found
