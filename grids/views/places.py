"""Pages of the places: the buildings in one's duty, and who lives in one."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from community.access import Permission, PortalRequest, access
from grids.forms import FindForm
from grids.models import Building, Household

FOUND_AT_MOST = 50


@access(Permission.HOUSEHOLD_VIEW)
def places(request: PortalRequest) -> HttpResponse:
    """The buildings in one's duty, and whatever is looked for among their households."""
    form = FindForm(request.GET or None)
    words = form.cleaned_data["q"].strip() if form.is_valid() else ""
    found = Household.objects.visible_to(request.user).matching(words).for_list()[:FOUND_AT_MOST] if words else None
    buildings = Building.objects.in_duty_of(request.user).with_counts().select_related("grid")
    may_import = request.user.scope.may(Permission.ROSTER_IMPORT)
    shown = {"form": form, "words": words, "found": found, "buildings": buildings, "may_import": may_import}
    return render(request, "grids/places.html", shown)


@access(Permission.HOUSEHOLD_VIEW)
def building(request: PortalRequest, pk: int) -> HttpResponse:
    """The households of a building, unit by unit."""
    building = get_object_or_404(Building.objects.in_duty_of(request.user).select_related("grid", "estate"), pk=pk)
    households = Household.objects.visible_to(request.user).living_in(building).with_care()
    return render(request, "grids/building.html", {"building": building, "households": households})
