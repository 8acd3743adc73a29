"""Pages of households and people."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from community.once import acting, once
from core import clock
from grids import actions
from grids.care.page import section_of
from grids.forms import HouseholdForm, ResidentForm
from grids.forms.past import OnForm
from grids.models import CareTag, Household, Membership, Resident
from grids.querysets import decides_about

HISTORY_AT_MOST = 30
FORMER_AT_MOST = 60


@access(Permission.HOUSEHOLD_VIEW)
def household(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A household: who lives there, or lived there on a day (`?on=2026-03-31`), what is known, what has happened."""
    user = request.user
    found = Household.objects.visible_to(user).for_list().with_members(user)
    household = get_object_or_404(found, pk=pk)
    if household.merged_into_id is not None:
        return redirect("grids:household", household.merged_into_id)
    on = OnForm(request.GET if "on" in request.GET else None)
    belonged = Membership.objects.visible_to(user).filter(household=household).select_related("resident")
    merged = Household.objects.visible_to(user).filter(merged_into=household).values_list("pk", flat=True)
    events = AuditEvent.objects.of_household(household, also=merged).at_work()[:HISTORY_AT_MOST]
    shown = {
        "household": household,
        "events": history.tell(events),
        "may_edit": user.scope.may(Permission.HOUSEHOLD_EDIT),
        "may_move": user.scope.may(Permission.HOUSEHOLD_MOVE)
        and decides_about(user.scope, household)
        and household.left_on is None,
        "on": on,
        "then": belonged.as_of(on.day) if on.day else None,
        "looked_after": section_of(household, user),
        "former": belonged.filter(ends_on__lt=clock.today()).order_by("-ends_on", "pk")[:FORMER_AT_MOST],
    }
    return render(request, "grids/household.html", shown)


@access(Permission.HOUSEHOLD_VIEW)
def resident(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A person: where they live and have lived, as far as the viewer looks after those households."""
    user = request.user
    kept = Resident.objects.unscoped(reason="an old link leads to whom a person was merged into").filter(
        pk=pk, merged_into__isnull=False
    )
    found = kept.values_list("merged_into", flat=True).first()
    resident = get_object_or_404(Resident.objects.visible_to(user), pk=found or pk)
    if found:
        return redirect("grids:resident", found)
    homes = Membership.objects.visible_to(user).filter(resident=resident)
    shown = {
        "resident": resident,
        "homes": homes.select_related("household__dwelling").order_by("-starts_on", "-pk"),
        "cares": CareTag.objects.visible_to(user).filter(resident=resident).order_by("-starts_on", "pk"),
    }
    return render(request, "grids/resident.html", shown)


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
def resident_edit(request: PortalRequest, pk: UUID, resident_pk: UUID) -> HttpResponseBase:
    household = get_object_or_404(Household.objects.visible_to(request.user).for_list(), pk=pk)
    resident = get_object_or_404(Resident.objects.members_of(household), pk=resident_pk)
    form = ResidentForm(request.POST or None, resident=resident)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.change_resident(resident, household=household, by=request.user, **form.given())
            return answer(household)
    return render(request, "grids/resident_form.html", {"form": form, "household": household, "resident": resident})
