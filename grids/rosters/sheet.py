"""Read a household roster 居民花名册 from the sheets of a workbook: pure parsing, no database.

Every row becomes a person of a household, or a doubt that names sheet, row, column and reason. Nothing is guessed and
nothing is lost silently: what is not imported stands in the doubts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from django.utils.translation import gettext as _

from core.spreadsheets import Cell, Sheet
from grids import address as addresses
from grids import identity
from grids.address import Address, AddressDoubt
from grids.codes import IdType, Relation
from grids.identity import IdentityDoubt
from grids.rosters import columns as roster_columns
from grids.rosters import values
from grids.rosters.columns import Column, Headings
from grids.rosters.values import ValueDoubt

Value = TypeVar("Value")
_UNIT_AND_ROOM = re.compile(r"([0-9]{1,2})-([0-9]{1,4}[A-Z]?)室?")


class RosterUnreadable(Exception):
    """No sheet of the file is a roster; the text is a sentence for the person who sent it."""


class Severity(StrEnum):
    """What a doubt means for the row: not imported, imported without this value, or imported and worth a look."""

    LEFT_OUT = "left_out"
    WITHOUT_VALUE = "without_value"
    NOTED = "noted"


@dataclass(frozen=True)
class Doubt:
    """A row that somebody should look at: row as Excel counts (from 1), heading of the column, short reason code."""

    sheet: str
    row: int
    column: str
    reason: str
    severity: Severity

    @property
    def sentence(self) -> str:
        """What is wrong and how to mend it."""
        return sentence(self.reason)


@dataclass
class Person:
    """One row: a member of a household. Empty text and None mean that the roster does not say; dates are ISO text."""

    sheet: str
    row: int
    name: str
    relation: str = ""
    sex: str = ""
    birth_date: str = ""
    id_type: str = IdType.IDENTITY_CARD
    id_number: str = ""
    phone: str = ""
    hukou: str = ""
    employment: str = ""
    is_party_member: bool | None = None
    care: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass
class RosterHousehold:
    """The people of one household and the door where they live; area in 0.01 m²."""

    address: Address
    raw_address: str
    number: str = ""
    grid: str = ""
    kind: str = ""
    area: int | None = None
    people: list[Person] = field(default_factory=list)

    @property
    def head(self) -> Person | None:
        return next((person for person in self.people if person.relation == Relation.HEAD), None)


@dataclass(frozen=True)
class SheetColumns:
    """How the columns of a sheet were understood; `row` is the heading row as Excel counts."""

    sheet: str
    row: int
    headings: Headings


@dataclass
class Roster:
    """What a file says: households with their people, doors where nobody lives, and doubts."""

    households: list[RosterHousehold] = field(default_factory=list)
    vacant: list[tuple[Address, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    columns: list[SheetColumns] = field(default_factory=list)

    @property
    def residents(self) -> int:
        return sum(len(household.people) for household in self.households)

    def care(self) -> Counter[str]:
        """How many people carry each care category."""
        return Counter(
            category for household in self.households for person in household.people for category, _grade in person.care
        )

    def doors(self) -> Counter[str]:
        """How many doors each compound (`225`, `阳光花园`) has in the roster."""
        doors = {household.address.door: household.address for household in self.households}
        return Counter(address.number or address.name for address in doors.values())


def read(sheets: Iterable[Sheet], mapping: Mapping[str, str] | None = None) -> Roster:
    """Read all sheets. `mapping` (normal heading → `Column` value or "") corrects how columns are understood.

    Raises RosterUnreadable when no sheet has a heading row that names people.
    """
    reading = _Reading(sheets, mapping)
    if not reading.tables:
        raise RosterUnreadable(_("没有找到表头：请检查文件里是否有一行写着“姓名”“住址”等栏目。"))
    for table in reading.tables:
        _TableReader(table, reading).read()
    _complete_roads(reading.roster)
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
            self.tables.append(_Table(sheet, headings, _place_of(sheet.name)))
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


class _TableReader:
    """Reads one sheet from top to bottom; the row above decides what `同上` and an empty address mean."""

    def __init__(self, table: _Table, reading: _Reading) -> None:
        self.table = table
        self.reading = reading
        self.columns = {heading.column: heading for heading in reversed(table.headings.columns)}
        self.above: list[Cell] = []
        self.band = table.place
        self.place: Address | None = None
        self.raw_address = ""
        self.household: RosterHousehold | None = None
        self.has_relation = Column.RELATION in self.columns
        self.by_head_name = Column.HEAD_NAME in self.columns
        self.row = 0
        self.cells: Sequence[Cell] = ()

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

    def _is_band(self) -> bool:
        """Whether the row is one text across the sheet that names a compound or a building for the rows below."""
        texts = {text for cell in self.cells if (text := values.text(cell))}
        if len(texts) != 1:
            return False
        place = _place_of(texts.pop())
        if not place.compound and not place.building:
            return False
        self.band = place.within(self.table.place)
        return True

    def _is_data(self) -> bool:
        texts = [values.text(cell) for cell in self.cells]
        opening = next((text for text in texts if text), "")
        if not opening or any(values.is_total(text) for text in (opening, values.text(self._cell(Column.NAME)))):
            return False
        known = [heading for heading in self.table.headings.columns if heading.column]
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
        if person is None or not self._is_new(person):
            return
        self._join(person)

    def _written_head(self) -> bool:
        try:
            return values.relation(self._cell(Column.RELATION)) == Relation.HEAD
        except ValueDoubt:
            return False

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
        self.place, self.raw_address = place, text[:120]
        return True

    def _read_address(self, text: str) -> Address:
        """The door in the text and in what the sheet or the band above says; raises AddressDoubt."""
        if self.band.building and (parts := _UNIT_AND_ROOM.fullmatch(text)):
            if parts[1] == self.band.building and Column.ROOM not in self.columns:
                raise AddressDoubt("several readings")
            text = f"{parts[1]}单元{parts[2]}室"
        return self.reading.address(text).within(self.band)

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

    def _person(self) -> Person | None:
        try:
            name = values.name(self._cell(Column.NAME))
        except ValueDoubt as doubt:
            self._doubt(Column.NAME, doubt.reason, Severity.LEFT_OUT)
            return None
        if not name:
            self._doubt(Column.NAME, "no name", Severity.LEFT_OUT)
            return None
        id_type, number = self._identity()
        is_card = bool(number) and id_type == IdType.IDENTITY_CARD
        party = self._value(Column.PARTY, values.party, None)
        return Person(
            sheet=self.table.sheet.name,
            row=self.row,
            name=name,
            relation=self._value(Column.RELATION, values.relation, ""),
            sex=self._sex(number if is_card else ""),
            birth_date=self._birth_date(number if is_card else ""),
            id_type=id_type,
            id_number=number,
            phone=self._value(Column.PHONE, values.phone, ""),
            hukou=values.text(self._cell(Column.HUKOU))[:120],
            employment=self._employment(),
            is_party_member=party,
            care=self._care(),
            note=self._note(),
        )

    def _identity(self) -> tuple[str, str]:
        id_type = _id_type(values.packed(self._cell(Column.ID_TYPE)))
        try:
            number = values.id_number(self._cell(Column.ID_NUMBER))
            if number and id_type == IdType.IDENTITY_CARD:
                identity.check(number)
            elif number:
                identity.check_other(number)
        except (ValueDoubt, IdentityDoubt) as doubt:
            self._doubt(Column.ID_NUMBER, doubt.reason, Severity.WITHOUT_VALUE)
            return id_type, ""
        return id_type, number

    def _sex(self, card: str) -> str:
        written = self._value(Column.SEX, values.sex, "")
        if not card:
            return written
        told = identity.sex(card)
        if written in ("1", "2") and written != told:
            self._doubt(Column.SEX, "sex contradicts number", Severity.WITHOUT_VALUE)
        return told

    def _birth_date(self, card: str) -> str:
        written = self._value(Column.BIRTH_DATE, values.birth_date, "")
        if not card:
            return written
        told = identity.birth_date(card).isoformat()
        if not told.startswith(written):
            self._doubt(Column.BIRTH_DATE, "birth date contradicts number", Severity.WITHOUT_VALUE)
        return told

    def _employment(self) -> str:
        """The employment; where only a column like `就业/工作单位` stands, its words that name a status."""
        if Column.EMPLOYMENT in self.columns:
            return self._value(Column.EMPLOYMENT, values.employment, "")
        try:
            return values.employment(self._cell(Column.WORKPLACE))
        except ValueDoubt:
            return ""

    def _care(self) -> tuple[tuple[str, str], ...]:
        found: dict[str, str] = {}
        nothing: tuple[tuple[str, str], ...] = ()
        for category, grade in (
            *self._value(Column.CARE, values.care, nothing),
            *values.known_care(self._cell(Column.REMARK)),
            *self._ticked_care(),
        ):
            found[category] = found.get(category) or grade
        return tuple(found.items())

    def _ticked_care(self) -> Iterable[tuple[str, str]]:
        for heading, category in self.table.headings.cares:
            try:
                is_ticked, grade = values.ticked(self._at(heading.index))
            except ValueDoubt as doubt:
                self._doubt_at(heading.text, doubt.reason, Severity.WITHOUT_VALUE)
                continue
            if is_ticked:
                yield category, grade

    def _note(self) -> str:
        parts = (values.text(self._cell(Column.WORKPLACE)), values.text(self._cell(Column.REMARK)))
        return "；".join(part for part in parts if part)[:200]

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
        if any(_same_person(person, other) for other in household.people):
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
        household.grid = household.grid or values.text(self._cell(Column.GRID)) or _grid_of(self.table.sheet.name)

    def _value(self, column: Column, reader: Callable[[Cell], Value], empty: Value) -> Value:
        try:
            return reader(self._cell(column))
        except ValueDoubt as doubt:
            self._doubt(column, doubt.reason, Severity.WITHOUT_VALUE)
            return empty

    def _cell(self, column: Column) -> Cell:
        heading = self.columns.get(column)
        return self._at(heading.index) if heading else ""

    def _at(self, index: int) -> Cell:
        return self.cells[index] if index < len(self.cells) else ""

    def _doubt(self, column: Column, reason: str, severity: Severity) -> None:
        heading = self.columns.get(column)
        self._doubt_at(heading.text if heading else str(column.label), reason, severity)

    def _doubt_at(self, heading: str, reason: str, severity: Severity) -> None:
        self.reading.roster.doubts.append(Doubt(self.table.sheet.name, self.row, heading, reason, severity))


def _place_of(sheet_name: str) -> Address:
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


def _grid_of(sheet_name: str) -> str:
    return sheet_name.strip() if "网格" in sheet_name else ""


def _bare(cell: Cell, endings: str) -> str:
    return values.packed(cell).rstrip(endings)


def _compound_of(whole: str) -> str:
    try:
        found = addresses.parse(whole)
    except AddressDoubt:
        return whole
    return found.road + found.compound


def _id_type(written: str) -> str:
    if not written or "身份证" in written:
        return IdType.IDENTITY_CARD
    if "护照" in written:
        return IdType.PASSPORT
    return IdType.TRAVEL_PERMIT if "通行证" in written else IdType.OTHER


def _same_person(one: Person, other: Person) -> bool:
    return (
        one.name == other.name
        and (not one.id_number or not other.id_number)
        and (one.birth_date.startswith(other.birth_date) or other.birth_date.startswith(one.birth_date))
    )


def _complete_roads(roster: Roster) -> None:
    """`225号` is on the road that other rows name for it, when all of them name the same."""
    roads: dict[str, set[str]] = {}
    for household in roster.households:
        if household.address.road:
            roads.setdefault(household.address.number, set()).add(household.address.road)
    for household in roster.households:
        known = roads.get(household.address.number, set())
        if not household.address.road and len(known) == 1:
            household.address = replace(household.address, road=next(iter(known)))


def _note_missing_heads(reading: _Reading) -> None:
    columns = {table.sheet.name: table.headings for table in reading.tables}
    for household in reading.roster.households:
        if household.head is None and household.people:
            first = household.people[0]
            heading = columns[first.sheet].of(Column.RELATION)
            if heading is not None:
                reading.roster.doubts.append(Doubt(first.sheet, first.row, heading.text, "no head", Severity.NOTED))


def sentence(reason: str) -> str:
    """The kind sentence for a reason code."""
    if digits := re.fullmatch(r"(\d+) digits", reason):
        if reason == "15 digits":
            return _("这是 15 位的旧身份证号，已停用，请补填 18 位号码。")
        return _("电话号码有 %(count)s 位数字，请核对。") % {"count": digits[1]}
    return _sentences().get(reason, reason)


def _sentences() -> dict[str, str]:
    return {
        "no heading row": _("这张表里没有找到表头，整张表没有读取。"),
        "household left out": _("这一行跟着上面没有读懂的住址，请先改好上面那一行。"),
        "no address": _("这一户没有写住址。"),
        "empty": _("住址是空的。"),
        "numeral": _("住址里的中文数字读不准，请改成阿拉伯数字。"),
        "several readings": _("住址有两种读法，请写成“225号3幢2单元501室”。"),
        "not understood": _("住址没有读懂，请写成“225号3幢2单元501室”。"),
        "no building": _("住址里没有写幢号。"),
        "no door": _("住址里没有写室号。"),
        "no compound": _("住址里没有写是哪个小区（例如 225号），社区有不止一个小区。"),
        "others live there": _("这个门牌已登记着另一户，名册里的人会登记成新的一户。"),
        "registered as deceased": _("这个人已登记为去世，没有更新。"),
        "number of another": _("这个证件号码已登记在别人名下。"),
        "formula": _("姓名栏里是公式，请改成文字。"),
        "not a name": _("姓名栏里不像是姓名。"),
        "no name": _("这一行没有写姓名。"),
        "check digit": _("身份证号末位校验不符，可能抄错了一位。"),
        "length": _("身份证号不是 18 位。"),
        "characters": _("身份证号里有不该出现的字符。"),
        "birth date": _("身份证号里的出生日期不存在。"),
        "lost precision": _("身份证号被表格当成数字，后几位已经丢失，请把这一栏设为文本再重新填写。"),
        "format": _("证件号码的格式不对。"),
        "same number twice": _("这个证件号码在前面已经出现过。"),
        "same person twice": _("同一户里这个人出现了两次。"),
        "sex contradicts number": _("性别和身份证号不一致，已按身份证号登记。"),
        "birth date contradicts number": _("出生日期和身份证号不一致，已按身份证号登记。"),
        "no such date": _("出生日期读不出来。"),
        "date in the future": _("出生日期在今天之后。"),
        "two heads": _("这一户出现了两个户主，请核对。"),
        "no head": _("这一户没有写明谁是户主。"),
        "word not known": _("这个词没有读懂，这一项没有登记。"),
        "care word not known": _("关爱类别里有没读懂的词，这一项没有登记。"),
        "not a phone": _("这不像电话号码。"),
        "not an area": _("面积读不出来。"),
    }
