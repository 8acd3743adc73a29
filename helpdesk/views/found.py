"""The request that an address names, as far as the reader may see it."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404

from community.access import PortalRequest
from community.models import User
from community.questions import row_for
from core.sql import Given
from core.whole import Whole
from helpdesk.models import ServiceRequest


def found_request(request: PortalRequest, pk: UUID) -> ServiceRequest:
    """A request that the user may see; a mediation also to whoever lives in one of its two households.

    What was asked in confidence is found by whoever asked, though nothing of its row names them.
    """
    user = request.user
    found: ServiceRequest | None = row_for(user, _seen, pk)
    if found is None and user.scope.households:
        found = ServiceRequest.objects.as_side(user).for_page().filter(pk=pk).first()
    if found is None:
        found = ServiceRequest.objects.in_confidence(user).for_page().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _seen(user: User) -> Whole:
    """Nearly every request that is looked at is found so."""
    rows = ServiceRequest.objects.visible_to(user).filter(pk=Given())
    return Whole(rows, ("category", "grid", "handler", "building"))
