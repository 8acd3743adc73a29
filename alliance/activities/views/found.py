"""Which activity a page is about."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from alliance.models import Activity
from community.models import User

if TYPE_CHECKING:
    from community.access import PortalRequest


def found_activity(request: HttpRequest, pk: UUID) -> Activity:
    """One that everybody may read, or one that the reader's community has been told of, or that they run."""
    user = request.user
    rows = Activity.objects.select_related("partner", "project", "organiser")
    found: Activity | None = rows.told().filter(pk=pk).first()
    if found is None and isinstance(user, User):
        found = rows.visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def run_activity(request: PortalRequest, pk: UUID) -> Activity:
    """One that the user runs."""
    rows = Activity.objects.run_by(request.user).select_related("partner", "project", "organiser")
    found: Activity = get_object_or_404(rows, pk=pk)
    return found
