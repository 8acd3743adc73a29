"""A resident's own record."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from community import history
from community.access import Permission, PortalRequest, access
from community.models import AuditEvent
from grids.models import Household

HISTORY_AT_MOST = 30


@access(Permission.OWN_HOUSEHOLD)
def my_household(request: PortalRequest) -> HttpResponse:
    """What the community keeps about one's own household, and who has read it."""
    mine = Household.objects.own_of(request.user).for_list().with_members(request.user)
    shown = [(one, history.tell(AuditEvent.objects.of_household(one)[:HISTORY_AT_MOST])) for one in mine]
    return render(request, "grids/my_household.html", {"shown": shown})
