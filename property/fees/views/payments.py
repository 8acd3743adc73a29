"""Money taken at a door: found, taken, receipted, listed; and what was entered wrongly, undone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community import check_codes
from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock, qr
from core.lists import list_page
from core.money import chinese_capital
from core.quarters import Month
from property.chart import Fund
from property.fees import actions, receipts
from property.fees.doors import door_of, find
from property.fees.forms import PREVIEW, DoorForm, RefundForm, TakeForm, UndoForm, payment_filter
from property.fees.household import lines_of
from property.fees.posting import PREPAID, control, waiting_days
from property.fees.spread import cover
from property.fees.standing import Standing, fen, standing
from property.fees.totals import received
from property.fees.views.found import find_home, find_payment, is_bookkeeper, is_cashier
from property.models import Bill, Book, Payment, Voucher
from property.querysets import yuan_of
from property.views.books import find_book

A_PAGE = 40
SORTS = {"number": ("year", "number", "pk"), "day": ("paid_on", "pk"), "amount": ("amount", "pk")}
ZERO = Decimal("0.00")
Kind = Payment.Kind


@access(Permission.BOOKS_VIEW)
def fees_home(request: PortalRequest) -> HttpResponseBase:
    """The fees of the books one may read; straight there where there is but one."""
    books = list(Book.objects.visible_to(request.user).for_page())
    if len(books) == 1:
        return redirect("property:fees", pk=books[0].pk)
    return render(request, "property/fees/books.html", {"books": books})


@access(Permission.BOOKS_VIEW)
@require_safe
def fees(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The first page of the fees: find a household, and where everything stands."""
    book = find_book(request, pk)
    words = request.GET.get("q", "")
    doors = find(book, words) if words else []
    takes = is_cashier(request, book)
    if len(doors) == 1 and takes:
        return redirect("property:fee_take", pk=book.pk, home_pk=doors[0].pk)
    this, today = Month.of(clock.today()), clock.today()
    kept = control(book)
    context = {
        "book": book,
        "form": DoorForm(request.GET if words else None),
        "asked": bool(words),
        "doors": doors,
        "takes": takes,
        "keeps": is_bookkeeper(request, book),
        "sits": book.estate_id in request.user.scope.estates,
        "owed": sum((one.register for one in kept if one.code != PREPAID), ZERO),
        "prepaid": sum((one.register for one in kept if one.code == PREPAID), ZERO),
        "received": received(book, this.start, today),
        "difference": [one for one in kept if one.difference],
        "waiting": waiting_days(book),
    }
    return render(request, "property/fees/fees.html", context)


@access(Permission.VOUCHER_SETTLE)
@once
def take(request: PortalRequest, pk: int, home_pk: UUID) -> HttpResponseBase:
    """Take money from a household: the amount stands there, the button says how it came, and there is a receipt."""
    book = find_book(request, pk)
    home = find_home(book, home_pk)
    stands = standing(home)
    looking = PREVIEW in request.POST
    initial = {"amount": f"{stands.owed:.2f}" if stands.owed > 0 else ""}
    form = TakeForm(request.POST or None, initial=initial, looking=looking)
    if request.method == "POST" and form.is_valid() and not looking:
        with acting(request, form) as answer:
            given = {**form.given(), "key": form.cleaned_data["submission"]}
            return answer(actions.take_payment(book, home, by=request.user, **given))
    context = {
        "book": book,
        "home": home,
        "door": door_of(home),
        "stands": stands,
        "open": [line for line in _lines(home, book) if line.left],
        "form": form,
        "opened": bool(form.is_bound and form.errors.keys() & {"paid_on", "payer", "reference"}),
        "spread": _spread(book, stands, form.cleaned_data["amount"]) if looking and form.is_valid() else None,
    }
    return render(request, "property/fees/take.html", context)


def _lines(home: Any, book: Book) -> list[Any]:
    rows = Bill.objects.of_household(home).of_book(book).with_paid().select_related("schedule", "vehicle")
    return lines_of(rows.oldest_first())


def _spread(book: Book, stands: Standing, amount: Decimal) -> dict[str, Any]:
    """Where an amount would go: the bills it pays, and what it leaves prepaid."""
    spread = cover(stands.positions, prepaid=stands.prepaid_fen, money=fen(amount))
    paid = {bill: moved for bill, moved in spread.moves.items() if moved > 0}
    found = Bill.objects.of_book(book).select_related("schedule").in_bulk(paid)
    sums: dict[str, tuple[list[str], int]] = {}
    for key in sorted(paid, key=lambda bill: (found[bill].month, bill)):
        months, total = sums.setdefault(found[key].label, ([], 0))
        sums[found[key].label] = ([*months, found[key].month], total + paid[key])
    return {
        "lines": [(label, receipts.span(months), yuan_of(total)) for label, (months, total) in sums.items()],
        "prepaid": yuan_of(spread.prepaid),
    }


@access(Permission.VOUCHER_SETTLE)
@once
def refund(request: PortalRequest, pk: int, home_pk: UUID) -> HttpResponseBase:
    """Give back what a household has prepaid."""
    book = find_book(request, pk)
    home = find_home(book, home_pk)
    stands = standing(home)
    form = RefundForm(request.POST or None, initial={"amount": f"{stands.refundable:.2f}" if stands.refundable else ""})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = {**form.given(), "key": form.cleaned_data["submission"]}
            given["payee"] = given.pop("payer")
            return answer(actions.refund(book, home, by=request.user, **given))
    context = {"book": book, "door": door_of(home), "stands": stands, "form": form}
    return render(request, "property/fees/refund.html", context)


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def payment(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A receipt as a page: for whoever paid, and for the committee with what can be done about it."""
    found = find_payment(request, pk)
    book = found.book
    undoing = receipts.undoing_of(found)
    reads_books = request.user.scope.may(Permission.BOOKS_VIEW) and _in_books(request, book)
    context = {
        "payment": found,
        "book": book,
        "door": found.household.dwelling.label,
        "title": receipts.titles()[found.kind],
        "amount": abs(found.amount),
        "capital": chinese_capital(abs(found.amount)),
        "paid_for": receipts.paid_for(found),
        "code": check_codes.shown(receipts.code_of(found)),
        "qr": qr.svg(receipts.check_url(found), _("查验收据的二维码")),
        "undoing": undoing,
        "reads_books": reads_books,
        "takes": is_cashier(request, book),
        "may_undo": is_cashier(request, book) and undoing is None and found.kind in {Kind.RECEIPT, Kind.REFUND},
    }
    return render(request, "property/fees/payment.html", context)


def _in_books(request: PortalRequest, book: Book) -> bool:
    return Book.objects.visible_to(request.user).filter(pk=book.pk).exists()


@access(Permission.ACCOUNTS_VIEW)
@require_safe
def receipt_pdf(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The paper. The payer's whole name is for the household itself and for the committee that took the money."""
    found = find_payment(request, pk)
    scope = request.user.scope
    names = found.household_id in scope.households or found.book.estate_id in scope.estates
    answer = HttpResponse(receipts.pdf(found, names=names), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.receipt_no}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@access(Permission.VOUCHER_SETTLE)
@once
def undo(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Undo what was entered wrongly: what that does, before the button."""
    found = find_payment(request, pk)
    find_book(request, found.book_id)
    form = UndoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.undo_payment(found, by=request.user, **form.given()))
    lines = [
        (f"{abs(found.amount):,.2f}", _("元，整笔撤销")),
        (found.receipt_no, _("号仍然保留，另开一张撤销单，号码接着排")),
    ]
    context = {"payment": found, "form": form, "lines": lines, "door": found.household.dwelling.label}
    return render(request, "property/fees/undo.html", context)


@access(Permission.BOOKS_VIEW)
def payments(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Receipts, refunds and undoings, in the order of their numbers."""
    book = find_book(request, pk)
    page = list_page(
        request,
        Payment.objects.of_book(book).exclude(kind=Kind.OPENING).for_list().select_related("voucher__month"),
        filterset_class=payment_filter(book),
        sorts=SORTS,
        default_sort="-number",
        size=A_PAGE,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("%(book)s收款") % {"book": book}, _columns())
    return render(request, "property/fees/payments.html", {"book": book, "page": page})


def _columns() -> list[tuple[str, Any]]:
    return [
        (_("编号"), "receipt_no"),
        (_("日期"), "paid_on"),
        (_("种类"), "get_kind_display"),
        (_("门牌"), "household.dwelling.label"),
        (_("付款人"), "payer"),
        (_("金额（元）"), "amount"),
        (_("方式"), "get_means_display"),
        (_("流水号"), "reference"),
        (_("原因"), "reason"),
        (_("经办人"), "taken_by.name"),
        (_("凭证"), lambda row: row.voucher.label if row.voucher else ""),
    ]


@access(Permission.BOOKS_VIEW)
@require_safe
def days(request: PortalRequest, pk: int) -> HttpResponse:
    """The days whose receipts are on no voucher yet, and the vouchers of the latest days."""
    book = find_book(request, pk)
    waiting = waiting_days(book)
    sums = {day: received(book, day, day) for day in waiting}
    made = Voucher.objects.of_book(book).filter(fee_payments__isnull=False).exclude(state=Voucher.State.VOIDED)
    context = {
        "book": book,
        "waiting": [{"day": day, "iso": day.isoformat(), "sum": sums[day]} for day in reversed(waiting)],
        "vouchers": list(made.distinct().for_list().order_by("-day", "-id")[:10]),
        "keeps": is_bookkeeper(request, book),
        "fund": Fund.FEE.label,
    }
    return render(request, "property/fees/days.html", context)


@access(Permission.VOUCHER_DRAFT)
@require_POST
@once
def day_draft(request: PortalRequest, pk: int, day: str) -> HttpResponseBase:
    """One voucher for a day's receipts and refunds."""
    book = find_book(request, pk)
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    target: Any = reverse("property:fee_days", args=[book.pk])
    with acting(request) as answer:
        voucher = actions.draft_day(book, when, by=request.user)
        if voucher is None:
            messages.info(request, _("这一天的收款都在凭证上了。"))
        target = voucher or target
        answer(target)
    return redirect(target)
