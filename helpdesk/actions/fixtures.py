"""Public fixtures get a sign, change their words, and are retired."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import Community, User
from community.numbers import next_number
from core.refusal import Refused
from core.scoping import locked
from helpdesk.models import Fixture

_TAKEN = "whether a code is taken"


@transaction.atomic
def add_fixture(community: Community, *, by: User, code: str = "", **fields: Any) -> Fixture:
    """A fixture with a sign of its own; without a code it gets the next free number. Raises Refused for one taken."""
    code = code or _next_code(community)
    if _is_taken(community, code):
        raise Refused(_("牌号 %(code)s 已经有了，请换一个，或者空着自动编。") % {"code": code})
    row = Fixture(community=community, code=code, **_with_grid(fields))
    _saved(row)
    audit.record("fixture_added", row, by=by)
    return row


@transaction.atomic
def change_fixture(fixture: Fixture, *, by: User, **fields: Any) -> Fixture:
    """Change what a fixture is called, where it stands and what is asked about it; the code stays as on the sign."""
    row = locked(fixture)
    fields = _with_grid(fields)
    changes = {name: [getattr(row, name), value] for name, value in fields.items() if getattr(row, name) != value}
    for name, value in fields.items():
        setattr(row, name, value)
    if changes:
        row.save()
        audit.record("fixture_changed", row, by=by, changes=changes)
    return row


@transaction.atomic
def retire_fixture(fixture: Fixture, *, by: User) -> Fixture:
    """Its sign leads nowhere any more; what was asked about it stays. Retired already, nothing happens."""
    return _in_use(fixture, "fixture_retired", by, is_active=False)


@transaction.atomic
def restore_fixture(fixture: Fixture, *, by: User) -> Fixture:
    """Its sign counts again."""
    return _in_use(fixture, "fixture_restored", by, is_active=True)


def _in_use(fixture: Fixture, verb: str, by: User, *, is_active: bool) -> Fixture:
    row = locked(fixture)
    if row.is_active != is_active:
        row.is_active = is_active
        row.save(update_fields=["is_active"])
        audit.record(verb, row, by=by)
    return row


def _with_grid(fields: dict[str, Any]) -> dict[str, Any]:
    """A fixture in a building belongs to the building's grid."""
    building = fields.get("building")
    return {**fields, "grid": building.grid} if building and building.grid else fields


def _next_code(community: Community) -> str:
    """D001, D002, …; numbers that somebody has given by hand are passed over."""
    while True:
        code = f"D{next_number(community.pk, kind='fixture'):03d}"
        if not _is_taken(community, code):
            return code


def _is_taken(community: Community, code: str) -> bool:
    return bool(Fixture.objects.unscoped(reason=_TAKEN).filter(community=community, code=code).exists())


def _saved(row: Fixture) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise Refused(_("牌号 %(code)s 刚刚有人用了，请换一个。") % {"code": row.code}) from None
