"""What happened is written here, in the transaction that made it happen."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext as _

from community.models import AuditEvent
from community.reveal import household_of
from core.fields import Masked, plain_of
from core.refusal import Refused
from core.sql import insert

if TYPE_CHECKING:
    from community.models import User

Changes = dict[str, Any]


def record(
    verb: str,
    target: models.Model,
    *,
    by: User | None,
    changes: Changes | None = None,
    reason: str = "",
    household_id: Any = None,
) -> AuditEvent:
    """Write one event. `changes` maps a field to [before, after]; sensitive values are written masked."""
    event = _event(verb, target, by=by, changes=changes, reason=reason, household_id=household_id)
    insert([event])
    return event


def record_many(
    verb: str, targets: Iterable[tuple[models.Model, Changes]], *, by: User | None, reason: str = ""
) -> None:
    """Write one event for each (target, changes) pair, in few statements."""
    insert(_event(verb, target, by=by, changes=changes, reason=reason) for target, changes in targets)


def reveal(obj: models.Model, field: str, *, by: User, purpose: str) -> str:
    """The plain text of a masked field; the reading is recorded.

    Raises Refused where no purpose is given, or where a staff role has not proved its second factor.
    """
    if not purpose.strip():
        raise Refused(_("请写明查看的用途。"))
    if by.scope.is_staff and not has_second_factor(by):
        raise Refused(_("查看完整信息前，请先设置两步验证。"))
    record("reveal", obj, by=by, changes={"field": field}, reason=purpose, household_id=household_of(obj))
    return str(plain_of(getattr(obj, field)) or "")


def last_event(*, community_id: int, household_id: Any) -> AuditEvent | None:
    """The newest event that touched a household, for telling the second of two people what the first did."""
    from community import history

    return (
        AuditEvent.objects.unscoped(reason="the newest event of a household already found")
        .filter(community_id=community_id, household_id=household_id)
        .exclude(verb__in=history.reading_verbs())
        .first()
    )


def has_second_factor(user: User) -> bool:
    """Whether the user has set up TOTP or a passkey; the sign-in asked for it then."""
    from allauth.mfa.utils import is_mfa_enabled

    return bool(is_mfa_enabled(user))


def shown(value: Any) -> Any:
    """A value as the record may keep it: masked text stays masked, the rest as text or number."""
    if isinstance(value, Masked):
        return str(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def _event(
    verb: str,
    target: models.Model,
    *,
    by: User | None,
    changes: Changes | None,
    reason: str,
    household_id: Any = None,
) -> AuditEvent:
    return AuditEvent(
        community_id=getattr(target, "community_id", None) or target.pk,
        actor_id=by.pk if by else None,
        actor_name=by.name if by else "",
        actor_role=by.role_label if by else "",
        verb=verb,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:160],
        household_id=household_id or _household_of(target),
        changes=_clean(changes or {}),
        reason=reason[:200],
    )


def _clean(changes: Changes) -> Changes:
    return {
        field: [shown(value) for value in pair] if isinstance(pair, list | tuple) else shown(pair)
        for field, pair in changes.items()
    }


def _household_of(target: models.Model) -> Any:
    if target._meta.label_lower == "grids.household":
        return target.pk
    return getattr(target, "household_id", None)
