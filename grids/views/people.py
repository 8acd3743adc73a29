"""Pages of households and people."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from grids import actions
from grids.forms import HouseholdForm, MemberForm, ResidentForm
from grids.models import Household, Resident

HISTORY_AT_MOST = 30


@access(Permission.HOUSEHOLD_VIEW)
def household(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A household: who lives there, what is known, what has happened."""
    found = Household.objects.visible_to(request.user).for_list().with_members(request.user)
    household = get_object_or_404(found, pk=pk)
    events = history.tell(AuditEvent.objects.of_household(household)[:HISTORY_AT_MOST])
    may_edit = request.user.scope.may(Permission.HOUSEHOLD_EDIT)
    return render(request, "grids/household.html", {"household": household, "events": events, "may_edit": may_edit})


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
