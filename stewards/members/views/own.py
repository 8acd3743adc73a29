"""A steward's page, one's own and as others see it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from community.access import Permission, PortalRequest, access
from community.models import Community
from community.roles import Role
from core import clock
from stewards.members import actions, page
from stewards.models import Steward


@access(Permission.STEWARD_WORK)
def mine(request: PortalRequest) -> HttpResponse:
    """One's own skills and times. Whoever was appointed before there was a row for it gets it now."""
    user = request.user
    here = min(user.scope.ids("community", Role.RED_STEWARD))
    steward = Steward.objects.visible_to(user).filter(user=user, community=here).select_related("user").first()
    if steward is None:
        steward = actions.enrol(user, Community.objects.get(pk=here))
    return render(request, "stewards/members/steward.html", page.of(steward, user, appointed=True))


@access(Permission.STEWARDS_VIEW)
def steward(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A steward as those see them who work with them."""
    user = request.user
    rows = Steward.objects.visible_to(user).select_related("user").with_appointed(clock.today())
    found = get_object_or_404(rows, pk=pk)
    if found.user_id == user.pk and user.scope.may(Permission.STEWARD_WORK):
        return redirect("stewards:mine")
    return render(request, "stewards/members/steward.html", page.of(found, user, appointed=found.is_appointed))
