"""The printed sheet of a building's doors: numbered when it is printed, typed in once, whatever happened meanwhile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community import audit
from community.numbers import next_number
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from visits import round_sheets, walkers
from visits.actions.paper import PaperLine, record_paper_round
from visits.models import RoundSheet, Target, Visit

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Building
    from visits.models import Campaign

_WHY = "the doors of a round sheet whose building was found already"
# A sheet says on which day somebody walked, not when.
_NOON = time(12)


@dataclass(frozen=True)
class Typed:
    """What became of a sheet that was typed in: doors recorded, and the sentences about those left out."""

    recorded: int
    left_out: tuple[str, ...]


@transaction.atomic
def print_sheet(building: Building, campaign: Campaign, *, by: User) -> RoundSheet:
    """Give the doors of a building that wait today a numbered sheet, in the order of the walk.

    Raises Refused where the round is not open, or no door of the building waits.
    """
    if not campaign.is_open or campaign.community_id != building.community_id:
        raise Refused(_("这一季走访没有在进行，不能打印走访表。"))
    doors = round_sheets.doors_waiting(building, campaign)
    if not doors:
        raise Refused(_("这幢楼没有还要走的户，不用打印。"))
    sheet = RoundSheet.objects.create(
        community_id=building.community_id,
        campaign=campaign,
        building=building,
        number=next_number(building.community_id, kind="round_sheet", period=str(campaign.period)),
        targets=[str(door) for door in doors],
        printed_by=by,
    )
    audit.record("round_sheet_printed", sheet, by=by, changes={"targets": [None, len(doors)]})
    return sheet


@transaction.atomic
def type_in_sheet(
    sheet: RoundSheet, ticks: Mapping[UUID, str], *, walked_on: date, by: User, walker: User | None = None
) -> Typed:
    """Record what was ticked on a sheet, `ticks` from targets to outcomes; gives what was left out, with the reasons.

    A line becomes one visit, however often the sheet is sent: its id is made of the sheet and the door. A door that
    was reached meanwhile is left out. Raises Refused for a day before the round or to come, where the round is over,
    and for a walker whom `by` may not name.
    """
    sheet = locked(sheet)
    walker = walker or by
    _check(sheet, walked_on, by=by, walker=walker)
    rows = Target.objects.unscoped(reason=_WHY).filter(pk__in=[key for key in ticks if str(key) in sheet.targets])
    _hold(rows)
    targets = {target.pk: target for target in rows.select_related("household__dwelling")}
    ids = {key: round_sheets.visit_id(sheet, key) for key in targets}
    typed = set(Visit.objects.unscoped(reason=_WHY).filter(pk__in=ids.values()).values_list("pk", flat=True))
    lines, left_out = [], []
    for number, key in enumerate((UUID(text) for text in sheet.targets), start=1):
        target = targets.get(key)
        if target is None:
            left_out += [round_sheets.gone(number)] if key in ticks else []
        elif ids[key] in typed:
            left_out.append(round_sheets.typed_before(number, target.household))
        elif not target.is_due:
            left_out.append(round_sheets.reached_before(number, target))
        else:
            lines.append(PaperLine(target, ticks[key], _at(walked_on), ids[key]))
    recorded = record_paper_round(lines, by=by, walker=walker)
    if recorded:
        changes: dict[str, Any] = {"recorded": [None, recorded], "walker": [None, walker.name]}
        audit.record("round_sheet_typed", sheet, by=by, changes=changes)
    return Typed(recorded, tuple(left_out))


def _hold(targets: Any) -> None:
    """Lock the households first, as a visit by itself does: whoever is at one of these doors goes before or after."""
    homes = Household.objects.unscoped(reason=_WHY).filter(pk__in=targets.order_by().values("household"))
    list(homes.order_by("pk").select_for_update().values_list("pk"))


def _check(sheet: RoundSheet, walked_on: date, *, by: User, walker: User) -> None:
    if not sheet.campaign.is_open:
        raise Refused(_("%(quarter)s的走访已经结束了，这张表不能再录入。") % {"quarter": sheet.campaign})
    if walked_on > clock.today():
        raise Refused(_("走访日期还没有到，请看看日期是不是填错了。"))
    if walked_on < timezone.localtime(sheet.created_at).date():
        raise Refused(_("走访日期早于这张表的打印日期，请看看日期是不是填错了。"))
    if walker != by and walker != sheet.printed_by and walker not in walkers_of(sheet, by=by):
        raise Refused(_("%(name)s不负责这幢楼，请选走访的人。") % {"name": walker.name})


def walkers_of(sheet: RoundSheet, *, by: User) -> list[User]:
    """Whom `by` may name as the one who walked, those first who have most of the doors.

    Whoever types, whoever printed it, and those who walk the building.
    """
    found = [by, sheet.printed_by, *(one.user for one in walkers.candidates([sheet.building], by=by))]
    rows = Target.objects.unscoped(reason=_WHY).filter(pk__in=sheet.targets).order_by()
    doors = Counter(rows.values_list("assignee", flat=True))
    return sorted(dict.fromkeys(found), key=lambda user: -doors[user.pk])


def _at(day: date) -> datetime:
    return min(timezone.make_aware(datetime.combine(day, _NOON)), clock.now())
