"""Pages of the register: buildings, households, people; and a resident's own record."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from grids import actions
from grids.forms import FindForm, HouseholdForm, MemberForm, ResidentForm
from grids.models import Building, Household, Resident

FOUND_AT_MOST = 50
HISTORY_AT_MOST = 30


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


@access(Permission.HOUSEHOLD_VIEW)
def household(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A household: who lives there, what is known, what has happened."""
    found = Household.objects.visible_to(request.user).for_list().with_members(request.user)
    household = get_object_or_404(found, pk=pk)
    events = history.tell(AuditEvent.objects.of_household(household)[:HISTORY_AT_MOST])
    may_edit = request.user.scope.may(Permission.HOUSEHOLD_EDIT)
    return render(request, "grids/household.html", {"household": household, "events": events, "may_edit": may_edit})


@access(Permission.OWN_HOUSEHOLD)
def my_household(request: PortalRequest) -> HttpResponse:
    """What the community keeps about one's own household, and who has read it."""
    mine = Household.objects.own_of(request.user).for_list().with_members(request.user)
    shown = [(one, history.tell(AuditEvent.objects.of_household(one)[:HISTORY_AT_MOST])) for one in mine]
    return render(request, "grids/my_household.html", {"shown": shown})


@access(Permission.HOUSEHOLD_EDIT)
@once
def household_edit(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    household = get_object_or_404(Household.objects.visible_to(request.user).for_list(), pk=pk)
    form = HouseholdForm(request.POST or None, household=household)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.change_household(household, by=request.user, **form.given()))
    return render(request, "grids/household_form.html", {"form": form, "household": household})


@access(Permission.HOUSEHOLD_EDIT)
@once
def member_add(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    household = get_object_or_404(Household.objects.visible_to(request.user).for_list(), pk=pk)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_member(household, by=request.user, **form.given())
            return answer(household)
    return render(request, "grids/member_form.html", {"form": form, "household": household})


@access(Permission.HOUSEHOLD_EDIT)
@once
def resident_edit(request: PortalRequest, pk: UUID, resident_pk: UUID) -> HttpResponseBase:
    household = get_object_or_404(Household.objects.visible_to(request.user).for_list(), pk=pk)
    resident = get_object_or_404(Resident.objects.members_of(household), pk=resident_pk)
    form = ResidentForm(request.POST or None, resident=resident)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_resident(resident, household=household, by=request.user, **form.given())
            return answer(household)
    return render(request, "grids/resident_form.html", {"form": form, "household": household, "resident": resident})
