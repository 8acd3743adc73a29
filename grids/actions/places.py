"""Writes of the places: estates, grids, and which grid a building belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core.refusal import Refused
from core.scoping import locked
from grids.models import Building, Estate, Grid

if TYPE_CHECKING:
    from community.models import Community, User

Place = TypeVar("Place", Estate, Grid)


@transaction.atomic
def add_estate(community: Community, *, by: User, **fields: Any) -> Estate:
    """A new estate; `fields` are the model's."""
    return _add(Estate(community=community, **fields), by=by)


@transaction.atomic
def add_grid(community: Community, *, by: User, **fields: Any) -> Grid:
    """A new grid; `fields` are the model's."""
    return _add(Grid(community=community, **fields), by=by)


@transaction.atomic
def assign_building(building: Building, *, grid: Grid, by: User) -> Building:
    """Put a building into a grid: its leader looks after the households from this moment."""
    building = locked(building)
    if building.community_id != grid.community_id:
        raise Refused(_("这个网格不属于本社区。"))
    before = str(building.grid) if building.grid else None
    building.grid = grid
    building.save(update_fields=["grid"])
    audit.record("building_assigned", building, by=by, changes={"grid": [before, str(grid)]})
    return building


def _add(row: Place, *, by: User) -> Place:
    row.save(force_insert=True)
    audit.record("place_added", row, by=by, changes={"name": [None, row.name]})
    return row
