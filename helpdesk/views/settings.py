"""The page from which everything about requests is set up."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from community.access import Permission, PortalRequest, access
from helpdesk.settings import links


@access(Permission.REQUEST_SETTINGS)
def settings_page(request: PortalRequest) -> HttpResponse:
    """Links to what the office can set up about requests."""
    return render(request, "helpdesk/settings.html", {"links": links(request.user)})
