"""Everything that a visit form stands on: the household, what the register says of it, what is still open there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grids.actions.consents import withdrawn_among
from grids.models import CareTag, Consent, Membership
from helpdesk.models import Category
from visits.fields import RESIDENT_FIELDS, Slot, slots_of
from visits.models import Finding, Target, Visit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from community.models import User
    from grids.models import Household


@dataclass(frozen=True)
class Sheet:
    """What somebody takes to a door."""

    household: Household
    members: list[Membership]
    cares: list[CareTag]
    slots: list[Slot]
    findings: list[Finding]
    categories: list[Category]
    against_photos: list[str]
    user: User
    target: Target | None = None
    corrects: Visit | None = None

    @property
    def seen(self) -> dict[str, str]:
        """The fingerprints of the values that are shown."""
        return {slot.key: slot.fingerprint for slot in self.slots}

    @property
    def why(self) -> list[str]:
        """The reasons of the target; none where somebody just calls."""
        return self.target.why if self.target else []

    def care_words(self, resident_id: Any) -> list[str]:
        """The care tags of one member, or of the household as a whole (None)."""
        return [str(tag) for tag in self.cares if tag.resident_id == resident_id]


def sheet_for(
    user: User, household: Household, *, target: Target | None = None, corrects: Visit | None = None
) -> Sheet:
    """The sheet of a household found among `households_to_visit`, in five queries."""
    return sheets_for(user, [Door(household, target, corrects)])[0]


@dataclass(frozen=True)
class Door:
    """Where somebody goes: a household that was found among `households_to_visit`, and what leads there."""

    household: Household
    target: Target | None = None
    corrects: Visit | None = None


def sheets_for(user: User, doors: Sequence[Door]) -> list[Sheet]:
    """The sheets of so many doors, in five queries however many there are."""
    found = {door.household.pk for door in doors}
    asked = [f"resident__{field.name}" for field in RESIDENT_FIELDS if field.registry == "resident"]
    people = Membership.objects.visible_to(user).current().filter(household__in=found).select_related("resident")
    members = _by_household(
        people.only("household", "relation", "resident__name", "resident__birth_date", *asked),
    )
    cares = _by_household(CareTag.objects.visible_to(user).current().filter(household__in=found))
    shown = Finding.objects.in_duty_of(user).open().filter(household__in=found).select_related("request", "visit")
    findings = _by_household(
        shown.only(
            "household",
            "text",
            "state",
            "fixed_how",
            "for_hall",
            "visit__visited_at",
            "request__number",
            "request__state",
        )
    )
    categories: dict[Any, list[Category]] = defaultdict(list)
    for category in categories_for(user, {door.household.community_id for door in doors}).only("name", "community"):
        categories[category.community_id].append(category)
    living = {member.resident_id for rows in members.values() for member in rows}
    against = withdrawn_among(living, Consent.Kind.VISIT_PHOTOS)
    return [
        Sheet(
            household=door.household,
            members=members[door.household.pk],
            cares=cares[door.household.pk],
            slots=slots_of(door.household, members[door.household.pk], cares[door.household.pk]),
            findings=findings[door.household.pk],
            categories=categories[door.household.community_id],
            against_photos=[
                member.resident.name for member in members[door.household.pk] if member.resident_id in against
            ],
            user=user,
            target=door.target,
            corrects=door.corrects,
        )
        for door in doors
    ]


def _by_household(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.household_id].append(row)
    return found


def categories_for(user: User, communities: Iterable[int]) -> Any:
    """The categories that a finding may be handed over under: none that only the secretary reads."""
    return Category.objects.visible_to(user).in_use().filter(community__in=communities, is_confidential=False)
