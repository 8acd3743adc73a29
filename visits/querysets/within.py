"""Which rows of the home visits belong to somebody's duty, or to somebody's own home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from grids.models import Household
from grids.querysets import HouseholdQuerySet, any_held, buildings_within

if TYPE_CHECKING:
    from community.access import Scope
    from community.models import User


def rows_within(scope: Scope) -> Q:
    """Rows that carry a building and a household: those of one's duty, and those of one's own household."""
    return buildings_within(scope) | Q(household__in=scope.households)


def households_to_visit(user: User) -> HouseholdQuerySet:
    """The households at whose door the user may knock: those of the duty, not one's own as a resident."""
    rows: HouseholdQuerySet = Household.objects.filter(buildings_within(user.scope)).scoped()
    return rows.select_related("dwelling", "building__grid", "head")


def settled_by(scope: Scope) -> Q:
    """Rows of buildings whose leader the user is, or of communities whose office the user works in."""
    return any_held({"building__grid__in": scope.grids, "community__in": scope.offices_communities})
