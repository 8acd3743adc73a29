"""The two households of a mediation: which two there can be, who of them is told what, and who asks them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core import clock
from core.refusal import Refused
from grids.models import Household, Membership
from helpdesk.models import Party, ServiceRequest, Update
from helpdesk.parties import side_of
from helpdesk.querysets import living_in

if TYPE_CHECKING:
    from community.models import User

FollowUp = Callable[[ServiceRequest, "User"], None]
_follow_ups: list[FollowUp] = []


def register_follow_up(react: FollowUp) -> None:
    """What a room above does for the day on which both households of a concluded mediation are to be asked again."""
    _follow_ups.append(react)


def follow_up(row: ServiceRequest, *, by: User) -> None:
    """Hand the day to whoever walks to the doors."""
    for react in _follow_ups:
        react(row, by)


def set_up(row: ServiceRequest, other: Household, *, by: User) -> Party:
    """Make a request one between its own household and `other`; gives the side that asked.

    Raises Refused where the two are one, share somebody, are not both here, or `by` belongs to the other one.
    """
    home = row.home
    if home is None:
        raise Refused(_("请先写明是哪一户要请人说和。"))
    check(home, other, by=by)
    row.has_parties = True
    row.save(update_fields=["has_parties"])
    both = ((home, Party.Side.FIRST), (other, Party.Side.SECOND))
    now = clock.now()
    made = [
        Party(community_id=row.community_id, request=row, household=household, side=side, created_at=now)
        for household, side in both
    ]
    Party.objects.bulk_create(made)
    row.__dict__.pop("sides", None)
    return made[0]


def check(home: Household, other: Household, *, by: User) -> None:
    """Raise Refused where these two cannot be brought together, or not by this person."""
    if home.pk == other.pk:
        raise Refused(_("两家不能是同一户，请写另一家的门牌。"))
    if home.community_id != other.community_id or other.left_on is not None:
        raise Refused(_("另一家现在不住在本社区，请核对门牌。"))
    held = Membership.objects.unscoped(reason="whether two households share somebody").current()
    living = [set(held.filter(household=one).values_list("resident", flat=True)) for one in (home, other)]
    accounts = [{user.pk for user in living_in(one.pk)} for one in (home, other)]
    if living[0] & living[1] or accounts[0] & accounts[1]:
        raise Refused(_("有人两家都登记着，两家不能是同一户。请先核对登记。"))
    if other.pk in by.scope.households:
        raise Refused(_("您家是另一家，这件事请让别的同志来登记。"))


def live_in(row: ServiceRequest) -> set[int]:
    """The accounts of both households, by id: nobody of them handles it; none where there are no two sides."""
    return {user.pk for side in row.sides for user in living_in(side.household_id)}


def told(row: ServiceRequest, update: Update) -> list[User]:
    """Who of the two households hears of an update: those who may read it, and of a withdrawal all who knew."""
    people: list[User] = []
    for side in row.sides:
        concerned = update.party_id in (None, side.pk) or update.action == "withdraw"
        knows = side.is_first or row.accepted_at is not None
        # Those who live together need no notice of what one of them wrote.
        own = update.party_id == side.pk and not update.by_role and update.action != "withdraw"
        if concerned and knows and not own:
            people += living_in(side.household_id)
            people += [row.reporter] if row.reporter and side_of(row, row.reporter) == side else []
    return list(dict.fromkeys(people))
