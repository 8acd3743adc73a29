"""Changes from the door, brought into the register through its own actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from grids.actions import change_household, change_resident, set_care
from grids.actions.proposals import propose
from grids.models import Proposal
from visits.fields import CARE_ENDED, BasicField

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household, Resident


def apply_change(
    household: Household, resident: Resident | None, changes: Mapping[BasicField, str], *, by: User
) -> None:
    """Give new values to the registry; an end of care, which only it can decide, is proposed to it."""
    given = {field.name: field.parse(text) for field, text in changes.items() if field.registry in _OWNERS}
    if given and resident is None:
        change_household(household, by=by, **given)
    elif given and resident is not None:
        change_resident(resident, household=household, by=by, **given)
    for field, text in changes.items():
        if field.registry == "care" and text == CARE_ENDED:
            _propose(household, resident, Proposal.Kind.CARE_END, by=by)
        elif field.registry == "care":
            set_care(household, category=text, resident=resident, by=by)


def propose_left(household: Household, *, by: User, note: str) -> None:
    """At the door it turned out that nobody of the household lives there any more."""
    _propose(household, None, Proposal.Kind.LEAVE, by=by, note=note[:200])


def _propose(household: Household, resident: Resident | None, kind: str, *, by: User, **given: str) -> None:
    propose(household, kind=kind, source=Proposal.Source.VISIT, by=by, resident=resident, **given)


_OWNERS = ("household", "resident")
