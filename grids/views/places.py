"""Pages of the places: the buildings in one's duty, and who lives in one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from community.access import Permission, PortalRequest, access
from grids.models import Building, Household


@access(Permission.HOUSEHOLD_VIEW)
def places(request: PortalRequest) -> HttpResponse:
    """The buildings in one's duty."""
    buildings = Building.objects.in_duty_of(request.user).with_counts().select_related("grid")
    may_import = request.user.scope.may(Permission.ROSTER_IMPORT)
    shown = {"buildings": buildings, "may_import": may_import}
    return render(request, "grids/places.html", shown)


@access(Permission.HOUSEHOLD_VIEW)
def building(request: PortalRequest, pk: int) -> HttpResponse:
    """The households of a building, unit by unit."""
    building = get_object_or_404(Building.objects.in_duty_of(request.user).select_related("grid", "estate"), pk=pk)
    households = Household.objects.visible_to(request.user).living_in(building).with_care()
    return render(request, "grids/building.html", {"building": building, "households": households})
