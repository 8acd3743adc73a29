"""What a roster would do, ready to be shown and to be carried out: unsaved rows, and rows with changed attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from community.models import Community
from core.hashing import canonical, digest
from grids.codes import CareCategory
from grids.models import CareTag, Dwelling, Household, Membership, Proposal, Resident
from grids.rosters.doubts import Doubt
from grids.rosters.households import Person, Roster, RosterHousehold
from grids.rosters.places import NewPlaces, Places


@dataclass(frozen=True)
class FieldChange:
    """One field that a roster row changes; sensitive values are masked."""

    sheet: str
    row: int
    who: str
    field: str
    before: str
    after: str


@dataclass
class PersonPlan:
    """One person of the roster beside the resident found or made for it; `left` are the homes that end with it."""

    person: Person
    resident: Resident
    membership: Membership
    is_new: bool
    is_joining: bool = False
    left: list[Membership] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    new_tags: list[CareTag] = field(default_factory=list)
    changed_tags: list[CareTag] = field(default_factory=list)
    new_relation: bool = False


@dataclass
class HouseholdPlan:
    """One household of the roster beside the household found or made for it."""

    roster: RosterHousehold
    household: Household
    dwelling: Dwelling
    is_new: bool
    fields: set[str] = field(default_factory=set)
    area_changed: bool = False
    people: list[PersonPlan] = field(default_factory=list)
    changes: list[FieldChange] = field(default_factory=list)

    @property
    def is_changed(self) -> bool:
        """Whether an existing household gets anything new."""
        return not self.is_new and bool(self.changes)


@dataclass(frozen=True)
class Missing:
    """Somebody who is registered where this is the full roster, and who is not in it."""

    resident: Resident
    household: Household
    relation: str


@dataclass
class Plan:
    """Everything that applying a roster would do.

    `missing` are proposed as moved out; `waiting` of the missing are proposed already; `back` are open proposals of an
    earlier roster about people who are in this one.
    """

    community: Community
    roster: Roster
    households: list[HouseholdPlan]
    places: Places
    doubts: list[Doubt]
    not_in_roster: int
    missing: list[Missing] = field(default_factory=list)
    waiting: int = 0
    back: list[Proposal] = field(default_factory=list)

    @property
    def people(self) -> Iterable[PersonPlan]:
        return (person for household in self.households for person in household.people)

    @property
    def new_places(self) -> NewPlaces:
        return self.places.new

    def created(self) -> dict[str, int]:
        """How many rows of each kind would be created."""
        new = self.new_places
        return {
            "estates": len(new.estates),
            "buildings": len(new.buildings),
            "dwellings": len(new.dwellings),
            "households": sum(plan.is_new for plan in self.households),
            "residents": sum(plan.is_new for plan in self.people),
            "care_tags": sum(len(plan.new_tags) for plan in self.people),
        }

    def changes(self) -> list[FieldChange]:
        """Every field of doors, households and people already registered that would change."""
        return [change for plan in self.households for change in plan.changes]

    def care(self) -> Counter[str]:
        """How many people of the roster carry each care category, by its Chinese name."""
        found = Counter(category for plan in self.people for category, _grade in plan.person.care)
        return Counter({str(CareCategory(category).label): count for category, count in found.items()})

    @property
    def does_nothing(self) -> bool:
        """Whether applying would leave everything as it is."""
        grown = any(self.created().values()) or self.changes() or self.places.assigned
        return not (grown or self.missing or self.back)

    def numbers(self) -> dict[str, Any]:
        """The plan in numbers, and how the columns were understood."""
        created = self.created()
        changed = sum(plan.is_changed for plan in self.households)
        return {
            "households": len(self.households),
            "residents": sum(1 for _person in self.people),
            "create": created["households"] + created["residents"],
            "change": len(self.changes()),
            "changed_households": changed,
            "leave": sum(not plan.is_new for plan in self.households) - changed,
            "not_in_roster": self.not_in_roster,
            "missing": len(self.missing),
            "waiting": self.waiting,
            "back": len(self.back),
            "created": created,
            "grids_assigned": len(self.places.assigned),
            "unknown_grids": sorted(self.places.unknown_grids),
            "care": dict(self.care()),
            "doors": dict(self.roster.doors()),
            "columns": [
                {
                    "sheet": read.sheet,
                    "row": read.row,
                    "headings": [[heading.text, heading.column] for heading in read.headings.columns],
                }
                for read in self.roster.columns
            ],
        }

    def summary(self) -> dict[str, Any]:
        """The whole plan as plain data: numbers, changes and doubts; nothing in it is sensitive in full."""
        return {
            **self.numbers(),
            "changes": [vars(change) for change in self.changes()],
            "doubts": [{**vars(doubt), "sentence": doubt.sentence} for doubt in self.doubts],
        }

    def fingerprint(self) -> str:
        """SHA-256 of what would happen: equal as long as roster and register both stand still."""
        numbers = self.numbers()
        told = {name: numbers[name] for name in ("created", "grids_assigned", "leave")}
        gone = [str(one.resident.pk) for one in self.missing]
        again = [str(one.pk) for one in self.back]
        changes = [vars(change) for change in self.changes()]
        return digest(canonical({**told, "changes": changes, "missing": gone, "back": again}))
