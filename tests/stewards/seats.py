"""Seats of published shifts, for the tests of swaps and of who came."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from core import clock
from core.workdays import ZONE
from stewards.duty.states import RosterState, SeatState
from stewards.models import Assignment, Roster, Shift, ShiftSlot, Steward
from tests.factories import UserFactory

PLACE = "服务站"


def at(day: date, hour: float) -> datetime:
    """An hour of a day where the community lives."""
    return datetime.combine(day, time(), ZONE) + timedelta(hours=hour)


def a_roster(community: Any, day: date) -> Roster:
    """The published roster in which a day lies."""
    first = day - timedelta(days=14)
    rosters = Roster.objects.filter(community=community, first__lte=day, last__gte=day)
    return rosters.first() or Roster.objects.create(
        community=community,
        first=first,
        last=first + timedelta(days=27),
        state=RosterState.PUBLISHED,
        made_by=UserFactory(),
        asked_at=clock.now(),
        published_at=clock.now(),
    )


def a_slot(community: Any, starts_at: datetime, hours: float = 3, **fields: Any) -> ShiftSlot:
    """A place in a shift of a published roster."""
    day = clock.local(starts_at).date()
    shift = Shift.objects.create(
        community=community,
        roster=a_roster(community, day),
        name="服务站上午",
        place=PLACE,
        day=day,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
    )
    return ShiftSlot.objects.create(community=community, shift=shift, **fields)


def a_seat(steward: Steward, starts_at: datetime, hours: float = 3, **fields: Any) -> Assignment:
    """A seat that a steward has said yes to, in a slot of its own unless one is given."""
    slot = fields.pop("slot", None) or a_slot(steward.community, starts_at, hours)
    return Assignment.objects.create(
        community=steward.community,
        slot=slot,
        steward=steward,
        state=fields.pop("state", SeatState.HELD),
        starts_at=slot.shift.starts_at,
        ends_at=slot.shift.ends_at,
        **fields,
    )
