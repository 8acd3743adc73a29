"""Writes of the places: estates, grids, buildings, and how many households a grid should have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from community import audit, robots
from community.models import Community
from core.fields import plain_of
from core.hashing import digest
from core.refusal import Refused
from core.scoping import locked
from grids.actions.changing import only, set_fields
from grids.actions.regrid import begin_in_grid
from grids.models import Building, Dwelling, Estate, Grid

if TYPE_CHECKING:
    from community.models import User

Place = TypeVar("Place", bound=models.Model)

ESTATE_FIELDS = ("code", "name", "address", "is_self_managed")
GRID_FIELDS = ("code", "name", "kind", "external_code")
BUILDING_FIELDS = ("number", "label", "order")
LIMITS = ("grid_households_from", "grid_households_to")


def fingerprint(row: models.Model, fields: Sequence[str]) -> str:
    """What a form carries of the values it showed, so that the second of two people is told."""
    return digest({name: str(plain_of(getattr(row, name))) for name in fields})


def wrong_grid_code(code: str, community: Community) -> str:
    """What is wrong with the code of a grid, as a sentence; "" where it is right.

    It is the community's 12-digit statistical code and a 3-digit sequence.
    """
    if len(code) != 15 or not (code.isascii() and code.isdigit()):
        return _("网格编码是 15 位数字，现在是 %(n)d 位。") % {"n": len(code)}
    if not code.startswith(community.code):
        return _("网格编码要以本社区的 12 位代码 %(code)s 开头，再加 3 位顺序号。") % {"code": community.code}
    return ""


@transaction.atomic
def add_estate(community: Community, *, by: User, **fields: Any) -> Estate:
    """A new estate; raises Refused where its number is there already."""
    only(fields, frozenset(ESTATE_FIELDS))
    return _add(Estate(community=community), fields, by=by, says=_estate_taken(fields.get("code", "")))


@transaction.atomic
def change_estate(estate: Estate, *, by: User, expected: str = "", **fields: Any) -> Estate:
    """Change an estate; `expected` is the `fingerprint` of what the person saw."""
    only(fields, frozenset(ESTATE_FIELDS))
    estate = _unchanged(estate, ESTATE_FIELDS, expected)
    return _change(estate, fields, by=by, says=_estate_taken(fields.get("code", "")))


@transaction.atomic
def add_grid(community: Community, *, by: User, **fields: Any) -> Grid:
    """A new grid; raises Refused where its code is taken, or not the community's with three digits more."""
    only(fields, frozenset(GRID_FIELDS))
    _check_code(fields, community)
    return _add(Grid(community=community), fields, by=by, says=_grid_taken(fields.get("code", "")))


@transaction.atomic
def change_grid(grid: Grid, *, by: User, expected: str = "", **fields: Any) -> Grid:
    """Change a grid; `expected` is the `fingerprint` of what the person saw."""
    only(fields, frozenset(GRID_FIELDS))
    grid = _unchanged(grid, GRID_FIELDS, expected)
    if fields.get("code", grid.code) != grid.code:
        _check_code(fields, grid.community)
    return _change(grid, fields, by=by, says=_grid_taken(fields.get("code", "")))


@transaction.atomic
def set_work_group(grid: Grid, *, address: str, by: User) -> Grid:
    """Where messages to the grid's work group go, "" for nowhere; Refused where nothing could be sent there."""
    grid = locked(grid)
    changes = set_fields(grid, {"work_group": robots.checked(address) if address else ""})
    if changes:
        audit.record("work_group_changed", grid, by=by, changes=changes)
    return grid


@transaction.atomic
def record_work_group_test(grid: Grid, *, answer: str, by: User) -> None:
    """That the address was tried, and what came back; "" when the message was taken."""
    audit.record("work_group_tested", grid, by=by, reason=answer or _("消息发出去了，对方收下了。"))


@transaction.atomic
def change_grid_limits(
    community: Community, *, grid_households_from: int, grid_households_to: int, by: User
) -> Community:
    """From how many to how many households a grid should have; outside a warning stands beside it."""
    community = locked(community)
    if grid_households_from >= grid_households_to:
        raise Refused(_("下限要比上限小。"))
    changes = set_fields(
        community, {"grid_households_from": grid_households_from, "grid_households_to": grid_households_to}
    )
    if changes:
        audit.record("grid_limits_changed", community, by=by, changes=changes)
    return community


@transaction.atomic
def add_building(
    estate: Estate, *, number: str, by: User, label: str = "", order: int | None = None, grid: Grid | None = None
) -> Building:
    """A new building of an estate, in a grid from today where one is named.

    Raises Refused where the number is taken or the grid belongs to another community.
    """
    if grid is not None and grid.community_id != estate.community_id:
        raise Refused(_("这个网格不属于本社区。"))
    digits = "".join(one for one in number if one.isascii() and one.isdigit())
    fields = {
        "number": number,
        "label": label or label_of(estate, number),
        "order": order if order is not None else int(digits or 0),
    }
    building = Building(community_id=estate.community_id, estate=estate, grid=grid)
    _add(building, fields, by=by, says=_building_taken(number))
    begin_in_grid([building])
    return building


@transaction.atomic
def change_building(building: Building, *, by: User, expected: str = "", **fields: Any) -> Building:
    """Change a building; a new name is carried into the doors that begin with the old one."""
    only(fields, frozenset(BUILDING_FIELDS))
    building = _unchanged(building, BUILDING_FIELDS, expected)
    before = building.label
    building = _change(building, fields, by=by, says=_building_taken(fields.get("number", "")))
    if building.label != before:
        _relabel(building, before)
    return building


def label_of(estate: Estate, number: str) -> str:
    """How a building is written: 225号3幢, or the estate's name where its number is none."""
    compound = f"{estate.code}号" if estate.code.isdigit() else estate.name
    return f"{compound}{number}幢"[:40]


def save_once(row: models.Model, *, says: str) -> None:
    """Insert a row; where the database has one like it, Refused with the sentence."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(says) from error


def _add(row: Place, fields: dict[str, Any], *, by: User, says: str) -> Place:
    set_fields(row, fields, save=False)
    save_once(row, says=says)
    audit.record("place_added", row, by=by, changes={"name": [None, str(row)]})
    return row


def _change(row: Place, fields: dict[str, Any], *, by: User, says: str) -> Place:
    try:
        with transaction.atomic():
            changes = set_fields(row, fields)
    except IntegrityError as error:
        raise Refused(says) from error
    if changes:
        audit.record("place_changed", row, by=by, changes=changes)
    return row


def _unchanged(row: Place, fields: Sequence[str], expected: str) -> Place:
    """The row locked; Refused where somebody changed it since it was shown."""
    row = locked(row)
    if expected and expected != fingerprint(row, fields):
        raise Refused(_("刚刚有人改过“%(name)s”。请核对后再提交，您填的内容都还在。") % {"name": row})
    return row


def _check_code(fields: dict[str, Any], community: Community) -> None:
    wrong = wrong_grid_code(str(fields.get("code", "")), community)
    if wrong:
        raise Refused(wrong)


def _relabel(building: Building, before: str) -> None:
    doors = Dwelling.objects.unscoped(reason="the doors of a building that gets another name")
    renamed = []
    for door in doors.filter(building=building, label__startswith=before):
        door.label = f"{building.label}{door.label.removeprefix(before)}"[:60]
        renamed.append(door)
    Dwelling._base_manager.bulk_update(renamed, ["label"], batch_size=500)


def _estate_taken(code: str) -> str:
    return _("编号是 %(code)s 的小区已经有了。") % {"code": code}


def _grid_taken(code: str) -> str:
    return _("编码是 %(code)s 的网格已经有了。") % {"code": code}


def _building_taken(number: str) -> str:
    return _("这个小区已经有 %(number)s 幢了。") % {"number": number}
