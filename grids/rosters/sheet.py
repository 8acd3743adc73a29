"""Read a household roster 居民花名册 from the sheets of a workbook: pure parsing, no database.

Every row becomes a person of a household, or a doubt that names sheet, row, column and reason. Nothing is guessed and
nothing is lost silently: what is not imported stands in the doubts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core.spreadsheets import Cell, Sheet
from grids import address as addresses
from grids.address import Address, AddressDoubt
from grids.codes import Relation
from grids.rosters import columns as roster_columns
from grids.rosters import values
from grids.rosters.columns import Column, Headings
from grids.rosters.doors import DoorReader, place_of
from grids.rosters.doubts import Doubt, Severity
from grids.rosters.households import Person, Roster, RosterHousehold, SheetColumns, complete_roads, same_person
from grids.rosters.values import ValueDoubt


class RosterUnreadable(Exception):
    """No sheet of the file is a roster; the text is a sentence for the person who sent it."""


def read(sheets: Iterable[Sheet], mapping: Mapping[str, str] | None = None) -> Roster:
    """Read all sheets. `mapping` (normal heading → `Column` value or "") corrects how columns are understood.

    Raises RosterUnreadable when no sheet has a heading row that names people.
    """
    reading = _Reading(sheets, mapping)
    if not reading.tables:
        raise RosterUnreadable(_("没有找到表头：请检查文件里是否有一行写着“姓名”“住址”等栏目。"))
    for table in reading.tables:
        _TableReader(table, reading).read()
    complete_roads(reading.roster)
    _note_missing_heads(reading)
    reading.roster.doubts.sort(key=lambda doubt: (reading.sheet_order[doubt.sheet], doubt.row))
    return reading.roster


@dataclass(frozen=True)
class _Table:
    sheet: Sheet
    headings: Headings
    place: Address


class _Reading:
    """What is known across all sheets while they are read."""

    def __init__(self, sheets: Iterable[Sheet], mapping: Mapping[str, str] | None) -> None:
        self.roster = Roster()
        self.tables: list[_Table] = []
        self.sheet_order: dict[str, int] = {}
        self.by_door: dict[tuple[str, ...], list[RosterHousehold]] = {}
        self.by_number: dict[tuple[str, ...], RosterHousehold] = {}
        self.people_by_id: dict[str, Person] = {}
        self._addresses: dict[str, Address | AddressDoubt] = {}
        self._numbers: set[str] = set()
        for sheet in sheets:
            self._take(sheet, mapping)
        self._numbers = self._known_numbers()
        self._addresses.clear()

    def _take(self, sheet: Sheet, mapping: Mapping[str, str] | None) -> None:
        self.sheet_order[sheet.name] = len(self.sheet_order)
        headings = roster_columns.find(sheet.rows, mapping)
        if headings is not None:
            self.tables.append(_Table(sheet, headings, place_of(sheet.name)))
            self.roster.sheets[sheet.name] = sheet, headings
            self.roster.columns.append(SheetColumns(sheet.name, headings.last_row + 1, headings))
        elif any(values.text(cell) for row in sheet.rows for cell in row):
            self.roster.doubts.append(Doubt(sheet.name, 1, "", "no heading row", Severity.NOTED))

    def address(self, text: str) -> Address:
        """`addresses.parse` with a memory; raises AddressDoubt."""
        if text not in self._addresses:
            try:
                self._addresses[text] = addresses.parse(text, numbers=self._numbers)
            except AddressDoubt as doubt:
                self._addresses[text] = doubt
        found = self._addresses[text]
        if isinstance(found, AddressDoubt):
            raise found
        return found

    def _known_numbers(self) -> set[str]:
        numbers = {table.place.number for table in self.tables}
        for table in self.tables:
            heading = table.headings.of(Column.ADDRESS)
            for row in table.sheet.rows[table.headings.last_row + 1 :] if heading else ():
                text = values.packed(row[heading.index]) if heading and heading.index < len(row) else ""
                try:
                    numbers.add(self.address(text).number)
                except AddressDoubt:
                    continue
        return numbers - {""}


class _TableReader(DoorReader):
    """Reads one sheet from top to bottom and puts its people into households."""

    def __init__(self, table: _Table, reading: _Reading) -> None:
        super().__init__(
            table.sheet.name, table.headings, reading.roster.doubts, within=table.place, parse=reading.address
        )
        self.table = table
        self.reading = reading
        self.household: RosterHousehold | None = None
        self.has_relation = Column.RELATION in self.columns

    def read(self) -> None:
        first = self.table.headings.last_row + 1
        for index, cells in enumerate(self.table.sheet.rows[first:], first + 1):
            self.row, self.cells = index, cells
            if self._is_band():
                self.place = self.household = None
            elif self._is_data():
                self.cells = self._without_ditto(cells)
                self._take_row()
                self.above = list(self.cells)

    def _is_data(self) -> bool:
        texts = [values.text(cell) for cell in self.cells]
        opening = next((text for text in texts if text), "")
        if not opening or any(values.is_total(text) for text in (opening, values.text(self._cell(Column.NAME)))):
            return False
        known = [heading for heading in self.headings.columns if heading.column]
        again = sum(texts[heading.index] == heading.text for heading in known if heading.index < len(texts))
        return again < max(2, len(known) // 2) and any(
            texts[heading.index]
            for heading in known
            if heading.index < len(texts) and heading.column not in (Column.SERIAL, Column.GRID)
        )

    def _without_ditto(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        if not any(isinstance(cell, str) and values.is_ditto(cell) for cell in cells):
            return cells
        above = [*self.above, *[""] * max(0, len(cells) - len(self.above))]
        skipped = {self.columns[c].index for c in (Column.ADDRESS, Column.NAME, Column.ID_NUMBER) if c in self.columns}
        return [
            above[index] if index not in skipped and values.is_ditto(cell) else cell for index, cell in enumerate(cells)
        ]

    def _take_row(self) -> None:
        name = values.text(self._cell(Column.NAME))
        if values.is_vacant(name):
            if self._take_address(is_head=True) and self.place is not None:
                self.reading.roster.vacant.append((self.place, self.raw_address))
            self.household = None
            return
        person = self._person()
        is_head = person.relation == Relation.HEAD if person else self._written_head()
        if not self._take_address(is_head=is_head):
            self.household = None
            return
        if self.place is not None:
            self.reading.roster.places[self.sheet, self.row] = self.place
        if person is None or not self._is_new(person):
            return
        self._join(person)

    def _written_head(self) -> bool:
        try:
            return values.relation(self._cell(Column.RELATION)) == Relation.HEAD
        except ValueDoubt:
            return False

    def _is_new(self, person: Person) -> bool:
        """Whether this person was not read before; the same number under another name is taken from the later row."""
        before = self.reading.people_by_id.get(person.id_number) if person.id_number else None
        if before is None:
            if person.id_number:
                self.reading.people_by_id[person.id_number] = person
            return True
        if before.name == person.name:
            self._doubt(Column.ID_NUMBER, "same number twice", Severity.LEFT_OUT)
            return False
        self._doubt(Column.ID_NUMBER, "same number twice", Severity.WITHOUT_VALUE)
        person.id_number = ""
        return True

    def _join(self, person: Person) -> None:
        household = self._household_for(person)
        if not self.has_relation and not household.people and not self._is_other_than_head(person):
            person.relation = Relation.HEAD
        elif person.relation == Relation.HEAD and household.head is not None:
            self._doubt(Column.RELATION, "two heads", Severity.WITHOUT_VALUE)
            person.relation = ""
        if any(same_person(person, other) for other in household.people):
            self._doubt(Column.NAME, "same person twice", Severity.LEFT_OUT)
            return
        self._tell_household(household)
        household.people.append(person)

    def _is_other_than_head(self, person: Person) -> bool:
        return self.by_head_name and self._head_name() not in ("", person.name)

    def _household_for(self, person: Person) -> RosterHousehold:
        assert self.place is not None
        number = values.packed(self._cell(Column.HOUSEHOLD_NO)) or self._head_name()
        if number:
            return self._numbered_household((*self.place.door, number), number)
        at_door = self.reading.by_door.get(self.place.door, [])
        if person.relation == Relation.HEAD:
            waiting = [household for household in at_door if household.head is None]
            if waiting:
                self.household = waiting[-1]
                return self.household
            if at_door:
                self._doubt(Column.RELATION, "two heads", Severity.NOTED)
            self.household = self._open_household("")
        elif self.household is None or self.household.address.door != self.place.door:
            self.household = at_door[-1] if at_door else self._open_household("")
        return self.household

    def _head_name(self) -> str:
        written = values.packed(self._cell(Column.HEAD_NAME))
        if not written and self.by_head_name and self.household and self.place:
            return self.household.number if self.household.address.door == self.place.door else ""
        return written

    def _numbered_household(self, key: tuple[str, ...], number: str) -> RosterHousehold:
        if key not in self.reading.by_number:
            self.reading.by_number[key] = self._open_household(number)
        self.household = self.reading.by_number[key]
        return self.household

    def _open_household(self, number: str) -> RosterHousehold:
        assert self.place is not None
        household = RosterHousehold(self.place, self.raw_address, number=number)
        self.reading.by_door.setdefault(self.place.door, []).append(household)
        self.reading.roster.households.append(household)
        return household

    def _tell_household(self, household: RosterHousehold) -> None:
        household.kind = household.kind or self._value(Column.KIND, values.household_kind, "")
        household.area = household.area or self._value(Column.AREA, values.area, None)
        household.grid = household.grid or values.text(self._cell(Column.GRID)) or _grid_of(self.sheet)


def _grid_of(sheet_name: str) -> str:
    return sheet_name.strip() if "网格" in sheet_name else ""


def _note_missing_heads(reading: _Reading) -> None:
    columns = {table.sheet.name: table.headings for table in reading.tables}
    for household in reading.roster.households:
        if household.head is None and household.people:
            first = household.people[0]
            heading = columns[first.sheet].of(Column.RELATION)
            if heading is not None:
                reading.roster.doubts.append(Doubt(first.sheet, first.row, heading.text, "no head", Severity.NOTED))
