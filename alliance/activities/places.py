"""The places of an activity: how many are taken, who waits, and where the reader stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alliance.models import ActivitySlot, SignUp

if TYPE_CHECKING:
    from alliance.models import Activity
    from community.models import User

_FOUND = "numbers of an activity already found"


@dataclass(frozen=True)
class Place:
    """A kind of place with its numbers; `own` are the reader's sign-ups and those of their unit."""

    slot: ActivitySlot
    taken: int
    waiting: int
    own: list[SignUp]

    @property
    def left(self) -> int:
        return max(self.slot.wanted - self.taken, 0)


def places_of(activity: Activity, user: User | None) -> dict[str, Any]:
    """`places`, and `own_place`, what the reader has; two queries, and names in neither of them."""
    slots = ActivitySlot.objects.unscoped(reason=_FOUND).filter(activity=activity).select_related("skill")
    signups = SignUp.objects.unscoped(reason=_FOUND).filter(activity=activity).exclude(state=SignUp.State.LEFT)
    rows = list(signups.select_related("partner").order_by("at", "pk"))
    units = user.scope.partners if user else frozenset()
    places = [_place(slot, [row for row in rows if row.slot_id == slot.pk], user, units) for slot in slots]
    return {
        "places": places,
        "own_place": next((row for row in rows if user and row.user_id == user.pk), None),
        "has_unit": bool(units),
    }


def _place(slot: ActivitySlot, rows: list[SignUp], user: User | None, units: frozenset[int]) -> Place:
    return Place(
        slot=slot,
        taken=sum(row.people for row in rows if row.state == SignUp.State.JOINED),
        waiting=sum(row.people for row in rows if row.state == SignUp.State.WAITING),
        own=[row for row in rows if (user and row.user_id == user.pk) or (row.partner_id and row.partner_id in units)],
    )
