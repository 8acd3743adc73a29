"""Where a user has a duty, as conditions for every queryset of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from community.access import Scope

if TYPE_CHECKING:
    from grids.models import Household


def buildings_within(scope: Scope, prefix: str = "") -> Q:
    """The condition that a building lies where the user has a duty: the office, the grid, the building itself."""
    building = f"{prefix}building__" if prefix != "self" else ""
    pk = f"{building}pk" if building else "pk"
    return (
        Q(community__in=scope.offices_communities)
        | Q(**{f"{building}grid__in": scope.grids})
        | Q(**{f"{pk}__in": scope.buildings})
    )


def households_within(scope: Scope, prefix: str = "household__") -> Q:
    """The same for rows that hang on a household, and one's own household."""
    return buildings_within(scope, prefix) | Q(**{f"{prefix}pk__in": scope.households})


def grids_within(scope: Scope, prefix: str = "household__") -> Q:
    """The condition that a household is the user's to decide about: for the office all, for the leader the grid's."""
    return Q(community__in=scope.offices_communities) | Q(**{f"{prefix}building__grid__in": scope.grids})


def decides_about(scope: Scope, household: Household) -> bool:
    """The same for one household that has been read with its building."""
    return household.community_id in scope.offices_communities or household.building.grid_id in scope.grids
