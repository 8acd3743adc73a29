"""A building as a picture of its doors: how far the round has come at each, one tap from the form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.quarters import Month
from grids.models import Building, Dwelling, Household
from visits.models import Campaign, Target

if TYPE_CHECKING:
    from community.models import User

_WIDTHS = (1, 2, 3, 4, 6)
_TONES = {
    Target.State.WAITING: "warn",
    Target.State.ABSENT_ONCE: "warn",
    Target.State.ABSENT_TWICE: "bad",
    Target.State.DONE: "good",
    Target.State.REFUSED: "idle",
    Target.State.MOVED: "idle",
    Target.State.LEFT: "warn",
}


@dataclass(frozen=True)
class Door:
    label: str
    note: str
    tone: str
    url: str = ""
    cared: bool = False


@dataclass
class UnitOfDoors:
    """A stairwell; `per` doors stand beside each other."""

    label: str
    per: int = 1
    doors: list[Door] = field(default_factory=list)


def doors_of(user: User, building: Building, campaign: Campaign | None) -> list[UnitOfDoors]:
    """Every door of the building by stairwell, the top floor first, in three queries."""
    homes: dict[Any, list[Household]] = {}
    households = Household.objects.visible_to(user).living_here().filter(building=building).with_care()
    for household in households.order_by("pk"):
        homes.setdefault(household.dwelling_id, []).append(household)
    targets = _targets(user, building, campaign)
    dwellings = Dwelling.objects.visible_to(user).filter(building=building).select_related("unit")
    units: dict[Any, UnitOfDoors] = {}
    floors: dict[Any, dict[int, int]] = {}
    for dwelling in sorted(dwellings, key=lambda one: (_natural(one.unit.number), -_floor(one), _natural(one.room_no))):
        unit = units.setdefault(dwelling.unit_id, UnitOfDoors(_unit_label(dwelling.unit.number)))
        made = _doors(dwelling, homes.get(dwelling.pk, []), targets, campaign)
        unit.doors += made
        on_floor = floors.setdefault(dwelling.unit_id, {})
        on_floor[_floor(dwelling)] = on_floor.get(_floor(dwelling), 0) + len(made)
    for key, unit in units.items():
        widest = max(floors[key].values())
        unit.per = next((width for width in _WIDTHS if width >= widest), _WIDTHS[-1])
    return list(units.values())


def _targets(user: User, building: Building, campaign: Campaign | None) -> dict[Any, list[Target]]:
    found: dict[Any, list[Target]] = {}
    if campaign is not None:
        for target in Target.objects.visible_to(user).filter(campaign=campaign, building=building).order_by("due_on"):
            found.setdefault(target.household_id, []).append(target)
    return found


def _doors(
    dwelling: Dwelling, households: list[Household], targets: dict[Any, list[Target]], campaign: Campaign | None
) -> list[Door]:
    if not households:
        return [Door(dwelling.room_no, _("空置"), "idle")]
    several = len(households) > 1
    return [
        _door(f"{dwelling.room_no}·{number}" if several else dwelling.room_no, household, targets, campaign)
        for number, household in enumerate(households, start=1)
    ]


def _door(label: str, household: Any, targets: dict[Any, list[Target]], campaign: Campaign | None) -> Door:
    shown = _shown(targets.get(household.pk, []))
    history = reverse("visits:household_history", args=[household.pk])
    is_open = campaign is not None and campaign.is_open
    if shown is None:
        url = reverse("visits:record_household", args=[household.pk]) if is_open else history
        note, tone = (_("新住户"), "wait") if is_open else (_("有人住"), "idle")
        return Door(label, note, tone, url, household.has_care)
    url = shown.get_absolute_url() if is_open and shown.is_due else history
    if shown.is_overdue:
        return Door(label, _("已过期"), "bad", url, household.has_care)
    note = _("关爱待访") if shown.kind == "monthly_care" and shown.state == "waiting" else shown.get_state_display()
    return Door(label, note, _TONES[Target.State(shown.state)], url, household.has_care)


def _shown(targets: list[Target]) -> Target | None:
    """The target that speaks for the door: what waits now before what is done, the quarter's own before the others."""
    month_end = Month.of(clock.today()).end
    now = [one for one in targets if one.kind == Target.Kind.QUARTERLY or one.due_on <= month_end]
    ranked = sorted(now, key=lambda one: (not one.is_due, one.kind != Target.Kind.QUARTERLY, one.due_on))
    return ranked[0] if ranked else None


def _unit_label(number: str) -> str:
    return _("%(number)s 单元") % {"number": number} if number else ""


def _natural(text: str) -> tuple[int, str]:
    digits = re.match(r"\d+", text)
    return (int(digits.group()) if digits else 0, text)


def _floor(dwelling: Dwelling) -> int:
    """Where the door is drawn; the register itself never infers a floor."""
    return _natural(dwelling.room_no)[0] // 100
