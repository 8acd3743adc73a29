"""Every change to places and people that somebody would want to find in the log."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock, pinyin
from core.fields import plain_of
from core.refusal import Refused
from core.scoping import locked
from grids.codes import CareCategory
from grids.models import Building, CareTag, Estate, Grid, Household, Membership, Resident

if TYPE_CHECKING:
    from community.models import Community, User

Place = TypeVar("Place", Estate, Grid)

HOUSEHOLD_FIELDS = frozenset({"kind", "phone", "note", "head"})
RESIDENT_FIELDS = frozenset(
    {
        "name",
        "id_type",
        "id_number",
        "sex",
        "birth_date",
        "phone",
        "hukou",
        "employment",
        "is_party_member",
        "deceased_on",
        "note",
    }
)


@transaction.atomic
def add_estate(community: Community, *, by: User, **fields: Any) -> Estate:
    """A new estate; `fields` are the model's."""
    return _add(Estate(community=community, **fields), by=by)


@transaction.atomic
def add_grid(community: Community, *, by: User, **fields: Any) -> Grid:
    """A new grid; `fields` are the model's."""
    return _add(Grid(community=community, **fields), by=by)


@transaction.atomic
def assign_building(building: Building, *, grid: Grid, by: User) -> Building:
    """Put a building into a grid: its leader looks after the households from this moment."""
    building = locked(building)
    if building.community_id != grid.community_id:
        raise Refused(_("这个网格不属于本社区。"))
    before = str(building.grid) if building.grid else None
    building.grid = grid
    building.save(update_fields=["grid"])
    audit.record("building_assigned", building, by=by, changes={"grid": [before, str(grid)]})
    return building


@transaction.atomic
def change_household(household: Household, *, by: User, version: int | None = None, **fields: Any) -> Household:
    """Change basic fields of a household; gives the row as it is now.

    `version` is the one the person saw: when somebody else was faster, Refused says what that was.
    """
    household = locked(household)
    if version is not None and version != household.version:
        raise Refused(_stale(household))
    _only(fields, HOUSEHOLD_FIELDS)
    changes = _set(household, fields)
    if changes:
        _bump(household)
        audit.record("household_changed", household, by=by, changes=changes)
    return household


@transaction.atomic
def change_resident(resident: Resident, *, household: Household, by: User, **fields: Any) -> Resident:
    """Change basic fields of a resident; the change stands in the history of `household` too."""
    household = locked(household)
    resident = locked(resident)
    _only(fields, RESIDENT_FIELDS)
    changes = _set(resident, fields)
    if "name" in changes:
        resident.pinyin, resident.initials = pinyin.full(resident.name), pinyin.initials(resident.name)
        resident.save(update_fields=["pinyin", "initials"])
    if changes:
        _bump(household)
        audit.record("resident_changed", resident, by=by, changes=changes, household_id=household.pk)
    return resident


@transaction.atomic
def add_member(
    household: Household, *, by: User, relation: str, starts_on: date | None = None, **fields: Any
) -> Membership:
    """A new person in a household."""
    household = locked(household)
    _only(fields, RESIDENT_FIELDS)
    resident = Resident(community_id=household.community_id)
    _set(resident, fields, save=False)
    resident.pinyin, resident.initials = pinyin.full(resident.name), pinyin.initials(resident.name)
    resident.save(force_insert=True)
    membership = Membership.objects.create(
        community_id=household.community_id,
        household=household,
        resident=resident,
        relation=relation,
        starts_on=starts_on or clock.today(),
    )
    _bump(household)
    audit.record("member_added", resident, by=by, changes={"name": [None, resident.name]}, household_id=household.pk)
    return membership


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
        _bump(household)
        audit.record("care_set", tag, by=by, changes={"category": [None, CareCategory(category).label]})
    return tag


@transaction.atomic
def end_care(tag: CareTag, *, by: User, reason: str) -> CareTag:
    """End a care tag, with the reason."""
    tag = locked(tag)
    if tag.ends_on is None:
        tag.ends_on = max(clock.today(), tag.starts_on)
        tag.save(update_fields=["ends_on"])
        _bump(locked(tag.household))
        audit.record("care_ended", tag, by=by, changes={"category": [str(tag), None]}, reason=reason)
    return tag


def _add(row: Place, *, by: User) -> Place:
    row.save(force_insert=True)
    audit.record("place_added", row, by=by, changes={"name": [None, row.name]})
    return row


def _set(row: models.Model, fields: dict[str, Any], *, save: bool = True) -> audit.Changes:
    """Set what differs, after the model's own checks; gives {field: [before, after]}."""
    changes: audit.Changes = {}
    for name, value in fields.items():
        field = row._meta.get_field(name)
        before = getattr(row, name)
        if not field.is_relation and value is not None:
            try:
                value = field.clean(plain_of(value), row)  # type: ignore[union-attr]  # noqa: PLW2901
            except ValidationError as error:
                raise Refused("".join(error.messages)) from error
        if plain_of(before) != plain_of(value):
            setattr(row, name, value)
            changes[name] = [before, getattr(row, name)]
    if changes and save:
        row.save(update_fields=[*changes, *(["id_hash"] if "id_number" in changes else [])])
    return changes


def _only(fields: dict[str, Any], known: frozenset[str]) -> None:
    unknown = set(fields) - known
    if unknown:
        raise TypeError(f"no such field: {', '.join(sorted(unknown))}")


def _bump(household: Household) -> None:
    household.version += 1
    household.save(update_fields=["version"])


def _stale(household: Household) -> str:
    last = audit.last_event(household_id=household.pk, community_id=household.community_id)
    if last is None:
        return _("这一户的信息刚刚有人改过。请核对后再提交，您填的内容都还在。")
    return _("%(name)s刚刚改过这一户的信息。请核对后再提交，您填的内容都还在。") % {"name": last.actor_name}
