"""Who asked in confidence: kept in a row apart, named in none of what is written of the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_noop

from helpdesk.models import Informant, ServiceRequest
from helpdesk.parties import asked

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household

# What stands where the name of who asked would.
NAMELESS = gettext_noop("提出人（保密）")
# The mark of an update that who asked has written.
MARK = "informant"

_FOUND = "who asked, of a request already found"


def keep(row: ServiceRequest, *, user: User | None, household: Household | None, name: str, phone: Any) -> None:
    """Write down who asked, apart from a request that has just been logged."""
    Informant.objects.unscoped(reason=_FOUND).create(
        community_id=row.community_id, request=row, user=user, household=household, name=name, phone=phone or ""
    )


def accounts_of(row: ServiceRequest) -> list[User]:
    """Who is told of what becomes of it: the account that asked, if there is one. No query where nobody is apart."""
    if not row.has_informant:
        return []
    found = Informant.objects.unscoped(reason=_FOUND).select_related("user").filter(request=row).first()
    return [found.user] if found is not None and found.user is not None else []


def unnamed(
    row: ServiceRequest, by: User | None, details: dict[str, Any], *, logs: bool = False
) -> tuple[User | None, dict[str, Any]]:
    """Who stands beside what is written, and its details: nobody and a mark, where who asked in confidence acts.

    Neither is who `logs` it for them named. Whoever was asked to handle it acts as such.
    """
    if by is None or not row.has_informant:
        return by, details
    if not logs and (row.handler_id == by.pk or not asked(row, by)):
        return by, details
    return None, {**details, MARK: True}
