"""The request that an address names, as far as the reader may see it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from community.access import PortalRequest
from helpdesk.models import ServiceRequest


def found_request(request: PortalRequest, pk: UUID) -> ServiceRequest:
    """A request that the user may see; a mediation also to whoever lives in one of its two households.

    What was asked in confidence is found by whoever asked, though nothing of its row names them.
    """
    user = request.user
    found: ServiceRequest | None = ServiceRequest.objects.visible_to(user).for_page().filter(pk=pk).first()
    if found is None and user.scope.households:
        found = ServiceRequest.objects.as_side(user).for_page().filter(pk=pk).first()
    if found is None:
        found = ServiceRequest.objects.in_confidence(user).for_page().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
