"""A building as it was: who lived at which door on a day."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from community.access import Permission, PortalRequest, access
from core import clock
from grids.forms.past import OnForm
from grids.models import Building, Membership


@access(Permission.HOUSEHOLD_VIEW)
def building_past(request: PortalRequest, pk: int) -> HttpResponse:
    """Who lived in a building on a day (`?on=2026-03-31`), door by door; today unless a day is given."""
    building = get_object_or_404(Building.objects.in_duty_of(request.user).select_related("grid"), pk=pk)
    on = OnForm(request.GET if "on" in request.GET else None)
    day = on.day or (None if on.is_bound and on.errors else clock.today())
    rows = Membership.objects.visible_to(request.user).filter(household__building=building)
    doors = rows.select_related("resident", "household__dwelling__unit").order_by(
        "household__dwelling__unit__number", "household__dwelling__room_no", "household", "relation", "pk"
    )
    shown = {"building": building, "on": on, "day": day, "members": doors.as_of(day) if day else doors.none().scoped()}
    return render(request, "grids/building_past.html", shown)
