"""Pages of what was brought back: problems with their feedback, and fields that two people differ about."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import list_page
from helpdesk.models import ServiceRequest
from visits import actions, walkers, words
from visits.finding_list import DEFAULT_SORT, SORTS, FindingFilter, columns
from visits.forms.findings import FeedbackForm, FixForm, HandForm, RequestForm
from visits.models import Conflict, Finding
from visits.sheet import categories_for
from visits.walkers import Candidate


@access(Permission.VISIT_VIEW)
def findings(request: PortalRequest) -> HttpResponse:
    """Problems brought back; without a filter those that wait for feedback, the most pressing first."""
    here = Q(community__in=request.user.scope.communities)
    rows = Finding.objects.in_duty_of(request.user).for_list()
    page = list_page(request, rows, filterset_class=FindingFilter, sorts=SORTS, default_sort=DEFAULT_SORT, within=here)
    if page.wants_xlsx:
        return page.as_xlsx(_("走访问题"), columns())
    return render(request, "visits/findings.html", {"page": page})


@access(Permission.VISIT_RECORD)
@once
def finding(request: PortalRequest, pk: UUID) -> HttpResponse:
    """A problem, what was done about it, what the household was told; and the form to tell it."""
    shown = _finding(request, pk)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.give_feedback(shown, by=request.user, **form.given())
            messages.success(request, _("记下了，谢谢您告诉这一家。"))
            return answer(shown)
    return _finding_page(request, shown, form=form)


@access(Permission.VISIT_RECORD)
@require_POST
@once
def finding_fix(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Say how a problem was dealt with."""
    shown = _finding(request, pk)
    form = FixForm(request.POST, auto_id="fix_%s")
    if form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.fix_finding(shown, by=request.user, **form.given()))
    return _finding_page(request, shown, fix=form)


@access(Permission.VISIT_RECORD)
@require_POST
@once
def finding_request(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Hand a problem to the helpdesk."""
    shown = _finding(request, pk)
    categories = categories_for(request.user, [shown.community_id])
    form = RequestForm(request.POST, auto_id="hand_%s", categories=categories)
    if form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.request_for(shown, by=request.user, **form.given()))
    return _finding_page(request, shown, hand=form)


@access(Permission.VISIT_RECORD)
@require_POST
@once
def finding_hand(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Give a problem to another person of the duty."""
    shown = _finding(request, pk)
    form = HandForm(request.POST, auto_id="give_%s", offered=_offered(request, shown))
    if form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.hand_finding(shown, by=request.user, **form.given()))
    return _finding_page(request, shown, give=form)


def _offered(request: PortalRequest, shown: Finding) -> list[Candidate]:
    """Everybody else who looks after the building."""
    return [one for one in walkers.on_duty(shown.building) if one.user.pk != shown.owner_id]


def _finding(request: PortalRequest, pk: UUID) -> Finding:
    rows = Finding.objects.in_duty_of(request.user).for_list().with_feedback(request.user)
    found: Finding = get_object_or_404(rows, pk=pk)
    return found


def _finding_page(
    request: PortalRequest,
    shown: Finding,
    *,
    form: FeedbackForm | None = None,
    fix: FixForm | None = None,
    hand: RequestForm | None = None,
    give: HandForm | None = None,
) -> HttpResponse:
    categories = categories_for(request.user, [shown.community_id])
    sees_request = (
        shown.request is not None
        and ServiceRequest.objects.visible_to(request.user).filter(pk=shown.request_id).exists()
    )
    context = {
        "finding": shown,
        "facts": words.of_finding(shown),
        "give": give or HandForm(auto_id="give_%s", offered=_offered(request, shown)),
        "overdue": words.overdue(shown),
        "stations": words.stations_of(shown, sees_request=sees_request),
        "form": form or FeedbackForm(),
        "fix": fix or FixForm(auto_id="fix_%s"),
        "hand": hand or RequestForm(initial={"category": shown.category_id}, auto_id="hand_%s", categories=categories),
    }
    return render(request, "visits/finding.html", context)


@access(Permission.VISIT_RECORD)
def conflicts(request: PortalRequest) -> HttpResponse:
    """Fields that two people said different things about."""
    rows = Conflict.objects.visible_to(request.user).waiting().for_list()
    return render(request, "visits/conflicts.html", {"conflicts": rows})


@access(Permission.VISIT_RECORD)
@require_POST
def settle(request: PortalRequest, pk: int) -> HttpResponse:
    """Say which of the two holds."""
    shown = get_object_or_404(Conflict.objects.visible_to(request.user), pk=pk)
    with acting(request) as answer:
        actions.settle_conflict(shown, keep=request.POST.get("keep", ""), by=request.user)
        messages.success(request, _("定下来了。"))
        answer("visits:conflicts")
    return redirect("visits:conflicts")
