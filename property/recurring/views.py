"""Vouchers that come back: what there is, what is due, and the one tap that drafts it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import ngettext

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from community.roles import Office
from core import clock
from core.forms import PortalForm
from core.quarters import Month
from property.models import Account, RecurringVoucher, Voucher
from property.recurring import actions
from property.recurring.due import missing
from property.recurring.forms import OfMonthForm, RecurringForm
from property.views.books import find_book, offices_of

Kind = Voucher.Kind
KINDS = (Kind.PAYMENT, Kind.RECEIPT, Kind.TRANSFER, Kind.JOURNAL)
SHOWN = 6


@access(Permission.BOOKS_VIEW)
def recurring(request: PortalRequest, pk: int) -> HttpResponse:
    """What comes back, with what is due and not drafted yet on top."""
    book = find_book(request, pk)
    rows = RecurringVoucher.objects.visible_to(request.user).of_book(book).for_page().order_by("stopped_at", "pk")
    due = missing(book, Month.of(clock.today()))
    return render(
        request,
        "property/recurring.html",
        {
            "book": book,
            "rows": [(row, row.amount, row.drafted[:SHOWN]) for row in rows],
            "due": [(row, month, row.amount, _of(month)) for row, month in due],
            "form": PortalForm(),
            "may_draft": Office.BOOKKEEPER in offices_of(request, book),
        },
    )


@access(Permission.VOUCHER_DRAFT)
@once
def recurring_new(request: PortalRequest, pk: int, kind: str) -> HttpResponseBase:
    """A new one; "more" adds rows."""
    book = find_book(request, pk)
    if kind not in KINDS:
        raise Http404
    options: dict[str, Any] = {"kind": kind, "book": book, "accounts": list(Account.objects.of_book(book).postable())}
    if "more" in request.POST:
        form = RecurringForm.with_more_rows(request.POST, **options)
    else:
        form = RecurringForm(request.POST or None, **options)
        if request.method == "POST" and form.is_valid():
            with acting(request, form) as answer:
                return answer(actions.make_recurring(book, by=request.user, kind=kind, **form.made()))
    return render(request, "property/recurring_form.html", {"form": form, "book": book, "kind": kind})


@access(Permission.VOUCHER_DRAFT)
@once
def recurring_draft(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Draft the voucher of one month; straight to it."""
    row = _find(request, pk)
    form = OfMonthForm(request.POST)
    if request.method == "POST" and form.is_valid():
        with acting(request) as answer:
            return answer(actions.draft_recurring(row, by=request.user, month=form.cleaned_data["month"]))
    return redirect(row)


@access(Permission.VOUCHER_DRAFT)
@once
def recurring_due(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Draft everything that is due, in one tap."""
    book = find_book(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            made = actions.draft_due(book, by=request.user, upto=Month.of(clock.today()))
            messages.success(request, _drafted(len(made)))
            return answer(_home(book.pk))
    return redirect(_home(book.pk))


@access(Permission.VOUCHER_DRAFT)
@once
def recurring_stop(request: PortalRequest, pk: int) -> HttpResponseBase:
    """It comes back no more."""
    row = _find(request, pk)
    if request.method == "POST":
        with acting(request) as answer:
            return answer(actions.stop_recurring(row, by=request.user))
    return render(request, "property/recurring_stop.html", {"recurring": row, "form": PortalForm()})


def _find(request: PortalRequest, pk: int) -> RecurringVoucher:
    found: RecurringVoucher = get_object_or_404(RecurringVoucher.objects.visible_to(request.user).for_page(), pk=pk)
    return found


def _of(month: Month) -> OfMonthForm:
    return OfMonthForm(initial={"month": str(month)}, auto_id=f"id_{month}_%s")


def _drafted(n: int) -> str:
    words = ngettext("制好了 %(n)d 张草稿，请看一看再送审。", "制好了 %(n)d 张草稿，请看一看再送审。", n)
    return words % {"n": n}


def _home(pk: int) -> str:
    return reverse("property:recurring", args=[pk])
