"""Pages on which buildings, stairwells and dwellings are kept, and buildings change their grid."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import list_page
from grids import actions, filters
from grids.actions import regrid
from grids.forms.places import BuildingEditForm, BuildingForm, DwellingForm, MoveForm, UnitForm, WhichGridForm
from grids.models import Building, BuildingInGrid, Estate, Grid, Unit
from grids.views.estates import offices_of


@access(Permission.HOUSEHOLD_VIEW)
def buildings(request: PortalRequest) -> HttpResponseBase:
    """The buildings in one's duty."""
    rows = Building.objects.in_duty_of(request.user).with_doors().select_related("estate", "grid")
    page = list_page(
        request, rows, filterset_class=filters.BuildingFilter, sorts=filters.BUILDING_SORTS, default_sort="estate"
    )
    if page.wants_xlsx:
        return page.as_xlsx(str(Building._meta.verbose_name), filters.building_columns())
    may_manage = request.user.scope.may(Permission.PLACES_MANAGE)
    return render(request, "grids/buildings.html", {"page": page, "may_manage": may_manage})


@access(Permission.PLACES_MANAGE)
@once
def building_add(request: PortalRequest) -> HttpResponseBase:
    estates = Estate.objects.visible_to(request.user).filter(community__in=offices_of(request))
    form = BuildingForm(request.POST or None, estates=estates, grids=_grids(request))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            return answer(_manage_url(actions.add_building(given.pop("estate"), by=request.user, **given)))
    return render(request, "grids/building_form.html", {"form": form})


@access(Permission.PLACES_MANAGE)
def building_manage(request: PortalRequest, pk: int) -> HttpResponse:
    """One building as a place: its grid and the grids before, its stairwells."""
    building = _managed(request, pk)
    terms = BuildingInGrid.objects.visible_to(request.user).filter(building=building).for_list()
    shown = {"building": building, "terms": terms, "units": Unit.objects.of(building)}
    return render(request, "grids/building_manage.html", shown)


@access(Permission.PLACES_MANAGE)
@once
def building_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    building = _managed(request, pk)
    form = BuildingEditForm(request.POST or None, building=building)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_building(building, by=request.user, **form.given())
            return answer(_manage_url(building))
    return render(request, "grids/building_form.html", {"form": form, "building": building})


@access(Permission.PLACES_MANAGE)
@once
def building_move(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Choose the new grid (in the address), see in numbers what that does, confirm."""
    building = _managed(request, pk)
    form = MoveForm(request.POST or None, building=building, grids=_grids(request))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            moved = actions.assign_building(building, by=request.user, **form.given())
            words = {"building": moved, "grid": moved.grid}
            messages.success(request, _("%(building)s从今天起归%(grid)s。") % words)
            return answer(_manage_url(moved))
    asked = {"grid": request.POST["grid"]} if "grid" in request.POST else request.GET or None
    which = WhichGridForm(asked, building=building, grids=_grids(request))
    shown: dict[str, Any] = {"building": building, "which": which, "form": form}
    if which.is_bound and which.is_valid():
        move = regrid.move_of(building, grid=which.cleaned_data["grid"], by=request.user)
        form.initial["grid"] = move.after.pk
        shown |= {"move": move, "lines": regrid.expected(move)}
    return render(request, "grids/building_move.html", shown)


@access(Permission.PLACES_MANAGE)
@once
def unit_add(request: PortalRequest, pk: int) -> HttpResponseBase:
    building = _managed(request, pk)
    form = UnitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_unit(building, by=request.user, **form.given())
            return answer(_manage_url(building))
    return render(request, "grids/unit_form.html", {"form": form, "building": building})


@access(Permission.PLACES_MANAGE)
@once
def dwelling_add(request: PortalRequest, pk: int) -> HttpResponseBase:
    building = _managed(request, pk)
    units = Unit.objects.of(building).select_related("building")
    form = DwellingForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            made = actions.add_dwelling(given.pop("unit"), by=request.user, **given)
            messages.success(request, _("%(door)s登记好了。") % {"door": made})
            return answer(_manage_url(building))
    return render(request, "grids/dwelling_add.html", {"form": form, "building": building, "units": units})


def _managed(request: PortalRequest, pk: int) -> Building:
    rows = Building.objects.in_duty_of(request.user).filter(community__in=offices_of(request))
    found: Building = get_object_or_404(rows.select_related("estate", "grid"), pk=pk)
    return found


def _grids(request: PortalRequest) -> Any:
    return Grid.objects.visible_to(request.user).filter(community__in=offices_of(request))


def _manage_url(building: Building) -> str:
    return reverse("grids:building_manage", args=[building.pk])
