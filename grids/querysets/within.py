"""Where a user has a duty, as conditions for every queryset of the register."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from community.access import Scope

if TYPE_CHECKING:
    from grids.models import Household


def any_held(held: Mapping[str, Collection[Any]]) -> Q:
    """The condition that a row is found by one of these lookups among the ids that are held; never where none are.

    What is not held is left out: it takes longer to write that a row lies in nothing than to read the rows.
    """
    found = [Q(**{lookup: ids}) for lookup, ids in held.items() if ids]
    return reduce(or_, found) if found else Q(pk__in=())


def buildings_within(scope: Scope, prefix: str = "") -> Q:
    """The condition that a building lies where the user has a duty: the office, the grid, the building itself."""
    building = f"{prefix}building__" if prefix != "self" else ""
    return any_held(
        {
            "community__in": scope.offices_communities,
            f"{building}grid__in": scope.grids,
            f"{building}pk__in": scope.buildings,
        }
    )


def households_within(scope: Scope, prefix: str = "household__") -> Q:
    """The same for rows that hang on a household, and one's own household."""
    within, own = buildings_within(scope, prefix), scope.households
    return within | Q(**{f"{prefix}pk__in": own}) if own else within


def grids_within(scope: Scope, prefix: str = "household__") -> Q:
    """The condition that a household is the user's to decide about: for the office all, for the leader the grid's."""
    return any_held({"community__in": scope.offices_communities, f"{prefix}building__grid__in": scope.grids})


def decides_about(scope: Scope, household: Household) -> bool:
    """The same for one household that has been read with its building."""
    return household.community_id in scope.offices_communities or household.building.grid_id in scope.grids
