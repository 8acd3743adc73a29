"""Moving in, out and within the community, birth and death: each is one step, told in every household it touches."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.actions import following
from grids.actions.belonging import (
    Relations,
    begin,
    check_day,
    check_open,
    chosen,
    leave,
    lock_households,
    members_of,
    saved,
    settle_head,
    tell,
)
from grids.actions.people import new_resident
from grids.codes import Arrival, Departure
from grids.models import Household, Membership, Resident

if TYPE_CHECKING:
    from community.models import User


@transaction.atomic
def add_member(
    household: Household,
    *,
    by: User,
    relation: str,
    starts_on: date | None = None,
    how: Arrival = Arrival.REGISTERED,
    resident: Resident | None = None,
    another: bool = False,
    version: int | None = None,
    **fields: Any,
) -> Membership:
    """A person comes to belong to a household: a new one (`fields`), or one who is registered and lives nowhere now.

    `another`: the person looked at those of the same name and birth date, and it is none of them. Raises Refused for
    what cannot be right, for who is registered already, and for a day before the person was free to move.
    """
    day = starts_on or clock.today()
    check_day(day)
    (household,) = lock_households(household)
    check_open(household, version)
    resident = (
        new_resident(household.community_id, by=by, another=another, **fields) if resident is None else locked(resident)
    )
    _same_community(household, resident)
    membership = begin(resident, household, day=day, relation=relation, how=how)
    saved(household)
    verb = "member_added" if how == Arrival.REGISTERED else "born" if how == Arrival.BORN else "moved_in"
    tell(verb, membership, by=by, changes={"starts_on": [None, day]})
    return membership


@transaction.atomic
def born(
    household: Household, *, by: User, relation: str, birth_date: date, version: int | None = None, **fields: Any
) -> Membership:
    """A child is born into a household: it belongs there from the day of its birth."""
    if birth_date > clock.today():
        raise Refused(_("出生日期不能晚于今天。"))
    return add_member(
        household,
        by=by,
        relation=relation,
        starts_on=birth_date,
        how=Arrival.BORN,
        version=version,
        birth_date=birth_date,
        **fields,
    )


@transaction.atomic
def move_out(
    household: Household,
    *,
    by: User,
    day: date,
    residents: Sequence[Resident],
    head: Resident | None = None,
    relations: Relations | None = None,
    version: int | None = None,
) -> Household:
    """Members leave the community: `day` is the first on which they live here no longer.

    Where the head leaves and others stay, `head` and their `relations` to the new head are asked for. With the last one
    the household has left, its care and its pairings end. Personal care, consents and accounts of who left end too.
    """
    check_day(day)
    (household,) = lock_households(household)
    check_open(household, version)
    leaving = chosen(members_of(household), residents)
    accounts = following.accounts_of([one.resident for one in leaving], household)
    for one in leaving:
        tell("moved_out", one, by=by, changes=_term(one, day))
        leave(one, day=day, how=Departure.MOVED_OUT)
        following.end_with(one.resident, old=household, day=day, by=by)
    _close_ranks(household, leaving, day=day, head=head, relations=relations or {}, by=by)
    following.tell_office(household, [one.resident for one in leaving], by=by, accounts=accounts)
    return saved(household)


@transaction.atomic
def move_within(
    household: Household,
    *,
    to: Household,
    by: User,
    day: date,
    residents: Sequence[Resident],
    relations_there: Relations,
    head: Resident | None = None,
    relations: Relations | None = None,
    version: int | None = None,
) -> Household:
    """Members move to another household of the community; gives that one. `day` is their first day there.

    `relations_there` is each one's relation to the head of the other household. Personal care, consents and the account
    come along; what belongs to the old household stays.
    """
    check_day(day)
    household, to = lock_households(household, to)
    check_open(household, version)
    check_open(to, None)
    _same_community(household, to)
    if household.pk == to.pk:
        raise Refused(_("这些人已经住在这一户。请选另一户。"))
    leaving = chosen(members_of(household), residents)
    accounts = following.accounts_of([one.resident for one in leaving], household)
    transfer(leaving, old=household, new=to, day=day, relations=relations_there, how=MOVE, by=by)
    _close_ranks(household, leaving, day=day, head=head, relations=relations or {}, by=by)
    following.tell_office(household, [one.resident for one in leaving], by=by, accounts=accounts)
    saved(household)
    return saved(to)


@transaction.atomic
def died(
    resident: Resident,
    *,
    household: Household,
    by: User,
    day: date,
    head: Resident | None = None,
    relations: Relations | None = None,
    version: int | None = None,
) -> Resident:
    """A member has died on `day`: nothing more is asked of them, their care and their account end.

    The household needs a new head where they were the head and others stay (`head`, `relations`).
    """
    check_day(day)
    (household,) = lock_households(household)
    check_open(household, version)
    (membership,) = chosen(members_of(household), [resident])
    resident = locked(resident)
    accounts = following.accounts_of([resident], household)
    changes = {"name": [None, resident.name], "deceased_on": [None, day]}
    audit.record("died", resident, by=by, changes=changes, household_id=household.pk)
    leave(membership, day=day, how=Departure.DIED)
    for beside in Membership.objects.unscoped(reason="where else somebody belonged who has died").filter(
        resident=resident, ends_on__isnull=True
    ):
        leave(beside, day=max(day, beside.starts_on), how=Departure.DIED)
    resident.deceased_on = day
    resident.save(update_fields=["deceased_on"])
    following.end_with(resident, old=household, day=day, by=by)
    _close_ranks(household, [membership], day=day, head=head, relations=relations or {}, by=by)
    following.tell_office(household, [resident], by=by, accounts=accounts)
    saved(household)
    return resident


MOVE = (Arrival.MOVED_WITHIN, Departure.MOVED_WITHIN, "moved_here", "moved_away")


def transfer(
    leaving: Sequence[Membership],
    *,
    old: Household,
    new: Household,
    day: date,
    relations: Relations,
    how: tuple[Arrival, Departure, str, str],
    by: User,
    head: Resident | None = None,
) -> None:
    """End each membership and begin one in `new`, which `head` leads; both households hear of it, neither where."""
    arrival, departure, here, away = how
    for one in leaving:
        resident = locked(one.resident)
        is_head = head is not None and resident.pk == head.pk
        relation = relations.get(resident.pk, "")
        if not relation and not is_head:
            raise Refused(_("请写明%(name)s和那一户户主的关系。") % {"name": resident.name})
        tell(away, one, by=by, changes=_term(one, day))
        leave(one, day=day, how=departure, elsewhere=True)
        made = begin(resident, new, day=day, relation=relation, how=arrival, is_head=is_head)
        following.take_along(resident, old=old, new=new, by=by)
        tell(here, made, by=by, changes={"starts_on": [None, day]})


def _term(membership: Membership, day: date) -> dict[str, Any]:
    """From when to when somebody belonged who has left on `day`."""
    last = max(day - timedelta(days=1), membership.starts_on)
    return {"starts_on": [None, membership.starts_on], "ends_on": [None, last]}


def _close_ranks(
    household: Household,
    left: Sequence[Membership],
    *,
    day: date,
    head: Resident | None,
    relations: Relations,
    by: User,
) -> None:
    """After somebody has left: the household has a head, or it has left itself."""
    before = household.head_id
    settle_head(household, left=left, head=head, relations=relations)
    if not members_of(household):
        following.end_household(household, day=day, reason=_("全家迁出"), by=by)
        audit.record("household_left", household, by=by, changes={"left_on": [None, day]})
    elif household.head_id != before:
        audit.record("head_changed", household, by=by, changes={"head": [None, household.head]})


def _same_community(household: Household, other: Household | Resident) -> None:
    if household.community_id != other.community_id:
        raise Refused(_("不能跨社区办理。"))
