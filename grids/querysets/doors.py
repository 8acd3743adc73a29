"""The doors that somebody lives behind, read by a statement written by hand: a request that is posted needs them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from core.parts import part_of
from core.sql import as_uuid, rows

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household


def doors_of(user: User) -> list[Household]:
    """The households that the user belongs to, as long as they live there, by door; with their labels and their grid.

    Which those are is known from what the user holds: the statement gets their ids.
    """
    held = list(user.scope.households)
    return [_door(*columns) for columns in rows(_statement(len(held)), *held)] if held else []


@cache
def _statement(number: int) -> str:
    """For so many households."""
    from grids.models import Building, Dwelling, Estate, Grid, Household, Unit

    # Names of tables, and as many gaps as there are ids.
    return (
        "SELECT h.id, d.id, d.label, b.id, b.label, g.id, g.name "  # noqa: S608
        f"FROM {Household._meta.db_table} h JOIN {Dwelling._meta.db_table} d ON d.id = h.dwelling_id "
        f"JOIN {Building._meta.db_table} b ON b.id = h.building_id "
        f"JOIN {Estate._meta.db_table} e ON e.id = b.estate_id "
        f"JOIN {Unit._meta.db_table} u ON u.id = d.unit_id LEFT JOIN {Grid._meta.db_table} g ON g.id = b.grid_id "
        f"WHERE h.left_on IS NULL AND h.id IN ({', '.join(['%s'] * number)}) "
        'ORDER BY e.code, b."order", b.number, u.number, d.room_no'
    )


def _door(
    household: Any, dwelling: int, door: str, building: int, label: str, grid: int | None, name: str
) -> Household:
    from grids.models import Building, Dwelling, Grid, Household

    found = part_of(Household, id=as_uuid(household), dwelling_id=dwelling, building_id=building)
    found.dwelling = part_of(Dwelling, id=dwelling, label=door)
    found.building = part_of(Building, id=building, label=label, grid_id=grid)
    if grid is not None:
        found.building.grid = part_of(Grid, id=grid, name=name)
    return found
