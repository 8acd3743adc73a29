"""Writes of consents: given, and withdrawn as easily as given (PIPL art. 15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.models import Consent, Household, Membership, Resident

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from community.models import User

_FOUND = "the consents of a resident already found"


@transaction.atomic
def give_consent(resident: Resident, *, household: Household, kind: str, how: str, by: User) -> Consent:
    """Record that a resident agrees, and how it was said; agreeing twice is agreeing once."""
    resident = locked(resident)
    _belongs(resident, household)
    standing = _standing(resident, kind)
    if standing is not None:
        return standing
    made = Consent(
        community_id=resident.community_id,
        resident=resident,
        household=household,
        kind=Consent.Kind(kind).value,
        how=how,
        given_by=by,
        starts_on=clock.today(),
    )
    made.save(force_insert=True)
    audit.record("consent_given", made, by=by, changes={"kind": [None, made.kind]}, reason=how)
    return made


@transaction.atomic
def withdraw_consent(resident: Resident, *, kind: str, how: str, by: User) -> Consent | None:
    """Record that a resident agrees no longer; it counts at once. What was done before stays lawful."""
    resident = locked(resident)
    standing = _standing(resident, kind)
    if standing is None:
        return None
    standing.ends_on, standing.ended_by = max(clock.today(), standing.starts_on), by
    standing.save(update_fields=["ends_on", "ended_by"])
    audit.record("consent_withdrawn", standing, by=by, changes={"kind": [standing.kind, None]}, reason=how)
    return standing


def withdrawn_by(household: Household, kind: str) -> list[str]:
    """The names of those who live in a household already found and have withdrawn a consent without giving it anew.

    Who was never asked has withdrawn nothing.
    """
    members = Membership.objects.unscoped(reason=_FOUND).current().filter(household=household)
    rows = Consent.objects.unscoped(reason=_FOUND).filter(kind=kind, resident__in=members.values("resident"))
    names: dict[str, bool] = {}
    for one in rows.select_related("resident").order_by("starts_on", "created_at"):
        names[one.resident.name] = one.ends_on is not None
    return [name for name, gone in names.items() if gone]


def withdrawn_among(residents: Collection[UUID], kind: str) -> set[UUID]:
    """Those of these residents, found already, who have withdrawn a consent without giving it anew; one query."""
    rows = Consent.objects.unscoped(reason=_FOUND).filter(kind=kind, resident__in=residents)
    gone: dict[UUID, bool] = {}
    for resident, ends_on in rows.order_by("starts_on", "created_at").values_list("resident", "ends_on"):
        gone[resident] = ends_on is not None
    return {resident for resident, withdrawn in gone.items() if withdrawn}


def _standing(resident: Resident, kind: str) -> Consent | None:
    if kind not in Consent.Kind.values:
        raise Refused(_("没有这一项，请重新打开页面。"))
    rows = Consent.objects.unscoped(reason=_FOUND).given()
    found: Consent | None = rows.filter(resident=resident, kind=kind).first()
    return found


def _belongs(resident: Resident, household: Household) -> None:
    rows = Membership.objects.unscoped(reason=_FOUND).current()
    if not rows.filter(resident=resident, household=household).exists():
        raise Refused(_("%(name)s已经不在这一户了。") % {"name": resident})
