"""Pages of the estates."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from community.access import Permission, PortalRequest, access
from community.models import Community
from community.once import acting, once
from core.lists import list_page
from grids import actions, filters
from grids.forms.places import EstateForm
from grids.models import Estate


def offices_of(request: PortalRequest) -> Any:
    """The communities whose places the user keeps."""
    return Community.objects.filter(pk__in=request.user.scope.offices_communities)


@access(Permission.HOUSEHOLD_VIEW)
def estates(request: PortalRequest) -> HttpResponseBase:
    """The estates of the community, with their buildings, dwellings and households."""
    rows = Estate.objects.visible_to(request.user).with_counts()
    page = list_page(
        request, rows, filterset_class=filters.EstateFilter, sorts=filters.ESTATE_SORTS, default_sort="code"
    )
    if page.wants_xlsx:
        return page.as_xlsx(str(Estate._meta.verbose_name), filters.estate_columns())
    may_manage = request.user.scope.may(Permission.PLACES_MANAGE)
    return render(request, "grids/estates.html", {"page": page, "may_manage": may_manage})


@access(Permission.PLACES_MANAGE)
@once
def estate_add(request: PortalRequest) -> HttpResponseBase:
    form = EstateForm(request.POST or None, offices=offices_of(request))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given()
            given.pop("expected")
            actions.add_estate(given.pop("community"), by=request.user, **given)
            return answer("grids:estates")
    return render(request, "grids/estate_form.html", {"form": form})


@access(Permission.PLACES_MANAGE)
@once
def estate_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    rows = Estate.objects.visible_to(request.user).filter(community__in=offices_of(request))
    estate = get_object_or_404(rows.select_related("community"), pk=pk)
    form = EstateForm(request.POST or None, offices=offices_of(request), row=estate)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_estate(estate, by=request.user, **form.given())
            return answer("grids:estates")
    return render(request, "grids/estate_form.html", {"form": form, "estate": estate})
