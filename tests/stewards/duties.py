"""Rosters for tests: a community with shifts that come again, and stewards for them."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from community.models import Community, User
from community.roles import Role
from stewards.duty import actions
from stewards.duty.actions.templates import Need
from stewards.models import Assignment, Roster, Shift, ShiftSlot, ShiftTemplate
from tests.factories import appoint
from tests.stewards.makers import a_steward

HERE = ZoneInfo("Asia/Shanghai")
WHY = "a test's own rows"
# A Monday, and the Friday before it.
MONDAY = date(2026, 11, 30)
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=HERE)
EVERY_DAY = tuple(range(7))


def office_of(community: Community) -> User:
    return appoint(Role.COMMUNITY_STAFF, community)


def a_template(by: User, community: Community, name: str = "服务站上午", **given: Any) -> ShiftTemplate:
    """Every day from 8 to 12, one person and one reserve, unless told otherwise."""
    fields = {
        "place": "社区服务站",
        "weekdays": EVERY_DAY,
        "starts_at": time(8),
        "ends_at": time(12),
        "needs": [Need(None, 1, 1)],
    }
    return actions.add_template(community, by=by, name=name, **{**fields, **given})


def a_roster(by: User, community: Community, stewards: int = 4, *, first: date = MONDAY, days: int = 28) -> Roster:
    """A draft made in one go, for so many stewards who are always free."""
    for _number in range(stewards):
        a_steward(community)
    if not ShiftTemplate.objects.unscoped(reason=WHY).filter(community=community).exists():
        a_template(by, community)
    return actions.make(community, by=by, first=first, days=days)


def seats_of(roster: Roster, **given: Any) -> list[Assignment]:
    rows = Assignment.objects.unscoped(reason=WHY).filter(slot__shift__roster=roster, **given)
    return list(rows.select_related("slot__shift__roster", "steward__user").order_by("starts_at", "is_reserve", "pk"))


def slots_of(roster: Roster) -> list[ShiftSlot]:
    rows = ShiftSlot.objects.unscoped(reason=WHY).filter(shift__roster=roster)
    return list(rows.select_related("shift__roster").order_by("shift__starts_at", "pk"))


def shifts_of(roster: Roster) -> list[Shift]:
    return list(Shift.objects.unscoped(reason=WHY).filter(roster=roster).order_by("starts_at", "pk"))


def sent(roster: Roster, by: User) -> Roster:
    return actions.send(roster, by=by)


def published(roster: Roster, by: User) -> Roster:
    """Everybody says yes, and it goes on the board."""
    roster = sent(roster, by)
    for seat in seats_of(roster, state="asked"):
        actions.accept(seat, by=seat.steward.user)
    return actions.publish(roster, by=by)


def moment(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), HERE)
