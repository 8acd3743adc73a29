"""Pages of the places: the buildings in one's duty."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from community.access import Permission, PortalRequest, access
from grids.models import Building


@access(Permission.HOUSEHOLD_VIEW)
def places(request: PortalRequest) -> HttpResponse:
    """The buildings in one's duty."""
    buildings = Building.objects.in_duty_of(request.user).with_counts().select_related("grid")
    may_import = request.user.scope.may(Permission.ROSTER_IMPORT)
    shown = {
        "buildings": buildings,
        "may_import": may_import,
        "may_see_grids": bool(request.user.scope.grids or request.user.scope.offices_communities),
        "may_see_owners": request.user.scope.may(Permission.OWNERS_VIEW),
        "may_move": request.user.scope.may(Permission.HOUSEHOLD_MOVE),
        "may_merge": request.user.scope.may(Permission.REGISTER_MERGE),
    }
    return render(request, "grids/places.html", shown)
