"""Pages of the shifts that come again."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from stewards.duty import actions
from stewards.duty.actions.templates import rosters_ahead
from stewards.duty.forms import TemplateForm
from stewards.duty.listing import template_lines
from stewards.duty.views.found import managed_template, own_office
from stewards.models import ShiftTemplate, TemplateSlot


@access(Permission.STEWARDS_MANAGE)
@require_safe
def templates(request: PortalRequest) -> HttpResponse:
    """All of them, those in use first."""
    slots = Prefetch("slots", TemplateSlot.objects.visible_to(request.user).select_related("skill"))
    rows = ShiftTemplate.objects.visible_to(request.user).filter(community__in=request.user.scope.offices_communities)
    lines = template_lines(rows.prefetch_related(slots).order_by("-is_active", "starts_at", "name"))
    return render(request, "stewards/duty/templates.html", {"lines": lines})


@access(Permission.STEWARDS_MANAGE)
@once
def template_new(request: PortalRequest) -> HttpResponseBase:
    community = own_office(request)
    form = TemplateForm(request.POST or None, community=community)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.add_template(community, by=request.user, **form.given())
            return answer(reverse("stewards:templates"))
    return render(request, "stewards/duty/template.html", {"form": form})


@access(Permission.STEWARDS_MANAGE)
@once
def template(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Change one; what is already written down in a roster stays, and the page says so."""
    found = managed_template(request, pk)
    form = TemplateForm(request.POST or None, community=found.community, template=found)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            version = form.cleaned_data["version"] or 0
            actions.change_template(found, by=request.user, version=version, **form.given())
            messages.success(request, _("改好了，从下一期值班表起用。已经排好的不变。"))
            return answer(reverse("stewards:templates"))
    context = {"form": form, "template": found, "rosters": rosters_ahead(found)}
    return render(request, "stewards/duty/template.html", context)


@access(Permission.STEWARDS_MANAGE)
@require_POST
def template_use(request: PortalRequest, pk: int) -> HttpResponse:
    """Retire it, or take it up again."""
    found = managed_template(request, pk)
    step = actions.retire if found.is_active else actions.take_up
    with acting(request):
        step(found, by=request.user)
    return redirect("stewards:templates")
