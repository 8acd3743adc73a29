"""Writes of care: who is cared for, and why no longer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from community import audit
from core import clock
from core.scoping import locked
from grids.actions.changing import bump
from grids.codes import CareCategory
from grids.models import CareTag, Household, Resident

if TYPE_CHECKING:
    from community.models import User


@transaction.atomic
def set_care(
    household: Household,
    *,
    category: str,
    by: User,
    resident: Resident | None = None,
    level: str = "",
    evidence: str = "",
    review_due: date | None = None,
) -> CareTag:
    """Mark a resident, or the household as a whole, as cared for; marking twice changes nothing."""
    household = locked(household)
    tags = CareTag.objects.unscoped(reason="the open tag of a household already found").filter(
        household=household, resident=resident, category=category, ends_on__isnull=True
    )
    tag = tags.first()
    if tag is None:
        tag = CareTag.objects.create(
            community_id=household.community_id,
            household=household,
            resident=resident,
            category=category,
            level=level,
            evidence=evidence,
            review_due=review_due,
            starts_on=clock.today(),
        )
        bump(household)
        audit.record("care_set", tag, by=by, changes={"category": [None, CareCategory(category).label]})
    return tag


@transaction.atomic
def end_care(tag: CareTag, *, by: User, reason: str) -> CareTag:
    """End a care tag, with the reason."""
    tag = locked(tag)
    if tag.ends_on is None:
        tag.ends_on = max(clock.today(), tag.starts_on)
        tag.save(update_fields=["ends_on"])
        bump(locked(tag.household))
        audit.record("care_ended", tag, by=by, changes={"category": [str(tag), None]}, reason=reason)
    return tag
