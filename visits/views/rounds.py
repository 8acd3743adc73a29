"""Pages of a round: how far it is, a building, beginning and ending it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.models import Community, User
from community.once import acting, once
from core import clock
from core.quarters import Quarter
from grids.models import Building
from visits import actions, coverage, devices, facade, laying, planning, progress, walkers, words
from visits.forms.rounds import CampaignForm, CloseForm
from visits.models import Campaign, Conflict, Finding, LateReport, Target
from visits.querysets import campaign_shown


@access(Permission.VISIT_VIEW)
def round_page(request: PortalRequest) -> HttpResponse:
    """This quarter's doors, building by building."""
    user = request.user
    asked = request.GET.get("campaign", "")
    campaign = campaign_shown(user, asked)
    if campaign is None and asked:
        raise Http404
    manages = user.scope.may(Permission.CAMPAIGN_MANAGE)
    if campaign is None:
        return render(request, "visits/round_none.html", {"quarter": Quarter.of(clock.today()), "manages": manages})
    if campaign.state == Campaign.State.PREPARING:
        return _preparing(request, campaign, manages=manages)
    grids = progress.by_grid(user, campaign)
    count = progress.total_of(grids)
    forecast = progress.forecast(campaign, count, user.calendar)
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
        "late": words.late_reports(LateReport.objects.visible_to(user).waiting().count()),
        "manages": manages,
        "arranges": campaign.is_open and user.scope.may(Permission.CARE_MANAGE),
        "unwalked": _unwalked(user, campaign),
    }
    return render(request, "visits/round.html", context)


def _unwalked(user: User, campaign: Campaign) -> str:
    """What those who hand over doors are told of the doors that nobody walks."""
    if not campaign.is_open or not (user.scope.grids or user.scope.offices_communities):
        return ""
    count = walkers.unwalked(Target.objects.visible_to(user).filter(campaign=campaign))
    return _("没人走的 %(count)d 户") % {"count": count} if count else ""


def _preparing(request: PortalRequest, campaign: Campaign, *, manages: bool) -> HttpResponse:
    """How far the laying is; the page reloads itself until it ends."""
    job = laying.job_of(campaign)
    stuck = job is None or job.is_over
    context = {"campaign": campaign, "job": job, "stuck": stuck, "manages": manages}
    answer = render(request, "visits/round_preparing.html", context)
    answer["Cache-Control"] = "no-store"
    if not stuck:
        answer["Refresh"] = "3"
    return answer


@access(Permission.CAMPAIGN_MANAGE)
@require_POST
@once
def lay_campaign(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Go on preparing a round whose preparation was given up."""
    campaign = get_object_or_404(Campaign.objects.managed_by(request.user), pk=pk)
    with acting(request) as answer:
        answer(laying.take_up(campaign, by=request.user))
    return redirect(campaign)


@access(Permission.VISIT_VIEW)
def coverage_page(request: PortalRequest) -> HttpResponse:
    """How many fields were verified, grid by grid, over the last eight quarters."""
    return render(request, "visits/coverage.html", {"table": coverage.over_quarters(request.user)})


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
        "hands_over": bool(campaign and campaign.is_open) and walkers.hands_over(user.scope, shown),
    }
    return render(request, "visits/building.html", context)


@access(Permission.CAMPAIGN_MANAGE)
def campaigns(request: PortalRequest) -> HttpResponse:
    """Every quarter's round, the latest first."""
    rows = list(Campaign.objects.managed_by(request.user).with_progress())
    may_open = all(row.state == Campaign.State.CLOSED for row in rows)
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
            if made.is_open:
                messages.success(request, _("%(quarter)s的走访开始了，任务已经分给各网格。") % {"quarter": made})
            return answer(made)
    begins, ends = form.window()
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
    left = progress.left_by_building(Target.objects.visible_to(request.user).filter(campaign=campaign))
    context = {"form": form, "campaign": campaign, "lines": words.closing(campaign), "left": left}
    context["owed"] = devices.owed(devices.board(request.user))
    return render(request, "visits/campaign_close.html", context)
