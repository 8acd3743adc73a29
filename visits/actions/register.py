"""Changes from the door, brought into the register through its own actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from grids.actions import change_household, change_resident, set_care
from visits.fields import CARE_ENDED, BasicField

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household, Resident


def apply_change(
    household: Household, resident: Resident | None, changes: Mapping[BasicField, str], *, by: User
) -> None:
    """Give new values to the registry; what only it can decide (who belongs here, an end of care) stays a proposal."""
    given = {field.name: field.parse(text) for field, text in changes.items() if field.registry in _OWNERS}
    if given and resident is None:
        change_household(household, by=by, **given)
    elif given and resident is not None:
        change_resident(resident, household=household, by=by, **given)
    for field, text in changes.items():
        if field.registry == "care" and text != CARE_ENDED:
            set_care(household, category=text, resident=resident, by=by)


_OWNERS = ("household", "resident")
