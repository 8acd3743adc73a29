"""Who triages, who can be asked to handle, and who lives in a household that is concerned."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from community.models import Appointment, User
from community.roles import Role
from core import clock
from core.sql import rows
from core.terms import holds
from grids.models import Building, Grid
from helpdesk.states import RETURNS, State

if TYPE_CHECKING:
    from helpdesk.models import Category, ServiceRequest

# Who can be asked to handle a request, in the order in which a form offers them.
HANDLER_ROLES = (
    Role.RED_STEWARD,
    Role.GRID_LEADER,
    Role.COMMUNITY_STAFF,
    Role.BUILDING_STEWARD,
    Role.COMMITTEE,
    Role.PARTNER_CONTACT,
    Role.SECRETARY,
)


class Leader(NamedTuple):
    """Somebody who triages a request, and in what role."""

    pk: int
    name: str
    role: str


class Candidate(NamedTuple):
    """Somebody who can be asked to handle a request: by which appointment, in what role, for which place."""

    pk: int
    user_id: int
    name: str
    role: str
    place: str

    def account(self) -> User:
        """Who it is; asks the database."""
        found: User = User.objects.get(pk=self.user_id)
        return found


# Asked for every request that is logged and every page of one; who triages is no secret to those who see it.
_LEADERS = (
    "SELECT u.id, u.name, a.role, a.starts_on, a.ends_on "  # noqa: S608 names of tables, nothing that anybody sends
    f"FROM {Appointment._meta.db_table} a JOIN {User._meta.db_table} u ON u.id = a.user_id "
    "WHERE a.community_id = %s AND (a.role IN (%s, %s) OR a.role = %s AND a.grid_id = %s) AND u.is_active ORDER BY a.id"
)


def leaders_of(request: ServiceRequest) -> list[Leader]:
    """Who triages it: the grid's leader; the secretary for what is confidential or was returned twice; else the office.

    Nobody checks work of their own, nor again what they have checked before.
    """
    today, office = clock.today(), (Role.SECRETARY.value, Role.COMMUNITY_STAFF.value)
    found = rows(_LEADERS, request.community_id, *office, Role.GRID_LEADER.value, request.grid_id)
    held = [Leader(pk, name, role) for pk, name, role, starts_on, ends_on in found if holds(starts_on, ends_on, today)]
    if request.has_parties:
        concerned = {one.pk for side in request.sides for one in living_in(side.household_id)}
        held = [one for one in held if one.pk not in concerned]
    if request.state == State.REVIEW:
        held = [one for one in held if one.pk not in (request.handler_id, request.last_resolved_by_id)]
    ruled = request.state == State.ACCEPTED and request.hop_count >= RETURNS
    if request.is_confidential or ruled:
        return [one for one in held if one.role == Role.SECRETARY]
    return [one for one in held if one.role == Role.GRID_LEADER] or held


@cache
def _candidates() -> str:
    """Asked for every page on which a request is given into somebody's hands; names and roles, no number.

    The units lie in a room above, which is reached by the foreign key of an appointment once all rooms are there.
    """
    unit = Appointment._meta.get_field("partner").related_model._meta.db_table
    return (
        "SELECT a.id, u.id, u.name, a.role, COALESCE(g.name, b.label, p.name, ''), a.starts_on, a.ends_on "  # noqa: S608
        f"FROM {Appointment._meta.db_table} a JOIN {User._meta.db_table} u ON u.id = a.user_id "
        f"LEFT JOIN {Grid._meta.db_table} g ON g.id = a.grid_id "
        f"LEFT JOIN {Building._meta.db_table} b ON b.id = a.building_id "
        f"LEFT JOIN {unit} p ON p.id = a.partner_id "
        f"WHERE a.community_id = %s AND a.role IN ({', '.join(['%s'] * len(HANDLER_ROLES))}) AND u.is_active"
    )


def living_in(household_id: Any) -> list[User]:
    """The accounts of those who live in a household already found."""
    held = Appointment.objects.unscoped(reason="who of a household already found is to be told").current()
    rows = held.filter(role=Role.RESIDENT, household=household_id, user__is_active=True).select_related("user")
    return list(dict.fromkeys(one.user for one in rows.order_by("pk")))


def possible_handlers(community_id: int, category: Category | None = None) -> list[Candidate]:
    """Those who can be asked to handle a request, each once, the likeliest role first."""
    today = clock.today()
    asked = rows(_candidates(), community_id, *(role.value for role in HANDLER_ROLES))
    held = [Candidate(*who) for *who, starts_on, ends_on in asked if holds(starts_on, ends_on, today)]
    roles = HANDLER_ROLES if category is None or category.is_for_stewards else (*HANDLER_ROLES[1:], HANDLER_ROLES[0])
    rank = {role.value: place for place, role in enumerate(roles)}
    ranked = sorted(held, key=lambda one: (rank[one.role], one.name, one.pk))
    once: dict[int, Candidate] = {}
    for one in ranked:
        once.setdefault(one.user_id, one)
    return list(once.values())
