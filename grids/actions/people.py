"""Writes of households and people: their basic fields, and new members."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction

from community import audit
from core import clock, pinyin
from core.refusal import Refused
from core.scoping import locked
from grids.actions.changing import HOUSEHOLD_FIELDS, RESIDENT_FIELDS, bump, only, set_fields, stale
from grids.models import Household, Membership, Resident

if TYPE_CHECKING:
    from community.models import User


@transaction.atomic
def change_household(household: Household, *, by: User, version: int | None = None, **fields: Any) -> Household:
    """Change basic fields of a household; gives the row as it is now.

    `version` is the one the person saw: when somebody else was faster, Refused says what that was.
    """
    household = locked(household)
    if version is not None and version != household.version:
        raise Refused(stale(household))
    only(fields, HOUSEHOLD_FIELDS)
    changes = set_fields(household, fields)
    if changes:
        bump(household)
        audit.record("household_changed", household, by=by, changes=changes)
    return household


@transaction.atomic
def change_resident(resident: Resident, *, household: Household, by: User, **fields: Any) -> Resident:
    """Change basic fields of a resident; the change stands in the history of `household` too."""
    household = locked(household)
    resident = locked(resident)
    only(fields, RESIDENT_FIELDS)
    changes = set_fields(resident, fields)
    if "name" in changes:
        resident.pinyin, resident.initials = pinyin.full(resident.name), pinyin.initials(resident.name)
        resident.save(update_fields=["pinyin", "initials"])
    if changes:
        bump(household)
        audit.record("resident_changed", resident, by=by, changes=changes, household_id=household.pk)
    return resident


@transaction.atomic
def add_member(
    household: Household, *, by: User, relation: str, starts_on: date | None = None, **fields: Any
) -> Membership:
    """A new person in a household."""
    household = locked(household)
    only(fields, RESIDENT_FIELDS)
    resident = Resident(community_id=household.community_id)
    set_fields(resident, fields, save=False)
    resident.pinyin, resident.initials = pinyin.full(resident.name), pinyin.initials(resident.name)
    resident.save(force_insert=True)
    membership = Membership.objects.create(
        community_id=household.community_id,
        household=household,
        resident=resident,
        relation=relation,
        starts_on=starts_on or clock.today(),
    )
    bump(household)
    audit.record("member_added", resident, by=by, changes={"name": [None, resident.name]}, household_id=household.pk)
    return membership
