"""Pages of the dwellings: how large each is, and whose."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from core.lists import list_page
from grids import actions, filters
from grids.forms.owners import WhichGroupForm
from grids.forms.places import AreaForm
from grids.models import Dwelling, Household, OwnerGroup, Ownership
from grids.views.estates import offices_of

HISTORY_AT_MOST = 30
FOUND_AT_MOST = 20


@access(Permission.OWNERS_VIEW)
def dwellings(request: PortalRequest) -> HttpResponseBase:
    """The dwellings with their areas and owners: the ground of fees and votes."""
    rows = Dwelling.objects.owned_seen_by(request.user).with_owners()
    page = list_page(
        request, rows, filterset_class=filters.DwellingFilter, sorts=filters.DWELLING_SORTS, default_sort="door"
    )
    if page.wants_xlsx:
        return page.as_xlsx(str(Dwelling._meta.verbose_name), filters.dwelling_columns())
    return render(request, "grids/dwellings.html", {"page": page})


@access(Permission.OWNERS_VIEW)
def dwelling(request: PortalRequest, pk: int) -> HttpResponse:
    """One dwelling: its area and where it is from, who owns it and owned it, who lives there."""
    found = get_object_or_404(Dwelling.objects.owned_seen_by(request.user).with_owners(), pk=pk)
    scope = request.user.scope
    households = Household.objects.visible_to(request.user).living_here().filter(dwelling=found)
    shown = {
        "dwelling": found,
        "owned": found.owned[0] if found.owned else None,
        "terms": Ownership.objects.of_dwelling(found),
        "households": households.select_related("dwelling", "head") if scope.may(Permission.HOUSEHOLD_VIEW) else [],
        "events": history.tell(AuditEvent.objects.of(found)[:HISTORY_AT_MOST]),
        "may_manage": scope.may(Permission.PLACES_MANAGE),
        "may_give": scope.may(Permission.OWNERS_EDIT),
    }
    return render(request, "grids/dwelling.html", shown)


@access(Permission.PLACES_MANAGE)
@once
def dwelling_edit(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The area of a dwelling and where it is from."""
    rows = Dwelling.objects.owned_seen_by(request.user).filter(community__in=offices_of(request))
    found = get_object_or_404(rows, pk=pk)
    form = AreaForm(request.POST or None, dwelling=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_area(found, by=request.user, **form.given()))
    return render(request, "grids/dwelling_form.html", {"form": form, "dwelling": found})


@access(Permission.OWNERS_EDIT)
def dwelling_give(request: PortalRequest, pk: int) -> HttpResponse:
    """Look for the owner group that a dwelling is to belong to, or write down a new one."""
    rows = Dwelling.objects.owned_seen_by(request.user).filter(community__in=offices_of(request))
    found = get_object_or_404(rows.with_owners(), pk=pk)
    form = WhichGroupForm(request.GET or None)
    words = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
    groups = OwnerGroup.objects.visible_to(request.user).filter(estate=found.building.estate_id).for_list()
    shown = {
        "dwelling": found,
        "owned": found.owned[0] if found.owned else None,
        "form": form,
        "words": words,
        "groups": groups.containing(words)[:FOUND_AT_MOST] if words else [],
    }
    return render(request, "grids/dwelling_give.html", shown)
