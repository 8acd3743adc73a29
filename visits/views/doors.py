"""Pages of the visits: the form, what was written down, a household's visits."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.once import acting
from grids.models import Household
from visits import actions, cards, walkers, words
from visits.forms.visit import OUTCOMES, VisitForm
from visits.models import Conflict, Finding, Target, Verification, Visit, VisitPhoto
from visits.querysets import households_to_visit
from visits.sheet import Sheet, sheet_for


@access(Permission.VISIT_RECORD)
def record(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The visit form of a target."""
    user = request.user
    target = get_object_or_404(Target.objects.visible_to(user).for_form(), pk=pk)
    return _record(request, sheet_for(user, target.household, target=target))


@access(Permission.VISIT_RECORD)
def record_household(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The visit form of a household that no target led to."""
    user = request.user
    household = get_object_or_404(households_to_visit(user), pk=pk)
    return _record(request, sheet_for(user, household))


@access(Permission.VISIT_RECORD)
def correct(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The visit form once more, to stand in place of a visit that was written down wrongly."""
    user = request.user
    before = get_object_or_404(Visit.objects.visible_to(user).standing().for_page(), pk=pk)
    household = get_object_or_404(households_to_visit(user), pk=before.household_id)
    return _record(request, sheet_for(user, household, target=before.target, corrects=before))


def _record(request: PortalRequest, sheet: Sheet) -> HttpResponse:
    asked = request.GET.get("outcome", "")
    initial = {"outcome": asked} if asked in dict(OUTCOMES) else {}
    form = VisitForm(request.POST or None, request.FILES or None, sheet=sheet, initial=initial)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.record_visit(sheet.household, target=sheet.target, by=request.user, report=form.report())
            messages.success(request, _("记下了。%(household)s的信息和问题都已保存。") % {"household": sheet.household})
            return answer(made)
    step = None if asked else cards.next_step(request.user, sheet.target)
    context = {"form": form, "sheet": sheet, "kicker": words.before_the_door(sheet), "step": step}
    return render(request, "visits/visit_form.html", context)


@access(Permission.VISIT_VIEW)
def household_history(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Every visit to a household."""
    user = request.user
    household = get_object_or_404(Household.objects.visible_to(user).for_list(), pk=pk)
    context = {
        "household": household,
        "visits": Visit.objects.visible_to(user).filter(household=household).standing().with_counts().for_list(),
        "findings": Finding.objects.visible_to(user).open().filter(household=household).for_list(),
        "may_record": user.scope.may(Permission.VISIT_RECORD),
        "may_arrange": household.left_on is None and walkers.hands_over(user.scope, household.building),
        "step": cards.next_step_at(user, household) if user.scope.may(Permission.VISIT_RECORD) else None,
    }
    return render(request, "visits/household_history.html", context)


@access(Permission.VISIT_VIEW)
def visit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One visit: what was verified, what changed, what was brought back."""
    user = request.user
    shown = get_object_or_404(Visit.objects.visible_to(user).for_page(), pk=pk)
    photos = list(VisitPhoto.objects.visible_to(user).filter(visit=shown))
    verified = list(Verification.objects.visible_to(user).filter(visit=shown).select_related("resident"))
    context = {
        "visit": shown,
        "kicker": words.of_visit(shown),
        "corrected_by": getattr(shown, "superseded_by", None),
        "correct_label": _("更正"),
        "may_record": user.scope.may(Permission.VISIT_RECORD),
        "step": cards.next_step(user, shown.target) if user.scope.may(Permission.VISIT_RECORD) else None,
        "confirmed": [one for one in verified if one.result == "confirmed"],
        "others": [one for one in verified if one.result != "confirmed"],
        "conflicts": Conflict.objects.visible_to(user).filter(visit=shown).waiting().for_list(),
        "findings": Finding.objects.visible_to(user).filter(visit=shown).for_list(),
        "photos": photos,
        "photos_under_way": words.photos_under_way(shown, photos),
    }
    return render(request, "visits/visit.html", context)


@access(Permission.VISIT_VIEW)
def photo(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A photo of a visit; `?small=1` for the thumbnail."""
    found = get_object_or_404(VisitPhoto.objects.visible_to(request.user).select_related("attachment"), pk=pk)
    return hand_over(found.attachment, small="small" in request.GET)
