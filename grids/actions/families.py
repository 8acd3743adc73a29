"""A household begins, gets another head, is split, or joins another one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core.refusal import Refused
from core.scoping import locked
from grids import person
from grids.actions import following
from grids.actions.belonging import (
    Relations,
    begin,
    check_day,
    check_open,
    chosen,
    lock_households,
    members_of,
    saved,
    set_head,
    settle_head,
    tell,
)
from grids.actions.moves import MOVE, transfer
from grids.actions.people import new_resident
from grids.codes import Arrival, Departure
from grids.models import Dwelling, Household, Resident

if TYPE_CHECKING:
    from community.models import User

SPLIT = (Arrival.SPLIT, Departure.SPLIT, "split_here", "split_away")
JOIN = (Arrival.JOINED, Departure.JOINED, "joined_here", "joined_away")


@transaction.atomic
def set_up_household(
    dwelling: Dwelling,
    *,
    by: User,
    day: date,
    kind: str = Household.Kind.REGISTERED,
    household_phone: str = "",
    resident: Resident | None = None,
    another: bool = False,
    **fields: Any,
) -> Household:
    """A new household at a door, beside those that live there; its first member is the head.

    The head is a new person (`fields`), or one who is registered and lives nowhere now. Raises Refused as `add_member`.
    """
    check_day(day)
    household = _new_household(dwelling, kind=kind, phone=household_phone)
    resident = (
        new_resident(household.community_id, by=by, another=another, **fields) if resident is None else locked(resident)
    )
    if resident.community_id != household.community_id:
        raise Refused(_("不能跨社区办理。"))
    first = begin(resident, household, day=day, relation="", how=Arrival.MOVED_IN, is_head=True)
    household.head = resident
    household.save(update_fields=["head"])
    audit.record("household_set_up", household, by=by, changes={"kind": [None, kind], "head": [None, resident]})
    tell("moved_in", first, by=by, changes={"starts_on": [None, day]})
    return household


@transaction.atomic
def change_head(
    household: Household, *, by: User, head: Resident, relations: Relations, version: int | None = None
) -> Household:
    """Another member becomes the head; everybody's relation is said anew."""
    (household,) = lock_households(household)
    check_open(household, version)
    if household.head_id == head.pk:
        raise Refused(_("%(name)s已经是户主了。") % {"name": head.name})
    before = household.head
    set_head(household, members_of(household), head=head, relations=relations)
    audit.record("head_changed", household, by=by, changes={"head": [before, head]})
    return saved(household)


@transaction.atomic
def split_household(
    household: Household,
    *,
    by: User,
    day: date,
    residents: Sequence[Resident],
    new_head: Resident,
    relations_there: Relations,
    dwelling: Dwelling | None = None,
    kind: str = "",
    head: Resident | None = None,
    relations: Relations | None = None,
    version: int | None = None,
) -> Household:
    """Some members become a household of their own, at the same door or at `dwelling`; gives the new one.

    `new_head` is one of those who leave. Where all of them go to another door, the old household has left; at the same
    door nothing would have changed, and it is Refused.
    """
    check_day(day)
    (household,) = lock_households(household)
    check_open(household, version)
    members = members_of(household)
    leaving = chosen(members, residents)
    everybody = len(leaving) == len(members)
    if everybody and (dwelling is None or dwelling.pk == household.dwelling_id):
        raise Refused(_("分户要有人留下。全家搬到别的门牌，请写明新的门牌。"))
    if new_head.pk not in {one.resident_id for one in leaving}:
        raise Refused(_("请在分出去的人里选一位做新户的户主。"))
    accounts = following.accounts_of([one.resident for one in leaving], household)
    made = _new_household(dwelling or household.dwelling, kind=kind or household.kind)
    how = MOVE if everybody else SPLIT
    transfer(leaving, old=household, new=made, day=day, relations=relations_there, how=how, by=by, head=new_head)
    made.head = new_head
    if everybody:
        following.end_household(household, day=day, reason=_("全家搬走"), by=by)
        audit.record("household_left", household, by=by, changes={"left_on": [None, day]})
    else:
        settle_head(household, left=leaving, head=head, relations=relations or {})
    audit.record("household_set_up", made, by=by, changes={"head": [None, new_head]})
    following.tell_office(household, [one.resident for one in leaving], by=by, accounts=accounts)
    saved(household)
    return saved(made)


@transaction.atomic
def join_households(
    household: Household,
    *,
    into: Household,
    by: User,
    day: date,
    relations: Relations,
    version: int | None = None,
) -> Household:
    """Everybody of `household` comes to live in `into`, whose head stays; gives that one. The emptied one has left.

    `relations` is each one's relation to that head. The household's own care goes along, its pairings end: those of
    `into` hold, and a gap shows the same day.
    """
    check_day(day)
    household, into = lock_households(household, into)
    check_open(household, version)
    check_open(into, None)
    if household.pk == into.pk:
        raise Refused(_("这就是同一户。请选另一户。"))
    if household.community_id != into.community_id:
        raise Refused(_("不能跨社区办理。"))
    members = members_of(household)
    if not members:
        raise Refused(_("这一户现在没有人。"))
    transfer(members, old=household, new=into, day=day, relations=relations, how=JOIN, by=by)
    following.end_household(household, day=day, reason=_("并户"), by=by, into=into)
    audit.record("household_left", household, by=by, changes={"left_on": [None, day]})
    saved(household)
    return saved(into)


def _new_household(dwelling: Dwelling, *, kind: str, phone: str = "") -> Household:
    dwelling = locked(dwelling)
    try:
        phone = person.read_phone(phone) if phone else ""
    except person.PersonDoubt as doubt:
        raise Refused(str(doubt)) from doubt
    return Household.objects.create(
        community_id=dwelling.community_id, dwelling=dwelling, building_id=dwelling.building_id, kind=kind, phone=phone
    )
