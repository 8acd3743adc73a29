"""The request that an address names, as far as the reader may see it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from community.access import PortalRequest
from helpdesk.models import ServiceRequest


def found_request(request: PortalRequest, pk: UUID) -> ServiceRequest:
    """A request that the user may see; a mediation also as one of those who live in one of its two households."""
    user = request.user
    found: ServiceRequest | None = ServiceRequest.objects.visible_to(user).for_page().filter(pk=pk).first()
    if found is None and user.scope.households:
        found = ServiceRequest.objects.as_side(user).for_page().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
