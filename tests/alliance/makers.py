"""Units, what is agreed with them, and activities, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alliance.activities import actions as doing
from alliance.models import Activity, ActivitySlot, Need, Partner, Resource, SignUp
from alliance.partners import actions
from community.models import Community, User
from community.roles import Role
from core import clock
from tests.factories import CommunityFactory, GridFactory, UserFactory, appoint, household_in

WHY = "a test's own rows"


@dataclass
class Allied:
    """A community with its office, a grid's leader, a unit with its contact, and a resident."""

    community: Community
    secretary: User
    staff: User
    leader: User
    partner: Partner
    contact: User
    resident: User

    def need(self, **fields: Any) -> Need:
        given = {"topic": "barber", "title": "想有人上门理发", "text": "几位老人下不了楼。"} | fields
        return actions.log_need(self.community, by=self.leader, **given)

    def resource(self, **fields: Any) -> Resource:
        given = {"topic": "barber", "title": "两位理发师上门"} | fields
        return actions.offer_resource(self.partner, by=self.contact, **given)


def allied(community: Community | None = None, name: str = "市统计局") -> Allied:
    """A community in which a unit works."""
    community = community or CommunityFactory()
    grid = GridFactory(community=community)
    partner = a_unit(community, name)
    return Allied(
        community=community,
        secretary=appoint(Role.SECRETARY, community),
        staff=appoint(Role.COMMUNITY_STAFF, community),
        leader=appoint(Role.GRID_LEADER, grid),
        partner=partner,
        contact=appoint(Role.PARTNER_CONTACT, partner),
        resident=appoint(Role.RESIDENT, household_in(grid)),
    )


def a_unit(community: Community, name: str, kind: str = Partner.Kind.PARTY) -> Partner:
    return Partner.objects.create(community=community, name=name, kind=kind, joined_on=date(2024, 1, 1))


def a_resident(community: Community, name: str = "") -> User:
    """Somebody who lives in the community."""
    user = UserFactory(name=name) if name else UserFactory()
    return appoint(Role.RESIDENT, household_in(GridFactory(community=community)), user=user)


def soon(hours: float = 48) -> datetime:
    return clock.now() + timedelta(hours=hours)


def an_activity(
    of: Allied,
    *,
    helpers: int = 2,
    guests: int = 0,
    starts_at: datetime | None = None,
    is_open: bool = True,
    **fields: Any,
) -> Activity:
    """An activity of the unit, announced unless told otherwise, of two hours."""
    starts_at = starts_at or soon()
    given = {"topic": "barber", "title": "院子里免费理发", "place": "小广场"} | fields
    slots = [
        {"title": "来帮忙", "wanted": helpers, "is_helping": True},
        {"title": "来参加", "wanted": guests, "is_helping": False},
    ]
    row = doing.plan_activity(
        of.community,
        by=of.contact,
        partner=of.partner,
        slots=slots,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        **given,
    )
    return doing.announce(row, by=of.staff) if is_open else row


def slots_of(activity: Activity) -> list[ActivitySlot]:
    return list(ActivitySlot.objects.unscoped(reason=WHY).filter(activity=activity))


def state_of(signup: SignUp) -> str:
    return str(SignUp.objects.unscoped(reason=WHY).get(pk=signup.pk).state)
