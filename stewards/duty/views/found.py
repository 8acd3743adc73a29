"""What the pages of the roster stand on, each found within scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from community.access import PortalRequest
from community.models import Community
from community.roles import Role
from stewards.members.actions import enrol
from stewards.models import Assignment, Roster, Shift, ShiftTemplate, Steward

if TYPE_CHECKING:
    from community.models import User

Row = TypeVar("Row", Roster, Assignment, ShiftTemplate)


def is_office(user: User, row: Any) -> bool:
    """Whether the user works in the office of the row's community."""
    return row.community_id in user.scope.offices_communities


def own_office(request: PortalRequest) -> Community:
    """The community in whose office the user works; 404 where that is none."""
    found: Community = get_object_or_404(
        Community.objects.filter(pk__in=request.user.scope.offices_communities).order_by("pk")[:1]
    )
    return found


def find_roster(request: PortalRequest, pk: UUID) -> Roster:
    rows = Roster.objects.visible_to(request.user).select_related("job", "community", "made_by")
    found: Roster = get_object_or_404(rows, pk=pk)
    return found


def managed_roster(request: PortalRequest, pk: UUID) -> Roster:
    """The same for the office alone."""
    return managed(request, find_roster(request, pk))


def find_shift(request: PortalRequest, pk: UUID) -> Shift:
    rows = Shift.objects.visible_to(request.user).select_related("roster__job", "template")
    found: Shift = get_object_or_404(rows, pk=pk)
    return found


def find_seat(request: PortalRequest, pk: UUID) -> Assignment:
    rows = Assignment.objects.visible_to(request.user)
    found: Assignment = get_object_or_404(
        rows.select_related("slot__shift__roster__job", "slot__skill", "steward__user"), pk=pk
    )
    return found


def managed_seat(request: PortalRequest, pk: UUID) -> Assignment:
    return managed(request, find_seat(request, pk))


def managed_template(request: PortalRequest, pk: int) -> ShiftTemplate:
    found: ShiftTemplate = get_object_or_404(ShiftTemplate.objects.visible_to(request.user), pk=pk)
    return managed(request, found)


def own_steward(request: PortalRequest) -> Steward:
    """The steward that the user is; whoever was appointed before there was a row for it gets it now."""
    here = min(request.user.scope.ids("community", Role.RED_STEWARD))
    rows = Steward.objects.visible_to(request.user).filter(user=request.user, community=here).select_related("user")
    found: Steward | None = rows.first()
    return found or enrol(request.user, Community.objects.get(pk=here))


def managed(request: PortalRequest, row: Row) -> Row:
    """The row again, for the office alone."""
    if not is_office(request.user, row):
        raise Http404
    return row
