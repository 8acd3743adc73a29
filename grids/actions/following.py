"""What goes with a person who moves, and what ends: care, consents, the account that reads the household."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from community import audit
from community.models import Appointment, User
from community.notices import notify
from community.roles import Role
from core import clock
from core.terms import holds_on
from grids import departed
from grids.actions.journal import Journal
from grids.models import CareTag, Consent, Household, Pairing, Resident

if TYPE_CHECKING:
    from django.db.models import Q

_WHY = "what hangs on a person or a household already found"


def take_along(resident: Resident, *, old: Household, new: Household, by: User | None) -> None:
    """Somebody moves within the community: the open care tags and consents of the person come along, and the account
    reads the new household from now on, the old one no longer. What belongs to the old household stays there."""
    there = CareTag.objects.unscoped(reason=_WHY).filter(household=new, resident=resident, ends_on__isnull=True)
    tags = CareTag.objects.unscoped(reason=_WHY).filter(household=old, resident=resident, ends_on__isnull=True)
    tags.exclude(category__in=list(there.values_list("category", flat=True))).update(household=new)
    Consent.objects.unscoped(reason=_WHY).filter(resident=resident, household=old, ends_on__isnull=True).update(
        household=new
    )
    _accounts(_accounts_for(resident, old), old=old, new=new, by=by)


def end_with(resident: Resident, *, old: Household, day: date, by: User) -> None:
    """Somebody is gone from the community: personal care and consents end, the account reads the household no more."""
    for tag in CareTag.objects.unscoped(reason=_WHY).filter(resident=resident, ends_on__isnull=True):
        _end(tag, day)
        audit.record("care_ended", tag, by=by, changes={"category": [str(tag), None]}, household_id=old.pk)
    for consent in Consent.objects.unscoped(reason=_WHY).filter(resident=resident, ends_on__isnull=True):
        consent.ended_by = by
        _end(consent, day)
    _accounts(_accounts_for(resident, old), old=old, new=None, by=by)


def end_household(
    household: Household, *, day: date, reason: str, by: User | None, into: Household | None = None
) -> None:
    """Nobody lives in the household any more: its own care and its pairings end, and so does every account.

    Where it joins another one (`into`), its care goes there unless that one has the same already.
    """
    household.left_on = day
    household.head = None
    taken = set()
    if into is not None:
        open_there = CareTag.objects.unscoped(reason=_WHY).filter(household=into, ends_on__isnull=True)
        taken = set(open_there.filter(resident__isnull=True).values_list("category", flat=True))
    for tag in CareTag.objects.unscoped(reason=_WHY).filter(household=household, ends_on__isnull=True):
        if into is not None and tag.category not in taken:
            tag.household = into
            tag.save(update_fields=["household"])
        else:
            _end(tag, day)
            audit.record("care_ended", tag, by=by, changes={"category": [str(tag), None]}, reason=reason)
    for pairing in Pairing.objects.unscoped(reason=_WHY).filter(household=household, ends_on__isnull=True):
        pairing.end_reason = reason
        _end(pairing, day)
        audit.record("pairing_ended", pairing, by=by, reason=reason)
    rest = Appointment.objects.unscoped(reason=_WHY).filter(_holding(), role=Role.RESIDENT, household=household)
    _accounts(list(rest.select_related("user")), old=household, new=into, by=by)
    departed.tell(household, Journal())


def tell_office(household: Household, residents: list[Resident], *, by: User, accounts: int) -> None:
    """A notice for the office where a move has touched accounts, or where somebody holds an office beside."""
    community = household.community_id
    users = list(
        Appointment.objects.unscoped(reason=_WHY)
        .filter(resident__in=residents)
        .values_list("user", flat=True)
        .distinct()
    )
    duties = Appointment.objects.unscoped(reason=_WHY).filter(_holding(), user__in=users, community=community)
    loose = Appointment.objects.unscoped(reason=_WHY).filter(
        _holding(), role=Role.RESIDENT, household=household, resident__isnull=True
    )
    told = []
    if accounts:
        told.append(_("有居民离开，他的账号已跟着停用或转到新家。"))
    if duties.exclude(role=Role.RESIDENT).exists():
        told.append(_("离开的人还担任社区里的职务，请看看任命要不要结束。"))
    if loose.exists():
        told.append(_("这一户有账号没有对应到人，请核对是不是离开的人在用。"))
    if told:
        notify(_office(community, but=by), about=household, kind="household_moved", text="".join(told))


def accounts_of(residents: list[Resident], household: Household) -> int:
    """How many accounts read the household in the name of these people."""
    rows = Appointment.objects.unscoped(reason=_WHY).filter(_holding(), role=Role.RESIDENT, household=household)
    return int(rows.filter(resident__in=residents).count())


def _office(community_id: int, *, but: User) -> list[User]:
    held = Appointment.objects.unscoped(reason="who works in the community office").current()
    ids = held.filter(community=community_id, role__in=[Role.SECRETARY, Role.COMMUNITY_STAFF]).values("user")
    return list(User.objects.filter(pk__in=ids).exclude(pk=but.pk))


def _holding() -> Q:
    return holds_on(clock.today())


def _end(row: CareTag | Consent | Pairing, day: date) -> None:
    row.ends_on = max(day - timedelta(days=1), row.starts_on)
    row.save()


def _accounts_for(resident: Resident, household: Household) -> list[Appointment]:
    rows = Appointment.objects.unscoped(reason=_WHY).filter(_holding(), role=Role.RESIDENT, household=household)
    return list(rows.filter(resident=resident).select_related("user"))


def _accounts(held: list[Appointment], *, old: Household, new: Household | None, by: User | None) -> None:
    """Rights end and begin today, whatever the day of the move: nobody reads a home that is no longer theirs."""
    today = clock.today()
    for one in held:
        verb = "account_closed" if new is None else "account_moved"
        audit.record(verb, one, by=by, changes={"user": [None, one.user.name]}, household_id=old.pk)
        if new is not None:
            Appointment.objects.create(
                community_id=new.community_id,
                user=one.user,
                role=Role.RESIDENT,
                household=new,
                resident=one.resident,
                starts_on=today,
                appointed_by=by,
            )
        if one.starts_on < today:
            one.ends_on = today - timedelta(days=1)
            one.save(update_fields=["ends_on"])
        else:
            Appointment.objects.unscoped(reason=_WHY).filter(pk=one.pk).delete()
