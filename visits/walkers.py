"""Who may walk which doors: those whose appointment covers the building today; and the doors that nobody walks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from community.models import Appointment, User
from community.roles import Role
from core import clock
from core.sql import Within, rows_within_each
from grids.models import Building
from visits.models import DUE, REACHED, Campaign, Target

if TYPE_CHECKING:
    from community.access import Scope
    from visits.querysets import TargetQuerySet

_OFFICE = (Role.COMMUNITY_STAFF, Role.SECRETARY)
_WALKING = (Role.GRID_LEADER, Role.BUILDING_STEWARD, *_OFFICE)


def covers(scope: Scope, building: Building) -> bool:
    """Whether the duty of this scope reaches to the building."""
    return (
        building.community_id in scope.offices_communities
        or building.grid_id in scope.grids
        or building.pk in scope.buildings
    )


def hands_over(scope: Scope, building: Building) -> bool:
    """Whether doors of the building may be handed over by the holder of this scope: the office, and its leader."""
    return building.community_id in scope.offices_communities or building.grid_id in scope.grids


def takes_from(by: User, to: User, building: Building) -> bool:
    """Whether `by` may give doors of the building to `to`: a leader keeps them in the house, the office need not."""
    if building.community_id in by.scope.offices_communities:
        return True
    return to == by or building.pk in to.scope.buildings


@dataclass(frozen=True)
class Candidate:
    """Somebody who could walk, and as what."""

    user: User
    role: str

    def __str__(self) -> str:
        return f"{self.user.name}（{self.role}）"


def candidates(buildings: Iterable[Building], *, by: User) -> list[Candidate]:
    """To whom `by` may hand over doors of all these buildings, one query; leaders and stewards before the office."""
    wanted = list(buildings)
    if not wanted:
        return []
    held = Appointment.objects.unscoped(reason="who may walk doors already found").current()
    rows = held.filter(community=wanted[0].community_id, role__in=_WALKING).select_related("user").order_by("pk")
    covered: dict[User, set[int]] = {}
    roles: dict[User, str] = {}
    for one in sorted(rows, key=lambda one: _WALKING.index(Role(one.role))):
        reached = {building.pk for building in wanted if _reaches(one, building) and _keeps_to(by, one, building)}
        if reached:
            covered.setdefault(one.user, set()).update(reached)
            roles.setdefault(one.user, one.get_role_display())
    return [Candidate(user, roles[user]) for user, ids in covered.items() if len(ids) == len(wanted)]


def on_duty(building: Building) -> list[Candidate]:
    """Everybody who looks after the building today, one query; its leader and stewards before the office."""
    held = Appointment.objects.unscoped(reason="who looks after a building already found").current()
    rows = held.filter(community=building.community_id, role__in=_WALKING).select_related("user").order_by("pk")
    found: dict[User, str] = {}
    for one in sorted(rows, key=lambda one: _WALKING.index(Role(one.role))):
        if _reaches(one, building):
            found.setdefault(one.user, one.get_role_display())
    return [Candidate(user, role) for user, role in found.items()]


def _reaches(held: Appointment, building: Building) -> bool:
    if held.role == Role.GRID_LEADER:
        return held.grid_id is not None and held.grid_id == building.grid_id
    if held.role == Role.BUILDING_STEWARD:
        return held.building_id == building.pk
    return held.community_id == building.community_id


def _keeps_to(by: User, held: Appointment, building: Building) -> bool:
    """The same rule as `takes_from`, for an appointment that has been read."""
    if building.community_id in by.scope.offices_communities:
        return True
    return held.user_id == by.pk or held.role == Role.BUILDING_STEWARD


@dataclass
class Walker:
    """Somebody, or nobody, and how far their doors are."""

    user: User | None
    doors: int = 0
    done: int = 0
    buildings: set[int] = field(default_factory=set)

    @property
    def waiting(self) -> int:
        return self.doors - self.done

    @property
    def percent(self) -> int:
        """Doors reached in a hundred, rounded down."""
        return self.done * 100 // self.doors if self.doors else 0


@dataclass(frozen=True)
class Unwalked:
    """Doors of one building that wait for somebody who can no longer go there, or for nobody."""

    building: Building
    held_by: User | None
    doors: int


def of_round(targets: TargetQuerySet) -> tuple[list[Walker], list[Unwalked]]:
    """Who walks how many of these targets, the most waiting first; and what nobody walks, by building. Four queries."""
    counted = (
        targets.values("assignee", "building")
        .annotate(
            doors=Count("pk"), done=Count("pk", filter=Q(state__in=REACHED)), due=Count("pk", filter=Q(state__in=DUE))
        )
        .order_by()
    )
    rows = list(counted)
    users = User.objects.in_bulk({row["assignee"] for row in rows if row["assignee"]})
    ids = {row["building"] for row in rows}
    buildings = (
        Building.objects.unscoped(reason="the buildings of doors in scope").select_related("estate").in_bulk(ids)
    )
    covered = _covered(users, buildings.values())
    walkers: dict[int | None, Walker] = {}
    lost = []
    for row in rows:
        user = users.get(row["assignee"])
        walker = walkers.setdefault(row["assignee"], Walker(user))
        walker.doors += row["doors"]
        walker.done += row["done"]
        walker.buildings.add(row["building"])
        if row["due"] and (row["assignee"], row["building"]) not in covered:
            lost.append(Unwalked(buildings[row["building"]], user, row["due"]))
    lost.sort(key=lambda one: (one.building.estate.code, one.building.order, one.building.pk))
    return sorted(walkers.values(), key=lambda one: (-one.waiting, one.user.name if one.user else "")), lost


def _covered(users: Iterable[int], buildings: Iterable[Building]) -> set[tuple[int, int]]:
    """Which of these users reach which of these buildings today, as pairs of ids."""
    held = Appointment.objects.unscoped(reason="whether doors in scope have somebody who goes there").current()
    by_grid: dict[int | None, list[int]] = {}
    by_community: dict[int, list[int]] = {}
    for building in buildings:
        by_grid.setdefault(building.grid_id, []).append(building.pk)
        by_community.setdefault(building.community_id, []).append(building.pk)
    found: set[tuple[int, int]] = set()
    for one in held.filter(user__in=list(users), role__in=_WALKING):
        if one.role == Role.GRID_LEADER:
            reached = by_grid.get(one.grid_id, []) if one.grid_id else []
        elif one.role == Role.BUILDING_STEWARD:
            reached = [one.building_id] if one.building_id else []
        else:
            reached = by_community.get(one.community_id, [])
        found.update((one.user_id, building) for building in reached)
    return found


def unwalked(targets: TargetQuerySet) -> int:
    """How many of the doors that wait today have nobody who can go there; one query."""
    found = rows_within_each(asked_unwalked(targets))
    return int(found[0][0] or 0) if found else 0


def asked_unwalked(targets: TargetQuerySet) -> Within:
    """What is asked of these targets for `unwalked`."""
    asked: Any = targets.asked_now().order_by().values_list("assignee", "building", "household")
    values = (clock.today(), clock.today(), *_WALKING)
    return Within(asked, "assignee, building, household", _UNWALKED, values, width=1)


# Grouped first: the doors are many, those who walk them few.
_UNWALKED = f"""
SELECT SUM(doors) FROM (
  SELECT assignee, building, COUNT(DISTINCT household) AS doors FROM narrowed GROUP BY assignee, building
) held
JOIN {Building._meta.db_table} b ON b.id = held.building
WHERE NOT EXISTS (
  SELECT 1 FROM {Appointment._meta.db_table} a
  WHERE a.user_id = held.assignee AND a.starts_on <= %s AND (a.ends_on IS NULL OR a.ends_on >= %s)
  AND (a.role = %s AND a.grid_id = b.grid_id OR a.role = %s AND a.building_id = b.id
    OR a.role IN (%s, %s) AND a.community_id = b.community_id)
)"""  # noqa: S608 names of tables, nothing that anybody sends


def rounds_walked() -> Any:
    """The rounds that are being prepared or walked, everywhere."""
    return Campaign.objects.unscoped(reason="the rounds whose doors change hands").not_closed()


def lost_doors(grid_id: int) -> list[Target]:
    """The doors of a grid that wait for nobody, or for somebody who no longer goes there; locked."""
    rows = Target.objects.unscoped(reason=_LOST).waiting().filter(campaign__in=rounds_walked(), building__grid=grid_id)
    doors = list(rows.select_related("building").select_for_update(of=("self",)).order_by("pk"))
    pairs = {(door.assignee_id, door.building) for door in doors}
    covered = _covered({key for key, _building in pairs if key}, {building for _key, building in pairs})
    return [door for door in doors if (door.assignee_id, door.building_id) not in covered]


def grids_with_lost_doors() -> set[int]:
    """The grids, everywhere, that have such doors."""
    rows = Target.objects.unscoped(reason=_LOST).waiting().filter(campaign__in=rounds_walked()).order_by()
    pairs = set(rows.values_list("assignee", "building").distinct())
    buildings = Building.objects.unscoped(reason=_LOST).in_bulk({building for _key, building in pairs})
    covered = _covered({key for key, _building in pairs if key}, buildings.values())
    lost = {buildings[building].grid_id for key, building in pairs if (key, building) not in covered}
    return {grid for grid in lost if grid is not None}


_LOST = "doors that wait for somebody who does not come"
