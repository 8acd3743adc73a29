"""What a roster says: households with their people, doors where nobody lives, how its columns were understood."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from core.spreadsheets import Sheet
from grids.address import Address
from grids.codes import IdType, Relation
from grids.rosters import values
from grids.rosters.columns import Column, Headings
from grids.rosters.doubts import Doubt
from grids.rosters.written import WrittenRow


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
    sheets: dict[str, tuple[Sheet, Headings]] = field(default_factory=dict)
    places: dict[tuple[str, int], Address] = field(default_factory=dict)

    def written(self, sheet: str, row: int) -> WrittenRow:
        """A row as it was written (`row` as Excel counts), without its "as above" except of the address; without cells
        where there is no such row."""
        if sheet not in self.sheets:
            return WrittenRow()
        page, headings = self.sheets[sheet]
        cells = page.rows[row - 1] if row <= len(page.rows) else []
        texts = [
            (heading.text, heading.column, text)
            for heading in headings.columns
            if heading.index < len(cells)
            and (text := values.text(cells[heading.index]))
            and (heading.column == Column.ADDRESS or not values.is_ditto(text))
        ]
        return WrittenRow(tuple(texts), str(self.places.get((sheet, row), "")))

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


def same_person(one: Person, other: Person) -> bool:
    """Whether two rows of one household are one person, as far as they say."""
    return (
        one.name == other.name
        and (not one.id_number or not other.id_number)
        and (one.birth_date.startswith(other.birth_date) or other.birth_date.startswith(one.birth_date))
    )


def complete_roads(roster: Roster) -> None:
    """`225号` is on the road that other rows name for it, when all of them name the same."""
    roads: dict[str, set[str]] = {}
    for household in roster.households:
        if household.address.road:
            roads.setdefault(household.address.number, set()).add(household.address.road)
    for household in roster.households:
        known = roads.get(household.address.number, set())
        if not household.address.road and len(known) == 1:
            household.address = replace(household.address, road=next(iter(known)))
