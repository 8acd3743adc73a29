"""Pages of spots where the same thing comes again."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from helpdesk.actions.spots import plan_spot, settle_spot
from helpdesk.forms.spots import PlanForm, SettleForm
from helpdesk.listed import COLUMNS, drawn, lines_of
from helpdesk.models import RecurringSpot, ServiceRequest
from helpdesk.spots import cases_of

SETTLED_SHOWN = 50
CASES_SHOWN = 100


@access(Permission.REQUEST_TRIAGE)
def spots(request: PortalRequest) -> HttpResponse:
    """What comes again in the buildings one leads: what waits first, then what was settled."""
    seen = RecurringSpot.objects.visible_to(request.user).for_list()
    running = list(seen.open().order_by("-times", "raised_at"))
    settled = list(seen.exclude(settled_at__isnull=True).order_by("-settled_at")[:SETTLED_SHOWN])
    return render(request, "helpdesk/spots.html", {"running": running, "settled": settled})


@access(Permission.REQUEST_TRIAGE)
@once
def spot(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One spot: its requests, what is to be done, and what came of it."""
    user = request.user
    found: RecurringSpot = get_object_or_404(RecurringSpot.objects.visible_to(user).for_list(), pk=pk)
    settles = "settle" in request.POST
    plan = PlanForm(
        request.POST if request.method == "POST" and not settles else None,
        initial={"plan": found.plan, "plan_until": found.plan_until},
    )
    settle = SettleForm(request.POST if settles else None, auto_id="settle_%s")
    form = settle if settles else plan
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            (settle_spot if settles else plan_spot)(found, by=user, **form.given())
            messages.success(request, _("记下了，办完了。") if settles else _("记下了，到那天会提醒您。"))
            return answer(found)
    led = ServiceRequest.objects.led_by(user).filter(pk__in=cases_of(found).values("pk"))
    lines = lines_of(led.order_by("-submitted_at", "-pk").values_list(*COLUMNS)[:CASES_SHOWN], user)
    context = {"spot": found, "plan": plan, "settle": settle, "lines": lines, "rows": drawn(lines)}
    return render(request, "helpdesk/spot.html", context)
