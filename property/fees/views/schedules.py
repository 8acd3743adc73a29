"""What is charged: rates, begun, changed and ended by the bookkeeper."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock
from core.quarters import Month
from grids.models import Building
from property.fees import actions
from property.fees.forms import RateChangeForm, ScheduleEndForm, ScheduleForm
from property.fees.household import plain_rate
from property.fees.views.found import is_bookkeeper
from property.models import Account, Book, FeeSchedule
from property.views.books import find_book


@access(Permission.BOOKS_VIEW)
def schedules(request: PortalRequest, pk: int) -> HttpResponse:
    """The rates of an estate: those that hold, those that are to come, those that have ended."""
    book = find_book(request, pk)
    this = str(Month.of(clock.today()))
    rows = list(FeeSchedule.objects.of_book(book).select_related("account", "building"))
    shown = [{"row": row, "rate": plain_rate(row.rate), "when": _when(row)} for row in rows]
    context = {
        "book": book,
        "running": [one for one, row in zip(shown, rows, strict=True) if not row.last_month or row.last_month >= this],
        "ended": [one for one, row in zip(shown, rows, strict=True) if row.last_month and row.last_month < this],
        "may_change": is_bookkeeper(request, book),
    }
    return render(request, "property/fees/schedules.html", context)


def _when(row: FeeSchedule) -> str:
    if row.last is None:
        return _("%(first)s起") % {"first": row.first.label}
    return _("%(first)s 至 %(last)s") % {"first": row.first.label, "last": row.last.label}


@access(Permission.VOUCHER_DRAFT)
@once
def schedule_add(request: PortalRequest, pk: int) -> HttpResponseBase:
    book = find_book(request, pk)
    accounts = list(Account.objects.of_book(book).postable())
    form = ScheduleForm(request.POST or None, accounts=accounts, buildings=_buildings(request, book))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_schedule(book, by=request.user, **form.given())
            messages.success(request, _("收费标准存好了。下一次出账就按它算。"))
            return answer(reverse("property:fee_schedules", args=[book.pk]))
    return render(request, "property/fees/schedule_form.html", {"form": form, "book": book})


def _buildings(request: PortalRequest, book: Book) -> list[Building]:
    rows = Building.objects.visible_to(request.user).filter(estate=book.estate_id)
    return list(rows.order_by("order", "number"))


@access(Permission.VOUCHER_DRAFT)
@once
def schedule_end(request: PortalRequest, pk: int, schedule_pk: int) -> HttpResponseBase:
    """The last month of a rate."""
    book, schedule = _found(request, pk, schedule_pk)
    form = ScheduleEndForm(request.POST or None, schedule=schedule)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.end_schedule(schedule, by=request.user, **form.given())
            return answer(reverse("property:fee_schedules", args=[book.pk]))
    return _step(request, form, book, schedule, _("以后不收了"), _("到这个月为止"))


@access(Permission.VOUCHER_DRAFT)
@once
def schedule_change(request: PortalRequest, pk: int, schedule_pk: int) -> HttpResponseBase:
    """Another rate from a month on: the old one ends the month before."""
    book, schedule = _found(request, pk, schedule_pk)
    form = RateChangeForm(request.POST or None, schedule=schedule)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_rate(schedule, by=request.user, **form.given())
            messages.success(request, _("新标准存好了，原来的到前一个月为止。"))
            return answer(reverse("property:fee_schedules", args=[book.pk]))
    return _step(request, form, book, schedule, _("调整标准"), _("保存新标准"))


def _found(request: PortalRequest, pk: int, schedule_pk: int) -> tuple[Book, FeeSchedule]:
    book = find_book(request, pk)
    schedule: FeeSchedule = get_object_or_404(
        FeeSchedule.objects.of_book(book).select_related("book", "account", "building"), pk=schedule_pk
    )
    return book, schedule


def _step(
    request: PortalRequest, form: object, book: Book, schedule: FeeSchedule, title: str, button: str
) -> HttpResponse:
    facts = [
        (_("收什么费"), schedule.name),
        (_("怎样计费"), schedule.get_basis_display()),
        (_("标准（元）"), plain_rate(schedule.rate)),
        (_("哪些楼交"), str(schedule.building or _("整个小区"))),
        (_("什么时候"), _when(schedule)),
    ]
    context = {"form": form, "book": book, "schedule": schedule, "title": title, "button": button, "facts": facts}
    return render(request, "property/fees/schedule_step.html", context)
