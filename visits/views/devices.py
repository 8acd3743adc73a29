"""The board of the phones with a walk book."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from community.access import Permission, PortalRequest, access
from visits import devices as phones


@access(Permission.CAMPAIGN_MANAGE)
def devices(request: PortalRequest) -> HttpResponse:
    """Who has a book on which phone, how many doors it holds, what it has not sent."""
    rows = phones.board(request.user)
    context = {"devices": rows, "owed": phones.owed(rows)}
    return render(request, "visits/devices.html", context)
