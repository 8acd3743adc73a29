"""Writes of stairwells and dwellings: what is behind a building's doors, and how large it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core.refusal import Refused
from core.scoping import locked
from grids import areas
from grids.actions.places import fingerprint, save_once
from grids.models import Building, Dwelling, Unit

if TYPE_CHECKING:
    from decimal import Decimal

    from community.models import User

DWELLING_FIELDS = ("area", "area_source")


@transaction.atomic
def add_unit(building: Building, *, number: str, by: User) -> Unit:
    """A stairwell; its number may be "" where the building has one entrance."""
    unit = Unit(community_id=building.community_id, building=building, number=number.strip())
    taken = _("这幢楼已经有 %(number)s 单元了。") if unit.number else _("这幢楼已经有一个不写单元号的楼门了。")
    save_once(unit, says=taken % {"number": unit.number})
    audit.record("place_added", unit, by=by, changes={"name": [None, str(unit)]})
    return unit


@transaction.atomic
def add_dwelling(unit: Unit, *, room_no: str, by: User, area: Decimal | None = None, area_source: str = "") -> Dwelling:
    """A dwelling behind a door of a stairwell; `area` in m², with at most two decimals."""
    dwelling = Dwelling(
        community_id=unit.community_id,
        building_id=unit.building_id,
        unit=unit,
        room_no=room_no.strip(),
        label=f"{unit}{room_no.strip()}室"[:60],
        area=measured(area),
        area_source=_source(area, area_source),
    )
    save_once(dwelling, says=_("%(unit)s已经有 %(room)s 室了。") % {"unit": unit, "room": dwelling.room_no})
    changes = {"name": [None, dwelling.label], **_told(None, dwelling.area)}
    audit.record("place_added", dwelling, by=by, changes=changes)
    return dwelling


@transaction.atomic
def change_area(
    dwelling: Dwelling, *, area: Decimal | None, area_source: str, by: User, expected: str = ""
) -> Dwelling:
    """Write down the area of a dwelling in m² and where it is from; None takes both away again."""
    dwelling = locked(dwelling)
    if expected and expected != fingerprint(dwelling, DWELLING_FIELDS):
        raise Refused(_("刚刚有人改过“%(name)s”。请核对后再提交，您填的内容都还在。") % {"name": dwelling})
    before = (dwelling.area, dwelling.area_source)
    dwelling.area, dwelling.area_source = measured(area), _source(area, area_source)
    if (dwelling.area, dwelling.area_source) != before:
        dwelling.save(update_fields=["area", "area_source"])
        changes = _told(before[0], dwelling.area)
        if before[1] != dwelling.area_source:
            changes["area_source"] = [before[1], dwelling.area_source]
        audit.record("area_changed", dwelling, by=by, changes=changes)
    return dwelling


def measured(area: Decimal | None) -> int | None:
    """The area in 0.01 m²; Refused where it cannot be the area of a dwelling."""
    if area is None:
        return None
    if area <= 0:
        raise Refused(_("面积要大于 0。还不知道就留空。"))
    if area > areas.MOST_SQUARE_METRES:
        raise Refused(_("面积太大了，请核对小数点。"))
    try:
        return areas.hundredths(area)
    except ValueError as error:
        raise Refused(_("面积最多写两位小数，例如 61.08。")) from error


def _source(area: Decimal | None, source: str) -> str:
    if area is None:
        return ""
    if source not in Dwelling.AreaSource:
        raise Refused(_("请选面积是从哪里来的。"))
    return source


def _told(before: int | None, after: int | None) -> audit.Changes:
    if before == after:
        return {}
    return {_("建筑面积（平方米）"): [areas.written(before), areas.written(after)]}
