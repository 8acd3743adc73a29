"""Where a user has a duty, as conditions for every queryset of the register."""

from __future__ import annotations

from django.db.models import Q

from community.access import Scope


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


def door_matches(words: str) -> Q:
    """The condition that a household's door is the one in the words, however it is written."""
    parts = words.split("-")
    if len(parts) == 4:
        estate, building, unit, room = parts
        return Q(
            building__estate__code=estate,
            building__number=building,
            dwelling__unit__number=unit,
            dwelling__room_no=room,
        )
    return Q(dwelling__label__contains=words)
