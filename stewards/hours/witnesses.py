"""Who can vouch for work that somebody reports themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Appointment, Community, User
from community.roles import Role

if TYPE_CHECKING:
    from django.db.models import QuerySet

ROLES = [
    Role.RED_STEWARD,
    Role.BUILDING_STEWARD,
    Role.GRID_LEADER,
    Role.PARTNER_CONTACT,
    Role.COMMUNITY_STAFF,
    Role.SECRETARY,
]


def witnesses(community: Community, *, but: User) -> QuerySet[User]:
    """Everybody with a duty in the community today but one, by name."""
    return _with_roles(community, ROLES).exclude(pk=but.pk)


def volunteers(community: Community, *, but: User) -> QuerySet[User]:
    """For whom the office may enter hours by hand: all who belong to the community, but oneself."""
    return _with_roles(community, [*ROLES, Role.RESIDENT, Role.ADVISER, Role.COMMITTEE]).exclude(pk=but.pk)


def _with_roles(community: Community, roles: list[Role]) -> QuerySet[User]:
    held = Appointment.objects.unscoped(reason="who can vouch for hours of this community; names alone are shown")
    today = held.current().filter(community=community, role__in=roles).values("user")
    return User.objects.filter(pk__in=today, is_active=True).order_by("name", "pk")
