"""What every change of a household or a person goes through: the model's own checks, what differs, the version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from community import audit
from core.fields import plain_of
from core.refusal import Refused

if TYPE_CHECKING:
    from grids.models import Household

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


def set_fields(row: models.Model, fields: dict[str, Any], *, save: bool = True) -> audit.Changes:
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


def only(fields: dict[str, Any], known: frozenset[str]) -> None:
    unknown = set(fields) - known
    if unknown:
        raise TypeError(f"no such field: {', '.join(sorted(unknown))}")


def bump(household: Household) -> None:
    household.version += 1
    household.save(update_fields=["version"])


def stale(household: Household) -> str:
    last = audit.last_event(household_id=household.pk, community_id=household.community_id)
    if last is None:
        return _("这一户的信息刚刚有人改过。请核对后再提交，您填的内容都还在。")
    return _("%(name)s刚刚改过这一户的信息。请核对后再提交，您填的内容都还在。") % {"name": last.actor_name}
