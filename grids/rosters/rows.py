"""Read one row of a roster: the person it speaks of, and what is in doubt about each cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from core.spreadsheets import Cell
from grids import identity
from grids.codes import IdType
from grids.identity import IdentityDoubt
from grids.rosters import values
from grids.rosters.columns import Column, Heading, Headings
from grids.rosters.doubts import Doubt, Severity
from grids.rosters.households import Person
from grids.rosters.values import ValueDoubt

Value = TypeVar("Value")


class RowReader:
    """The cells of the row at hand, by what their column holds; doubts go to the end of a list shared by all sheets."""

    def __init__(self, sheet: str, headings: Headings, doubts: list[Doubt]) -> None:
        self.sheet = sheet
        self.headings = headings
        self.doubts = doubts
        self.columns: dict[str, Heading] = {heading.column: heading for heading in reversed(headings.columns)}
        self.row = 0
        self.cells: Sequence[Cell] = ()

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
            sheet=self.sheet,
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
        for heading, category in self.headings.cares:
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
        self.doubts.append(Doubt(self.sheet, self.row, heading, reason, severity))


def _id_type(written: str) -> str:
    if not written or "身份证" in written:
        return IdType.IDENTITY_CARD
    if "护照" in written:
        return IdType.PASSPORT
    return IdType.TRAVEL_PERMIT if "通行证" in written else IdType.OTHER
