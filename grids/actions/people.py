"""Writes of households and people: their basic fields, and new members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from core import pinyin
from core.refusal import Refused
from core.scoping import locked
from grids import known, person
from grids.actions.changing import HOUSEHOLD_FIELDS, RESIDENT_FIELDS, bump, only, set_fields, stale
from grids.models import Household, Resident

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
    if fields.get("phone"):
        fields["phone"] = _checked({"phone": fields["phone"]})["phone"]
    changes = set_fields(household, fields)
    if changes:
        bump(household)
        audit.record("household_changed", household, by=by, changes=changes)
    return household


@transaction.atomic
def change_resident(resident: Resident, *, household: Household, by: User, **fields: Any) -> Resident:
    """Change basic fields of a resident; the change stands in the history of `household` too.

    Raises Refused for what cannot be right (`grids.person`), and for an identity number that is somebody else's.
    """
    household = locked(household)
    resident = locked(resident)
    only(fields, RESIDENT_FIELDS)
    given = _checked(fields, known_as=resident)
    if given.get("id_number"):
        _refuse_taken_number(household.community_id, given["id_number"], by=by, but=resident)
    changes = _set_person(resident, given, by=by)
    if changes:
        bump(household)
        audit.record("resident_changed", resident, by=by, changes=changes, household_id=household.pk)
    return resident


def new_resident(community_id: int, *, by: User, another: bool = False, **fields: Any) -> Resident:
    """A person who is not registered yet.

    Raises Refused where the identity number is registered; and where somebody of this name was born on this day, unless
    the caller has looked and says that it is `another` (the office alone can say so of somebody the leader cannot see).
    """
    only(fields, RESIDENT_FIELDS)
    given = _checked(fields)
    found = known.known(community_id, given, by=by)
    if found and (found.certain or found.hidden or not another):
        raise Refused(found.sentence)
    resident = Resident(community_id=community_id)
    _set_person(resident, given, by=by, is_new=True)
    return resident


def _checked(fields: dict[str, Any], *, known_as: Resident | None = None) -> dict[str, Any]:
    try:
        return person.read(fields, known=known_as)
    except person.PersonDoubt as doubt:
        raise Refused(str(doubt)) from doubt


def _set_person(resident: Resident, fields: dict[str, Any], *, by: User, is_new: bool = False) -> dict[str, Any]:
    """Set the fields and keep the row; the number's unique index speaks where two are registered at one moment."""
    changes = set_fields(resident, fields, save=False)
    if "name" in changes or is_new:
        resident.pinyin, resident.initials = pinyin.full(resident.name)[:120], pinyin.initials(resident.name)[:20]
    try:
        with transaction.atomic():
            if is_new:
                resident.save(force_insert=True)
            elif changes:
                derived = {"name": ["pinyin", "initials"], "id_number": ["id_hash"]}
                more = [one for name in changes for one in derived.get(name, [])]
                resident.save(update_fields=[*changes, *more])
    except IntegrityError as clash:
        _refuse_taken_number(resident.community_id, fields.get("id_number", ""), by=by, but=resident)
        raise Refused(_("刚刚有人登记了同一个人，请重新打开页面看看。")) from clash
    return changes


def _refuse_taken_number(community_id: int, number: str, *, by: User, but: Resident) -> None:
    found = known.known(community_id, {"id_number": number}, by=by, but=but.pk)
    if found.hidden:
        raise Refused(known.office_sentence())
    if found:
        raise Refused(
            _("这个证件号码已经登记在%(name)s名下。如果是同一个人登记了两次，请社区办公室在“疑似重复”里合并。")
            % {"name": found.seen[0].name}
        )
