"""Somebody leads a grid from now on: the doors that waited there for nobody wait for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.models import Appointment
from community.roles import Role
from visits import walkers
from visits.actions.handover import lead_from_now

if TYPE_CHECKING:
    from community.models import User


def react(appointment: Appointment) -> None:
    """A leader takes over what nobody walks."""
    if appointment.role == Role.GRID_LEADER and appointment.grid_id is not None:
        lead_from_now(appointment.grid_id, appointment.user, by=appointment.appointed_by)


def catch_up() -> int:
    """Terms that began without anybody doing anything that day: gives how many doors found their leader. Run daily."""
    grids = walkers.grids_with_lost_doors()
    held = Appointment.objects.unscoped(reason="who leads grids whose doors wait for nobody").current()
    leaders: dict[int, User] = {}
    for one in held.filter(role=Role.GRID_LEADER, grid__in=grids).select_related("user").order_by("starts_on", "pk"):
        if one.grid_id is not None:
            leaders[one.grid_id] = one.user
    return sum(lead_from_now(grid, leader, by=None) for grid, leader in leaders.items())
