"""Everything that a visit form stands on: the household, what the register says of it, what is still open there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grids.actions.consents import withdrawn_by
from grids.models import CareTag, Consent, Membership
from helpdesk.models import Category
from visits.fields import RESIDENT_FIELDS, Slot, slots_of
from visits.models import Finding, Target, Visit

if TYPE_CHECKING:
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
    asked = [f"resident__{field.name}" for field in RESIDENT_FIELDS if field.registry == "resident"]
    people = Membership.objects.visible_to(user).current().select_related("resident")
    members = list(
        people.filter(household=household).only("relation", "resident__name", "resident__birth_date", *asked)
    )
    cares = list(CareTag.objects.visible_to(user).current().filter(household=household))
    findings = Finding.objects.in_duty_of(user).open().select_related("request", "visit")
    shown = findings.only("text", "state", "fixed_how", "visit__visited_at", "request__number")
    return Sheet(
        household=household,
        members=members,
        cares=cares,
        slots=slots_of(household, members, cares),
        findings=list(shown.filter(household=household)),
        categories=list(categories_for(user, household.community_id).only("name")),
        against_photos=withdrawn_by(household, Consent.Kind.VISIT_PHOTOS),
        target=target,
        corrects=corrects,
    )


def categories_for(user: User, community_id: int) -> Any:
    """The categories that a finding may be handed over under: none that only the secretary reads."""
    return Category.objects.visible_to(user).in_use().filter(community=community_id, is_confidential=False)
