"""Writes of the places: estates and grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction

from community import audit
from grids.models import Estate, Grid

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


def _add(row: Place, *, by: User) -> Place:
    row.save(force_insert=True)
    audit.record("place_added", row, by=by, changes={"name": [None, row.name]})
    return row
