"""Making bills: look first, in numbers and with what is odd, then once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock
from core.lists import list_page
from core.money import yuan
from core.quarters import Month
from property.fees import actions
from property.fees.billing import Preview, preview_billing
from property.fees.forms import RunForm, bill_filter
from property.fees.oddities import Oddity, OddityKind
from property.fees.views.found import is_bookkeeper
from property.models import Bill, BillingRun, Book
from property.views.books import find_book

RUNS_SHOWN = 24
ODD_SHOWN = 30
A_PAGE = 50
SORTS = {"door": ("household__building__order", "dwelling__label", "pk"), "amount": ("amount", "pk")}


@access(Permission.BOOKS_VIEW)
def runs(request: PortalRequest, pk: int) -> HttpResponse:
    """The runs of an estate, the newest first."""
    book = find_book(request, pk)
    rows = BillingRun.objects.of_book(book).latest_first().select_related("voucher__month", "run_by")
    context = {"book": book, "runs": list(rows[:RUNS_SHOWN]), "keeps": is_bookkeeper(request, book)}
    return render(request, "property/fees/runs.html", context)


@access(Permission.VOUCHER_DRAFT)
@once
def run_new(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Which months; then what it would come to and what is odd about it; then the button that does it."""
    book = find_book(request, pk)
    asked = request.POST or (request.GET if "first" in request.GET else None)
    form = RunForm(asked, initial=_next(book))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            run = actions.run_billing(book, by=request.user, **form.given())
            messages.success(request, _("账单出好了，应收凭证的草稿也写好了，送审以后入账。"))
            return answer(run)
    context: dict[str, Any] = {"book": book, "form": form}
    if form.is_bound and not form.errors.keys() & {"first", "last"}:
        context |= _looked(preview_billing(book, form.cleaned_data["first"], form.cleaned_data["last"]))
    return render(request, "property/fees/run_new.html", context)


def _next(book: Book) -> dict[str, Any]:
    """The months that come after those billed last, to the end of their quarter."""
    today = clock.today()
    latest = BillingRun.objects.of_book(book).order_by("-last_month").first()
    first = Month.parse(latest.last_month).next() if latest is not None else max(
        Month.of(today).quarter.months[0], Month.of(book.opened_on)
    )  # fmt: skip
    last = first.quarter.months[2]
    due_on = max(last.end, today + timedelta(days=30))
    return {"first": str(first), "last": str(last), "due_on": due_on}


def _looked(preview: Preview) -> dict[str, Any]:
    groups = _grouped(preview.oddities)
    return {
        "preview": preview,
        "lines": [
            (str(preview.households), _("户，一共 %(n)d 笔账单") % {"n": len(preview.rows)}),
            (yuan(preview.gross), _("元应收")),
            (yuan(preview.relief), _("元减免")),
            (yuan(preview.amount), _("元减免以后要收")),
        ],
        "adjustments": preview.adjustments,
        "odd": groups,
        "odd_count": len(preview.oddities),
    }


def _grouped(odd: Sequence[Oddity]) -> list[dict[str, Any]]:
    """What is odd, by its kind, each with the doors."""
    words = {
        OddityKind.NO_AREA: _("没有登记面积"),
        OddityKind.NOBODY: _("没有登记住户"),
        OddityKind.NOT_LIVED_IN: _("只有空挂户口"),
        OddityKind.ARRIVED_LATER: _("这几个月里才搬来"),
        OddityKind.MUCH_MORE: _("比上次多了不少"),
        OddityKind.RELIEF_OVER: _("减免到期了"),
        OddityKind.CAR_WITHOUT_HOUSEHOLD: _("住户迁出，车还登记着"),
        OddityKind.NO_RATE: _("没有收费标准"),
    }
    found: dict[str, list[Oddity]] = {}
    for one in odd:
        found.setdefault(one.kind, []).append(one)
    return [
        {
            "title": words[OddityKind(kind)],
            "count": len(rows),
            "billed": rows[0].is_billed,
            "rows": rows[:ODD_SHOWN],
            "more": max(len(rows) - ODD_SHOWN, 0),
        }
        for kind, rows in found.items()
    ]


@access(Permission.BOOKS_VIEW)
def run(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A run that was made: its sums, its voucher, its bills."""
    found = _found(request, pk)
    rows = Bill.objects.of_book(found.book).filter(run=found).select_related("household", "dwelling", "schedule")
    page = list_page(
        request, rows, filterset_class=bill_filter(found.book), sorts=SORTS, default_sort="door", size=A_PAGE
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("%(run)s账单") % {"run": found}, _columns())
    context = {
        "run": found,
        "book": found.book,
        "page": page,
        "redraft": is_bookkeeper(request, found.book) and _lacks_voucher(found),
    }
    return render(request, "property/fees/run.html", context)


def _lacks_voucher(run: BillingRun) -> bool:
    return bool(run.amount) and (run.voucher is None or run.voucher.state == "voided")


def _columns() -> list[tuple[str, Any]]:
    return [
        (_("门牌"), "dwelling.label"),
        (_("收什么费"), "label"),
        (_("种类"), "get_kind_display"),
        (_("月份"), "month"),
        (_("数量"), "quantity"),
        (_("标准（元）"), "rate"),
        (_("减免（百分之）"), "relief_percent"),
        (_("应收（元）"), "gross"),
        (_("减免（元）"), "relief"),
        (_("减免后应收（元）"), "amount"),
        (_("请在哪天以前交"), "due_on"),
    ]


@access(Permission.VOUCHER_DRAFT)
@require_POST
@once
def run_draft(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The voucher of a run again, where its draft was given up."""
    found = _found(request, pk)
    target: Any = found
    with acting(request) as answer:
        target = actions.draft_run(found, by=request.user) or found
        answer(target)
    return redirect(target)


def _found(request: PortalRequest, pk: UUID) -> BillingRun:
    rows = BillingRun.objects.visible_to(request.user).select_related("book__estate", "voucher__month", "run_by")
    found: BillingRun = get_object_or_404(rows, pk=pk)
    return found
