"""Rows that a page is about, found through the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404

from alliance.advice.querysets import READERS
from alliance.models import AdviceSession, Recommendation, Study
from community.models import Community

if TYPE_CHECKING:
    from uuid import UUID

    from community.access import PortalRequest


def own_community(request: PortalRequest) -> Community:
    """Where the reader advises or works in the office; of several the first."""
    held = request.user.scope.ids("community", *READERS)
    if not held:
        raise Http404
    return Community.objects.get(pk=min(held))


def found_session(request: PortalRequest, pk: UUID) -> AdviceSession:
    """A session, or 404."""
    rows = AdviceSession.objects.visible_to(request.user).select_related("written_by", "planned_by", "community")
    found: AdviceSession = get_object_or_404(rows, pk=pk)
    return found


def found_recommendation(request: PortalRequest, pk: UUID) -> Recommendation:
    """A recommendation with its session, or 404."""
    rows = Recommendation.objects.visible_to(request.user).select_related("session")
    found: Recommendation = get_object_or_404(rows, pk=pk)
    return found


def found_study(request: PortalRequest, pk: UUID) -> Study:
    """A study with its file, or 404."""
    rows = Study.objects.visible_to(request.user).select_related("paper", "partner", "community", "added_by")
    found: Study = get_object_or_404(rows, pk=pk)
    return found
