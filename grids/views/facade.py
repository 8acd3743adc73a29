"""The page of a building: its doors as a picture, and the same as a table."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from community.access import Permission, PortalRequest, access
from grids import facade
from grids.models import Building


@access(Permission.HOUSEHOLD_VIEW)
def building(request: PortalRequest, pk: int) -> HttpResponse:
    """Who lives behind which door; `?layer=` says what colours and words mean, `?on=2026-03-31` leads to that day."""
    if "on" in request.GET:
        return redirect(f"{reverse('grids:building_past', args=[pk])}?{urlencode({'on': request.GET['on']})}")
    user = request.user
    building = get_object_or_404(Building.objects.in_duty_of(user).select_related("grid", "estate"), pk=pk)
    layers = facade.layers_for(user)
    layer = next((one for one in layers if one.key == request.GET.get("layer", "")), layers[0])
    homes = facade.homes_of(user, building)
    units = facade.draw(homes, layer.read(user, building))
    shown = {
        "building": building,
        "figures": facade.figures_of(homes),
        "layers": layers,
        "layer": layer,
        "units": units,
        "legend": facade.legend_of(units),
        "may_manage": user.scope.may(Permission.PLACES_MANAGE),
    }
    return render(request, "grids/building.html", shown)
