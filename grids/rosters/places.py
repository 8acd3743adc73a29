"""The doors a roster speaks of: found among the places of a community, or made ready to be created."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from community.models import Community
from grids import address as addresses
from grids.address import Address
from grids.models import Building, Dwelling, Estate, Grid, Unit

_WHY = "the roster import works with all places of its community"


class UnknownCompound(LookupError):
    """The address does not say in which of several compounds it lies."""


@dataclass
class NewPlaces:
    """Rows that are not yet in the database, in the order in which they are created."""

    estates: list[Estate] = field(default_factory=list)
    buildings: list[Building] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)
    dwellings: list[Dwelling] = field(default_factory=list)


class Places:
    """All places of one community, read in five queries."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self.new = NewPlaces()
        self.assigned: list[Building] = []
        self.unknown_grids: set[str] = set()
        of_community = {"community": community}
        grids = Grid.objects.unscoped(reason=_WHY).filter(**of_community)
        estates = Estate.objects.unscoped(reason=_WHY).filter(**of_community)
        buildings = Building.objects.unscoped(reason=_WHY).filter(**of_community)
        units = Unit.objects.unscoped(reason=_WHY).filter(**of_community)
        dwellings = Dwelling.objects.unscoped(reason=_WHY).filter(**of_community)
        self._grids: dict[str, Grid] = {_grid_key(grid.name): grid for grid in grids}
        self._estates: dict[str, Estate] = {estate.code: estate for estate in estates}
        self._estates_by_name: dict[str, Estate] = {estate.name: estate for estate in self._estates.values()}
        self.known: dict[int, Building] = {row.pk: row for row in buildings}
        code_of = {estate.pk: estate.code for estate in self._estates.values()}
        self._buildings: dict[tuple[str, ...], Building] = {
            (code_of[row.estate_id], row.number): row for row in self.known.values()
        }
        key_of_building = {row.pk: key for key, row in self._buildings.items()}
        self._units: dict[tuple[str, ...], Unit] = {
            (*key_of_building[row.building_id], row.number): row for row in units
        }
        key_of_unit = {row.pk: key for key, row in self._units.items()}
        self._dwellings: dict[tuple[str, ...], Dwelling] = {
            (*key_of_unit[row.unit_id], row.room_no): row for row in dwellings
        }

    def expect(self, addresses_read: Iterable[Address]) -> None:
        """Make the one compound of a roster known beforehand, so that doors written without it find it."""
        first_of = {address.compound: address for address in addresses_read if address.compound}
        if not self._estates and len(first_of) == 1:
            self._estate(next(iter(first_of.values())))

    def dwelling(self, address: Address, *, raw: str = "", grid: str = "") -> Dwelling:
        """The dwelling at this door; what is missing on the way to it is made ready.

        `grid` is the name the roster gives for the grid of the building. Raises UnknownCompound.
        """
        estate = self._estate(address)
        building = self._building(estate, address, grid)
        unit_key = (estate.code, building.number, address.unit)
        unit = self._units.get(unit_key)
        if unit is None:
            unit = self._units[unit_key] = Unit(community_id=self.community.pk, building=building, number=address.unit)
            self.new.units.append(unit)
        key = (*unit_key, address.room)
        if key not in self._dwellings:
            self._dwellings[key] = self._new_dwelling(building, unit, address, raw)
        return self._dwellings[key]

    def _estate(self, address: Address) -> Estate:
        code = (address.number or address.name)[:12]
        found = self._estates.get(code) or self._estates_by_name.get(address.name or address.compound)
        if found is not None:
            return found
        if not code:
            if len(self._estates) == 1:
                return next(iter(self._estates.values()))
            raise UnknownCompound
        full = f"{address.road}{address.compound}"
        estate = Estate(community=self.community, code=code, name=full[:60], address=full if address.number else "")
        self._estates[code] = self._estates_by_name[estate.name] = estate
        self.new.estates.append(estate)
        return estate

    def _building(self, estate: Estate, address: Address, grid_name: str) -> Building:
        key = (estate.code, address.building)
        building = self._buildings.get(key)
        if building is not None and (building.grid_id is not None or building.grid is not None):
            return building
        grid = self._grid(grid_name)
        if building is None:
            building = self._buildings[key] = self._new_building(estate, address)
            building.grid = grid
        elif grid is not None:
            building.grid = grid
            if building.pk is not None:
                self.assigned.append(building)
        return building

    def _new_building(self, estate: Estate, address: Address) -> Building:
        number = address.building
        compound = f"{estate.code}号" if estate.code.isdigit() else estate.name
        order = int(digits[0]) if (digits := re.search("[0-9]+", number)) else 0
        label = f"{compound}{number}幢" if number else compound
        building = Building(community=self.community, estate=estate, number=number[:12], label=label[:40], order=order)
        self.new.buildings.append(building)
        return building

    def _new_dwelling(self, building: Building, unit: Unit, address: Address, raw: str) -> Dwelling:
        stairs = f"{address.unit}单元" if address.unit else ""
        dwelling = Dwelling(
            community_id=self.community.pk,
            building=building,
            unit=unit,
            room_no=address.room,
            label=f"{building.label}{stairs}{address.room}室"[:60],
            raw_address=raw[:120],
        )
        self.new.dwellings.append(dwelling)
        return dwelling

    def _grid(self, name: str) -> Grid | None:
        """The grid of this name; the only one of the community when the roster names none."""
        if not name:
            return next(iter(self._grids.values())) if len(self._grids) == 1 else None
        found = self._grids.get(_grid_key(name))
        if found is None:
            self.unknown_grids.add(name)
        return found


def _grid_key(name: str) -> str:
    """第六网格, 第6网格 and 6号网格 are one grid."""
    bare = re.sub(r"[第号]|网格", "", "".join(name.split()))
    try:
        return addresses.number_of(bare)
    except addresses.AddressDoubt:
        return bare
