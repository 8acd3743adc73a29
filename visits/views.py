"""Pages of the home visits: the round, the doors, the form, what was brought back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.models import Community
from community.once import acting, once
from core import clock
from core.quarters import Quarter
from grids.models import Building, Household
from helpdesk.models import ServiceRequest
from visits import actions, facade, planning, progress, words
from visits.forms import CampaignForm, CloseForm, FeedbackForm, FixForm, RequestForm, VisitForm
from visits.models import Campaign, Conflict, Finding, Target, Verification, Visit, VisitPhoto
from visits.querysets import campaign_shown, households_to_visit
from visits.sheet import Sheet, categories_for, sheet_for


@access(Permission.VISIT_VIEW)
def round_page(request: PortalRequest) -> HttpResponse:
    """This quarter's doors, building by building."""
    user = request.user
    asked = request.GET.get("campaign", "")
    campaign = campaign_shown(user, asked)
    if campaign is None and asked:
        raise Http404
    if campaign is None:
        manages = user.scope.may(Permission.CAMPAIGN_MANAGE)
        return render(request, "visits/round_none.html", {"quarter": Quarter.of(clock.today()), "manages": manages})
    grids = progress.by_grid(user, campaign)
    count = progress.total_of(grids)
    forecast = progress.forecast(campaign, count)
    findings_open = Finding.objects.in_duty_of(user).open().count()
    conflicts_open = Conflict.objects.visible_to(user).waiting().count()
    context = {
        "campaign": campaign,
        "tone": "wait" if campaign.is_open else "idle",
        "grids": grids,
        "count": count,
        "forecast": forecast,
        "forecast_tone": words.state_tone(campaign, forecast),
        "findings": findings_open,
        "findings_tone": "warn" if findings_open else "",
        "conflicts": conflicts_open,
        "conflicts_tone": "warn" if conflicts_open else "",
        "manages": user.scope.may(Permission.CAMPAIGN_MANAGE),
    }
    return render(request, "visits/round.html", context)


@access(Permission.VISIT_VIEW)
def building(request: PortalRequest, pk: int) -> HttpResponse:
    """A building's doors, coloured by how far the round has come at each."""
    user = request.user
    shown = get_object_or_404(Building.objects.in_duty_of(user).select_related("grid"), pk=pk)
    campaign = campaign_shown(user, request.GET.get("campaign", ""))
    units = facade.doors_of(user, shown, campaign)
    context = {
        "building": shown,
        "campaign": campaign,
        "units": units,
        "kicker": campaign,
        "lead": words.of_building(campaign, units),
    }
    return render(request, "visits/building.html", context)


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
    form = VisitForm(request.POST or None, request.FILES or None, sheet=sheet)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.record_visit(sheet.household, target=sheet.target, by=request.user, report=form.report())
            messages.success(request, _("记下了。%(household)s的信息和问题都已保存。") % {"household": sheet.household})
            return answer(made)
    context = {"form": form, "sheet": sheet, "kicker": words.before_the_door(sheet)}
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
    }
    return render(request, "visits/household_history.html", context)


@access(Permission.VISIT_VIEW)
def visit(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One visit: what was verified, what changed, what was brought back."""
    user = request.user
    shown = get_object_or_404(Visit.objects.visible_to(user).for_page(), pk=pk)
    verified = list(Verification.objects.visible_to(user).filter(visit=shown).select_related("resident"))
    context = {
        "visit": shown,
        "kicker": words.of_visit(shown),
        "corrected_by": getattr(shown, "superseded_by", None),
        "correct_label": _("更正"),
        "may_record": user.scope.may(Permission.VISIT_RECORD),
        "confirmed": [one for one in verified if one.result == "confirmed"],
        "others": [one for one in verified if one.result != "confirmed"],
        "conflicts": Conflict.objects.visible_to(user).filter(visit=shown).waiting().for_list(),
        "findings": Finding.objects.visible_to(user).filter(visit=shown).for_list(),
        "photos": VisitPhoto.objects.visible_to(user).filter(visit=shown),
    }
    return render(request, "visits/visit.html", context)


@access(Permission.VISIT_VIEW)
def photo(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A photo of a visit; `?small=1` for the thumbnail."""
    found = get_object_or_404(VisitPhoto.objects.visible_to(request.user).select_related("attachment"), pk=pk)
    return hand_over(found.attachment, small="small" in request.GET)


@access(Permission.VISIT_VIEW)
def findings(request: PortalRequest) -> HttpResponse:
    """Problems that wait for feedback, the most pressing first; `?state=closed` for those that are settled."""
    user = request.user
    closed = request.GET.get("state") == "closed"
    rows = Finding.objects.in_duty_of(user).for_list()
    rows = rows.filter(state="closed").order_by("-closed_at")[:100] if closed else rows.open()
    return render(request, "visits/findings.html", {"findings": rows, "closed": closed, "may_record": True})


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
    categories = categories_for(request.user, shown.community_id)
    form = RequestForm(request.POST, auto_id="hand_%s", categories=categories)
    if form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.request_for(shown, by=request.user, **form.given()))
    return _finding_page(request, shown, hand=form)


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
) -> HttpResponse:
    categories = categories_for(request.user, shown.community_id)
    sees_request = (
        shown.request is not None
        and ServiceRequest.objects.visible_to(request.user).filter(pk=shown.request_id).exists()
    )
    context = {
        "finding": shown,
        "facts": words.of_finding(shown),
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


@access(Permission.CAMPAIGN_MANAGE)
def campaigns(request: PortalRequest) -> HttpResponse:
    """Every quarter's round, the latest first."""
    rows = list(Campaign.objects.managed_by(request.user).with_progress())
    may_open = not any(row.is_open for row in rows)
    return render(request, "visits/campaigns.html", {"campaigns": rows, "may_open": may_open})


@access(Permission.CAMPAIGN_MANAGE)
@once
def open_campaign(request: PortalRequest) -> HttpResponse:
    """Begin a quarter's round; the numbers stand before the button."""
    community = get_object_or_404(Community, pk=min(request.user.scope.offices_communities))
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.open_campaign(community, by=request.user, **form.given())
            messages.success(request, _("%(quarter)s的走访开始了，任务已经分给各网格。") % {"quarter": made})
            return answer(made)
    begins, ends = planning.window_of(Quarter.of(clock.today()), clock.today())
    plan = planning.plan(community, starts_on=begins, ends_on=ends)
    return render(request, "visits/campaign_open.html", {"form": form, "lines": words.opening(plan)})


@access(Permission.CAMPAIGN_MANAGE)
@once
def close_campaign(request: PortalRequest, pk: UUID) -> HttpResponse:
    """End a round; what is left is explained."""
    campaign = get_object_or_404(Campaign.objects.managed_by(request.user).with_progress(), pk=pk)
    form = CloseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            made = actions.close_campaign(campaign, by=request.user, **form.given())
            messages.success(request, _("%(quarter)s的走访结束了。") % {"quarter": made})
            return answer(made)
    context = {"form": form, "campaign": campaign, "lines": words.closing(campaign)}
    return render(request, "visits/campaign_close.html", context)
