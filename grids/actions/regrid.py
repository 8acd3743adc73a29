"""Which grid a building belongs to, from day to day; whoever leads the grid looks after its households."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from community import audit
from community.models import ActivationLetter, Appointment
from community.notices import notify
from community.roles import Role
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids import moved
from grids.models import Building, BuildingInGrid, Grid, Household
from grids.moved import Line, Move

if TYPE_CHECKING:
    from community.models import User

_WHY = "the grids of buildings that the caller has found"
NO_GRID = "-"


def seen_in(building: Building) -> str:
    """What a form carries of the grid that was shown, for `expected` of `assign_building`."""
    return str(building.grid_id) if building.grid_id else NO_GRID


@transaction.atomic
def assign_building(building: Building, *, grid: Grid, by: User, expected: str = "") -> Building:
    """Put a building into a grid from today: its leader looks after the households from this moment.

    The term in the old grid ends yesterday; one that began today was never true and is changed in place. `expected` is
    `seen_in` of what the person saw: where somebody else was faster, Refused says so. Rooms above do their part
    through `grids.moved`.
    """
    building, grid = locked(building), locked(grid)
    if building.community_id != grid.community_id:
        raise Refused(_("这个网格不属于本社区。"))
    if expected and expected != seen_in(building):
        raise Refused(_("刚刚有人把%(building)s划到了%(grid)s。请看一看，再决定要不要改。") % _names(building))
    if building.grid_id == grid.pk:
        raise Refused(_("%(building)s已经在%(grid)s。") % _names(building))
    move = move_of(building, grid=grid, by=by)
    _write_term(building, grid)
    building.grid = grid
    building.save(update_fields=["grid"])
    before = str(move.before) if move.before else None
    audit.record("building_assigned", building, by=by, changes={"grid": [before, str(grid)]})
    moved.carry_out(move)
    _tell(move)
    return building


def begin_in_grid(buildings: Iterable[Building], *, assigned: Iterable[Building] = (), by: User | None = None) -> None:
    """Write the first term of many buildings, in the transaction that put them into their `grid`; few statements.

    `buildings` are new; `assigned` were known but lay in no grid, so that the rooms above have something to move.
    Buildings without a grid, or with an open term, are left alone.
    """
    known_before = [building for building in assigned if building.grid is not None]
    placed = {building: building.grid for building in [*buildings, *known_before] if building.grid is not None}
    if not placed:
        return
    terms = BuildingInGrid.objects.unscoped(reason=_WHY).filter(building__in=placed, ends_on__isnull=True)
    known = set(terms.values_list("building", flat=True))
    today = clock.today()
    BuildingInGrid.objects.bulk_create(
        (
            BuildingInGrid(community_id=building.community_id, building=building, grid=grid, starts_on=today)
            for building, grid in placed.items()
            if building.pk not in known
        ),
        batch_size=500,
    )
    leaders = leaders_of([placed[building].pk for building in known_before])
    for building in known_before:
        grid = placed[building]
        moved.carry_out(Move(building, None, grid, None, leaders.get(grid.pk), by))


def move_of(building: Building, *, grid: Grid, by: User) -> Move:
    """The move as the rooms above are told of it."""
    before = building.grid
    leaders = leaders_of([one.pk for one in (before, grid) if one])
    return Move(
        building=building,
        before=before,
        after=grid,
        old_leader=leaders.get(before.pk) if before else None,
        new_leader=leaders.get(grid.pk),
        by=by,
    )


def expected(move: Move) -> list[Line]:
    """What a move would do, in numbers, the rooms above included; writes nothing."""
    letters = ActivationLetter.objects.unscoped(reason=_WHY).open().filter(household__building=move.building)
    found = (
        Household.objects.unscoped(reason=_WHY)
        .filter(building=move.building)
        .aggregate(
            living=Count("pk", filter=Q(left_on__isnull=True), distinct=True),
            unused=Count("letters", filter=Q(letters__in=letters), distinct=True),
        )
    )
    leader = move.new_leader.name if move.new_leader else _("还没有网格长的%(grid)s") % {"grid": move.after}
    return [
        (found["living"], _("户住户，由%(leader)s负责") % {"leader": leader}),
        *moved.expected(move),
        (found["unused"], _("封还没用的开通信，仍然有效，新的网格长也看得到")),
    ]


def leaders_of(grids: Sequence[int]) -> dict[int, User]:
    """Who leads each grid today."""
    held = Appointment.objects.unscoped(reason="who leads a grid is on the notice board").current()
    rows = held.filter(role=Role.GRID_LEADER, grid__in=grids).select_related("user").order_by("starts_on", "pk")
    return {one.grid_id: one.user for one in rows if one.grid_id is not None}


def _write_term(building: Building, grid: Grid) -> None:
    terms = BuildingInGrid.objects.unscoped(reason=_WHY).filter(building=building)
    today, yesterday = clock.today(), clock.today() - timedelta(days=1)
    standing = terms.filter(ends_on__isnull=True).first()
    if standing is None and building.grid_id is not None and not terms.exists():
        standing = _unwritten(building)
    if standing is not None and standing.starts_on < today:
        standing.ends_on = yesterday
        standing.save()
    elif standing is not None:
        standing.delete()
    before = terms.filter(ends_on=yesterday, grid=grid).first()
    if before is not None:
        before.ends_on = None
        before.save(update_fields=["ends_on"])
        return
    BuildingInGrid.objects.create(community_id=building.community_id, building=building, grid=grid, starts_on=today)


def _unwritten(building: Building) -> BuildingInGrid | None:
    """The term of a building whose first grid nobody wrote down: as long as the portal knows the building."""
    since = timezone.localtime(building.created_at).date()
    if since >= clock.today() or building.grid is None:
        return None
    return BuildingInGrid(community_id=building.community_id, building=building, grid=building.grid, starts_on=since)


def _tell(move: Move) -> None:
    """The two leaders, unless one of them did it, or both are the same."""
    if move.old_leader == move.new_leader:
        return
    names: dict[str, Any] = {"building": move.building, "before": move.before, "after": move.after}
    if move.new_leader and move.new_leader != move.by:
        text = _("%(building)s从今天起划入%(after)s，由您负责。") % names
        notify([move.new_leader], about=move.building, kind="building_assigned", text=text)
    if move.old_leader and move.before and move.old_leader != move.by:
        text = _("%(building)s从今天起划到%(after)s，不再由您负责。") % names
        notify([move.old_leader], about=move.before, kind="building_assigned", text=text)


def _names(building: Building) -> dict[str, str]:
    return {"building": building.label, "grid": str(building.grid) if building.grid else _("没有网格的楼幢")}
