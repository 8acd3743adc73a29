"""A household's fees as the committee sees them, its reliefs and its vehicles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock
from core.lists import list_page
from property.fees import actions
from property.fees.doors import door_of
from property.fees.forms import DoorForm, DropForm, EndForm, ReliefForm, VehicleForm, holder_filter
from property.fees.household import fees_of
from property.fees.views.found import find_home, is_bookkeeper, is_cashier
from property.models import Book, FeeSchedule, Relief, Vehicle
from property.views.books import find_book

A_PAGE = 30
SORTS = {"door": ("household__building__order", "household__dwelling__label", "pk"), "starts": ("starts_on", "pk")}


@access(Permission.BOOKS_VIEW)
def household(request: PortalRequest, pk: int, home_pk: UUID) -> HttpResponse:
    """What a household was billed, paid and owes, how it was worked out, and what the reader can do about it."""
    book = find_book(request, pk)
    home = find_home(book, home_pk)
    context = {
        "book": book,
        "door": door_of(home),
        "fees": fees_of(home, book),
        "takes": is_cashier(request, book),
        "keeps": is_bookkeeper(request, book),
        "today": clock.today(),
    }
    return render(request, "property/fees/household.html", context)


@access(Permission.BOOKS_VIEW)
def reliefs(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The reliefs of an estate, those that hold first; why stays masked."""
    return _holders(request, pk, Relief.objects, "property/fees/reliefs.html", _("减免"), _relief_columns())


@access(Permission.BOOKS_VIEW)
def vehicles(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The vehicles that pay for a place."""
    return _holders(request, pk, Vehicle.objects, "property/fees/vehicles.html", _("车辆"), _vehicle_columns())


def _holders(
    request: PortalRequest, pk: int, manager: Any, template: str, title: str, columns: list[tuple[str, Any]]
) -> HttpResponseBase:
    book = find_book(request, pk)
    joined = ["household__dwelling", *(["schedule"] if manager.model is Relief else [])]
    page = list_page(
        request,
        manager.of_book(book).select_related(*joined),
        filterset_class=holder_filter(book),
        sorts=SORTS,
        default_sort="door",
        size=A_PAGE,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("%(book)s%(what)s") % {"book": book, "what": title}, columns)
    context = {"book": book, "page": page, "keeps": is_bookkeeper(request, book), "door_form": DoorForm()}
    return render(request, template, context)


def _relief_columns() -> list[tuple[str, Any]]:
    return [
        (_("门牌"), "household.dwelling.label"),
        (_("减多少（百分之）"), "percent"),
        (_("减哪一项"), lambda row: str(row.schedule or _("所有的费"))),
        (_("原因"), "reason"),
        (_("谁决定的"), "decided_by"),
        (_("决定日期"), "decided_on"),
        (_("起"), "starts_on"),
        (_("止"), "ends_on"),
    ]


def _vehicle_columns() -> list[tuple[str, Any]]:
    return [
        (_("门牌"), "household.dwelling.label"),
        (_("车牌号"), "plate"),
        (_("起"), "starts_on"),
        (_("止"), "ends_on"),
        (_("备注"), "note"),
    ]


@access(Permission.VOUCHER_DRAFT)
@once
def relief_add(request: PortalRequest, pk: int, home_pk: UUID) -> HttpResponseBase:
    book = find_book(request, pk)
    home = find_home(book, home_pk)
    form = ReliefForm(request.POST or None, schedules=list(FeeSchedule.objects.of_book(book)))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_relief(book, home, by=request.user, **form.given())
            return answer(_back(book, home_pk))
    lead = _("低保、特困、烈属，或者会议定的。只有办理的人看得到原因，公示里只有总数。")
    return _form(request, form, book, home, _("给这一户减免"), lead)


@access(Permission.VOUCHER_DRAFT)
@once
def vehicle_add(request: PortalRequest, pk: int, home_pk: UUID) -> HttpResponseBase:
    book = find_book(request, pk)
    home = find_home(book, home_pk)
    form = VehicleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_vehicle(book, home, by=request.user, **form.given())
            return answer(_back(book, home_pk))
    return _form(request, form, book, home, _("登记一辆车"), _("登记以后，按车收的费会算上这辆车。"))


@access(Permission.VOUCHER_DRAFT)
@once
def relief_end(request: PortalRequest, pk: int, relief_pk: int) -> HttpResponseBase:
    book = find_book(request, pk)
    rows = Relief.objects.of_book(book).select_related("book", "household__dwelling", "household__head")
    relief = get_object_or_404(rows, pk=relief_pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.end_relief(relief, by=request.user, **form.given())
            return answer(_back(book, relief.household_id))
    lead = _("这天以后的月份按全额出账；已经出过账的，下次出账时补差。")
    return _form(request, form, book, relief.household, _("结束减免"), lead)


@access(Permission.VOUCHER_DRAFT)
@once
def relief_drop(request: PortalRequest, pk: int, relief_pk: int) -> HttpResponseBase:
    """Take away a relief that was entered by mistake."""
    book = find_book(request, pk)
    rows = Relief.objects.of_book(book).select_related("book", "household__dwelling", "household__head")
    relief = get_object_or_404(rows, pk=relief_pk)
    form = DropForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.drop_relief(relief, by=request.user, **form.given())
            return answer(_back(book, relief.household_id))
    lead = _("从没有过这项减免一样；按它出过的账，下次出账时补差。")
    return _form(request, form, book, relief.household, _("去掉登记错的减免"), lead)


@access(Permission.VOUCHER_DRAFT)
@once
def vehicle_end(request: PortalRequest, pk: int, vehicle_pk: int) -> HttpResponseBase:
    book = find_book(request, pk)
    rows = Vehicle.objects.of_book(book).select_related("book", "household__dwelling", "household__head")
    vehicle = get_object_or_404(rows, pk=vehicle_pk)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.end_vehicle(vehicle, by=request.user, **form.given())
            return answer(_back(book, vehicle.household_id))
    lead = _("%(plate)s 这天以后的月份不再收费。") % {"plate": vehicle.plate}
    return _form(request, form, book, vehicle.household, _("车不在小区停了"), lead)


def _back(book: Book, home_pk: UUID) -> str:
    return reverse("property:fee_household", args=[book.pk, home_pk])


def _form(request: PortalRequest, form: object, book: Book, home: Any, title: str, lead: str) -> HttpResponse:
    context = {"form": form, "book": book, "door": door_of(home), "title": title, "lead": lead}
    return render(request, "property/fees/household_form.html", context)
