"""Read the door that a row of a roster names: whole, in parts, as above, or within the place that a band names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from core.spreadsheets import Cell
from grids import address as addresses
from grids.address import Address, AddressDoubt
from grids.rosters import values
from grids.rosters.columns import Column, Headings
from grids.rosters.doubts import Doubt, Severity
from grids.rosters.rows import RowReader

_UNIT_AND_ROOM = re.compile(r"([0-9]{1,2})-([0-9]{1,4}[A-Z]?)室?")
_WRITTEN_AT_MOST = 120


class DoorReader(RowReader):
    """A row and where it is: the row above decides what `同上` and an empty address mean."""

    def __init__(
        self, sheet: str, headings: Headings, doubts: list[Doubt], *, within: Address, parse: Callable[[str], Address]
    ) -> None:
        super().__init__(sheet, headings, doubts)
        self.within = self.band = within
        self.parse = parse
        self.above: list[Cell] = []
        self.place: Address | None = None
        self.raw_address = ""
        self.by_head_name = Column.HEAD_NAME in self.columns

    def _is_band(self) -> bool:
        """Whether the row is one text across the sheet that names a compound or a building for the rows below."""
        texts = {text for cell in self.cells if (text := values.text(cell))}
        if len(texts) != 1:
            return False
        place = place_of(texts.pop())
        if not place.compound and not place.building:
            return False
        self.band = place.within(self.within)
        return True

    def _take_address(self, *, is_head: bool) -> bool:
        """Move to the door that this row names; False when it names none that can be read."""
        text = self._written_address()
        if not text or values.is_ditto(text):
            if self.place is None:
                self._doubt(self._address_column(), "household left out", Severity.LEFT_OUT)
                return False
            if is_head and not text and not self.by_head_name and Column.HOUSEHOLD_NO not in self.columns:
                self.place = None
                self._doubt(self._address_column(), "no address", Severity.LEFT_OUT)
                return False
            return True
        self.place = None
        try:
            place = self._read_address(text)
        except AddressDoubt as doubt:
            self._doubt(self._address_column(), doubt.reason, Severity.LEFT_OUT)
            return False
        reason = "no door" if not place.room else "no building" if not (place.building or place.number) else ""
        if reason:
            self._doubt(self._address_column(), reason, Severity.LEFT_OUT)
            return False
        self.place, self.raw_address = place, text[:_WRITTEN_AT_MOST]
        return True

    def _read_address(self, text: str) -> Address:
        """The door in the text and in what the sheet or the band above says; raises AddressDoubt."""
        if self.band.building and (parts := _UNIT_AND_ROOM.fullmatch(text)):
            if parts[1] == self.band.building and Column.ROOM not in self.columns:
                raise AddressDoubt("several readings")
            text = f"{parts[1]}单元{parts[2]}室"
        return self.parse(text).within(self.band)

    def _written_address(self) -> str:
        whole = values.packed(self._cell(Column.ADDRESS))
        if Column.ROOM not in self.columns:
            return whole
        self._continue_parts()
        room = _bare(self._cell(Column.ROOM), "室号房户")
        if not room:
            return whole
        building = _bare(self._cell(Column.BUILDING), "幢栋座楼号#")
        unit = _bare(self._cell(Column.UNIT), "单元门梯")
        compound = values.packed(self._cell(Column.ESTATE)) or _compound_of(whole)
        compound += "号" if compound.isdigit() else ""
        before = (f"{building}幢" if building else "") + (f"{unit}单元" if unit else "")
        return f"{compound}{before}{room}" + ("" if not before and "-" in room else "室")

    def _continue_parts(self) -> None:
        """Where a divided address names no building, its estate, building and unit are those of the row above."""
        estate, building, unit = (self.columns.get(part) for part in (Column.ESTATE, Column.BUILDING, Column.UNIT))
        has_room = bool(values.packed(self._cell(Column.ROOM)))
        if not self.above or not has_room:
            return
        cells = [*self.cells]
        starts_anew = building is not None and values.packed(self._at(building.index))
        for heading in [estate] if starts_anew else [estate, building, unit]:
            if heading is not None and heading.index < len(cells) and not values.packed(cells[heading.index]):
                cells[heading.index] = self.above[heading.index]
        self.cells = cells

    def _address_column(self) -> Column:
        return Column.ADDRESS if Column.ADDRESS in self.columns else Column.ROOM


def place_of(sheet_name: str) -> Address:
    """The place that a sheet named `225号` or `朱方路225号3幢` speaks of; empty for every other name."""
    try:
        place = addresses.parse(sheet_name)
    except AddressDoubt:
        return Address()
    return (
        replace(place, room="")
        if place.number or (place.building and re.search("[幢栋座楼]", sheet_name))
        else Address()
    )


def _bare(cell: Cell, endings: str) -> str:
    return values.packed(cell).rstrip(endings)


def _compound_of(whole: str) -> str:
    try:
        found = addresses.parse(whole)
    except AddressDoubt:
        return whole
    return found.road + found.compound
