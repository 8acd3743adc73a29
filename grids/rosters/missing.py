"""Who is registered where a roster is the full one, and is not in it: proposed as moved out, never taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from core.fields import search_hash
from grids.models import Building, Membership, Resident
from grids.rosters import values
from grids.rosters.columns import Column
from grids.rosters.doubts import Severity
from grids.rosters.households import Roster
from grids.rosters.plan import Missing
from grids.rosters.register import Register
from grids.rosters.values import ValueDoubt


@dataclass(frozen=True)
class Full:
    """Where a roster is the full one: the whole community, or these estates, grids and buildings (primary keys)."""

    everywhere: bool = False
    estates: frozenset[int] = frozenset()
    grids: frozenset[int] = frozenset()
    buildings: frozenset[int] = frozenset()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Full:
        """As `RosterUpload.full` keeps it; {} is nowhere."""
        return cls(
            everywhere=bool(kept.get("everywhere")),
            **{name: frozenset(kept.get(name, ())) for name in ("estates", "grids", "buildings")},
        )

    def as_kept(self) -> dict[str, Any]:
        if self.everywhere:
            return {"everywhere": True}
        parts = {"estates": self.estates, "grids": self.grids, "buildings": self.buildings}
        return {name: sorted(ids) for name, ids in parts.items() if ids}

    def __bool__(self) -> bool:
        return bool(self.as_kept())

    def covers(self, building: Building) -> bool:
        return (
            self.everywhere
            or building.pk in self.buildings
            or building.estate_id in self.estates
            or building.grid_id in self.grids
        )


def find(
    register: Register, roster: Roster, *, full: Full, buildings: Mapping[int, Building], found: Collection[Any]
) -> list[Missing]:
    """The residents of the covered buildings that are not among `found` (primary keys).

    Who may stand in a row that could not be read, by number or by name, is not called missing.
    """
    if not full:
        return []
    numbers, names = _in_doubt(roster)
    covered = {pk for pk, building in buildings.items() if full.covers(building)}
    missing = []
    for household in register.households.values():
        if household.building_id not in covered:
            continue
        for membership in register.members.get(household.pk, ()):
            resident = register.residents[membership.resident_id]
            if resident.pk in found or resident.deceased_on is not None:
                continue
            if resident.id_hash in numbers or resident.name in names:
                continue
            missing.append(_missing(register, membership, resident))
    return missing


def _missing(register: Register, membership: Membership, resident: Resident) -> Missing:
    return Missing(resident, register.households[membership.household_id], membership.get_relation_display())


def _in_doubt(roster: Roster) -> tuple[set[str], set[str]]:
    """Hashes of the numbers, and names, in rows that were left out."""
    numbers, names = set(), set()
    for place in {(doubt.sheet, doubt.row) for doubt in roster.doubts if doubt.severity == Severity.LEFT_OUT}:
        row = roster.written(*place)
        names.add(values.packed(row.of(Column.NAME)))
        try:
            numbers.add(search_hash(values.id_number(row.of(Column.ID_NUMBER))))
        except ValueDoubt:
            continue
    return numbers - {""}, names - {""}
