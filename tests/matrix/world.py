"""One record of every kind in one place, and an actor for every role: there, next door, in another community."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from alliance.models import Partner
from community.models import User
from community.roles import SCOPE_OF_ROLE, Office, Role
from grids.models import Household
from tests.factories import EstateFactory, GridFactory, MembershipFactory, UserFactory, appoint, household_in

PLACES = ("own", "neighbour", "foreign")
COMMUNITY_WIDE = [role for role in Role.values if role not in SCOPE_OF_ROLE]
OFFICES = [f"{Role.COMMITTEE}:{office}" for office in Office.values]
SCOPED = [role for role in SCOPE_OF_ROLE if role != Role.COMMITTEE]

ACTORS: list[tuple[str, str]] = [
    *((role, place) for role in [*SCOPED, *OFFICES] for place in PLACES),
    *((role, place) for role in COMMUNITY_WIDE for place in ("own", "foreign")),
    ("nobody", "own"),
    ("visitor", "own"),
]


@dataclass
class World:
    """`records` holds the own place's rows by name; `secret` is a text that only those rows carry."""

    users: dict[tuple[str, str], User | None]
    homes: dict[str, Household]
    records: dict[str, Any] = field(default_factory=dict)
    secret: str = "只有本户知道的话"

    def actor(self, role: str, place: str) -> User | None:
        """The user who holds `role` at `place`; None for a visitor. The scope is read anew for each request."""
        user = self.users[role, place]
        if user is not None:
            user.__dict__.pop("scope", None)
        return user


def build_world() -> World:
    """Homes in a grid, in the grid next door and in another community; actors; then every room's records."""
    from tests.matrix.records import add_records

    grid = GridFactory()
    homes = {
        "own": home_in(grid),
        "neighbour": home_in(GridFactory(community=grid.community)),
        "foreign": home_in(GridFactory()),
    }
    users: dict[tuple[str, str], User | None] = {("visitor", "own"): None, ("nobody", "own"): UserFactory()}
    for role, place in ACTORS:
        if (role, place) not in users:
            users[role, place] = _appoint(role, homes[place])
    world = World(users=users, homes=homes)
    add_records(world)
    return world


def home_in(grid: Any) -> Household:
    """A household with one member, in a building of its own estate."""
    household = household_in(grid, dwelling__unit__building__estate=EstateFactory(community=grid.community))
    membership = MembershipFactory(household=household)
    household.head = membership.resident
    household.save()
    return household


def partner_of(home: Household) -> Partner:
    """The partner unit that looks after this building: each place has its own."""
    fields = {"kind": Partner.Kind.PARTY, "joined_on": date(2020, 1, 1)}
    return Partner.objects.get_or_create(community=home.community, name=f"{home.building}单位", defaults=fields)[0]


def _appoint(role: str, home: Household) -> User:
    role, _, office = role.partition(":")
    scopes = {
        "household": home,
        "building": home.building,
        "grid": home.building.grid,
        "estate": home.building.estate,
        "partner": partner_of(home),
    }
    scope = scopes[SCOPE_OF_ROLE[role]] if role in SCOPE_OF_ROLE else home.community
    return appoint(role, scope, **({"office": office} if office else {}))
