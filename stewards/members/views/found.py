"""Finding what a page is about, for who may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse

from community.models import Community
from stewards.members.querysets import own_or_managed
from stewards.models import Steward

if TYPE_CHECKING:
    from community.access import PortalRequest
    from community.models import User


def find_steward(request: PortalRequest, pk: UUID) -> Steward:
    """A steward whose records the user keeps: oneself, or one of the own office; 404 for all others."""
    rows = Steward.objects.visible_to(request.user).filter(own_or_managed(request.user, ""))
    found: Steward = get_object_or_404(rows.select_related("user", "community"), pk=pk)
    return found


def find_own(request: PortalRequest, rows: QuerySet[Any], steward: Steward, pk: int) -> Any:
    """A row of a steward already found."""
    return get_object_or_404(rows.filter(steward=steward), pk=pk)


def page_of(steward: Steward, user: User) -> str:
    """The page to go back to: one's own, or the steward's."""
    return reverse("stewards:mine") if steward.user_id == user.pk else steward.get_absolute_url()


def here(request: PortalRequest) -> Community:
    """The community of the own office."""
    return Community.objects.get(pk=min(request.user.scope.offices_communities))
