"""Which address shows whose record to which roles; one entry for each address of the URLconf."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from community.access import Permission as P
from community.roles import Office, Role
from tests.matrix.world import World

OFFICE = {Role.COMMUNITY_STAFF, Role.SECRETARY}
CARERS = OFFICE | {Role.GRID_LEADER, Role.BUILDING_STEWARD}
COMMITTEE = {f"{Role.COMMITTEE}:{office}" for office in Office.values}


@dataclass(frozen=True)
class Page:
    """`needs` is the view's permission; `sees` the roles that see the record of their own place (None: no record)."""

    needs: P | None = None
    sees: frozenset[str] | set[str] | None = None
    kwargs: Callable[[World], dict[str, Any]] = lambda world: {}
    answer: int = 200
    public: bool = False
    lists: bool = False
    query: str = ""
    also: frozenset[tuple[str, str]] = frozenset()


def pk_of(record: str, key: str = "pk", **more: str) -> Callable[[World], dict[str, Any]]:
    """The keyword arguments that name a record of the own place; `more` maps further arguments to records."""
    return lambda world: {
        key: world.records[record].pk,
        **{name: world.records[other].pk for name, other in more.items()},
    }


GRIDS = {
    "grids:places": Page(P.HOUSEHOLD_VIEW, lists=True),
    "grids:building": Page(P.HOUSEHOLD_VIEW, CARERS, pk_of("building")),
    "grids:household": Page(P.HOUSEHOLD_VIEW, CARERS, pk_of("household")),
    "grids:mine": Page(P.OWN_HOUSEHOLD, lists=True),
    "grids:household_edit": Page(P.HOUSEHOLD_EDIT, CARERS, pk_of("household")),
    "grids:member_add": Page(P.HOUSEHOLD_EDIT, CARERS, pk_of("household")),
    "grids:resident_edit": Page(P.HOUSEHOLD_EDIT, CARERS, pk_of("household", resident_pk="resident")),
    "grids:roster_send": Page(P.ROSTER_IMPORT, lists=True),
    "grids:roster": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster")),
    "grids:roster_columns": Page(P.ROSTER_IMPORT, OFFICE, pk_of("roster")),
}

PAGES: dict[str, Page] = {**GRIDS}
