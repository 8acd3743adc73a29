"""Everything that a visit form stands on: the household, what the register says of it, what is still open there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grids.models import CareTag, Membership
from helpdesk.models import Category
from visits.fields import Slot, slots_of
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
    """The sheet of a household found among `households_to_visit`, in four queries."""
    members = list(Membership.objects.visible_to(user).current().filter(household=household).select_related("resident"))
    cares = list(CareTag.objects.visible_to(user).current().filter(household=household))
    findings = Finding.objects.in_duty_of(user).open().filter(household=household).select_related("request", "visit")
    return Sheet(
        household=household,
        members=members,
        cares=cares,
        slots=slots_of(household, members, cares),
        findings=list(findings),
        categories=list(categories_for(user, household.community_id)),
        target=target,
        corrects=corrects,
    )


def categories_for(user: User, community_id: int) -> Any:
    """The categories that a finding may be handed over under: none that only the secretary reads."""
    return Category.objects.visible_to(user).in_use().filter(community=community_id, is_confidential=False)
