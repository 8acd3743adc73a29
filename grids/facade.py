"""A building as a picture of its doors, the top floor first: where the doors stand, and what a layer says of each.

Where a door stands is decided here, once. What its colour and its word mean is a layer: who lives there, who is cared
for, and whatever the rooms above register (how far the round has come, what is owed).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.access import Permission
from grids.care import gaps
from grids.codes import Cadence
from grids.models import Building, CareTag, Dwelling, Household, Pairing

if TYPE_CHECKING:
    from community.models import User

_WIDTHS = (1, 2, 3, 4, 6)


@dataclass(frozen=True)
class Mark:
    """What a layer says of a household: its word on the door, the colour, what the legend calls it, and a way on.

    `tone` is good, warn, wait, bad, idle or "" (plain); `meaning` is the word itself where it is left out, and `url`
    the household's page.
    """

    word: str
    tone: str = ""
    meaning: str = ""
    url: str = ""


Say = Callable[[Any], Mark]
"""What a layer says of one household of the building it has been read for."""


@dataclass(frozen=True)
class Layer:
    """One way to colour and word the doors: `read(user, building)` asks what it needs once, for all of them."""

    key: str
    label: str | Promise
    read: Callable[[User, Building], Say]
    needs: Permission = Permission.HOUSEHOLD_VIEW
    order: int = 50


@dataclass(frozen=True)
class Door:
    """One door of the picture; a dwelling of several households has several. `is_first` begins a floor."""

    label: str
    note: str
    tone: str
    url: str = ""
    cared: bool = False
    is_first: bool = False
    meaning: str = ""
    household: Any = None


@dataclass
class UnitOfDoors:
    """A stairwell; `per` doors stand beside each other."""

    label: str
    per: int = 1
    doors: list[Door] = field(default_factory=list)


@dataclass(frozen=True)
class Home:
    """A dwelling and who lives in it today: nobody, one household or several."""

    dwelling: Any
    households: Sequence[Any]


@dataclass(frozen=True)
class Figures:
    """What a building holds, counted from the same rows as the picture is drawn from."""

    dwellings: int
    vacant: int
    households: int
    residents: int
    cared: int


@dataclass(frozen=True)
class Meaning:
    """A line of the legend: a colour, what it means, and how many doors have it."""

    tone: str
    words: str
    count: int


_layers: list[Layer] = []


def register(layer: Layer) -> None:
    """Offer a layer on the page of every building."""
    _layers.append(layer)
    _layers.sort(key=lambda one: one.order)


def layers_for(user: User) -> list[Layer]:
    """The layers that this user may see; asks no query."""
    return [layer for layer in _layers if user.scope.may(layer.needs)]


def homes_of(user: User, building: Building) -> list[Home]:
    """Every dwelling of the building with its households, in the order of the picture; two queries.

    Households come with their head, `has_care` and `people`, the number of residents who belong to them today.
    """
    living: dict[Any, list[Household]] = {}
    households = Household.objects.visible_to(user).living_in(building).with_care().with_people()
    for household in households.defer("head__id_number").order_by("pk"):
        living.setdefault(household.dwelling_id, []).append(household)
    dwellings = Dwelling.objects.in_duty_of(user).filter(community=building.community_id, building=building)
    ordered = sorted(
        dwellings.select_related("unit"),
        key=lambda one: (_natural(one.unit.number), one.unit_id, -_floor(one), _natural(one.room_no)),
    )
    return [Home(dwelling, living.get(dwelling.pk, [])) for dwelling in ordered]


def figures_of(homes: Iterable[Home]) -> Figures:
    """How many dwellings, households and residents there are."""
    homes = list(homes)
    households = [household for home in homes for household in home.households]
    return Figures(
        dwellings=len(homes),
        vacant=sum(not home.households for home in homes),
        households=len(households),
        residents=sum(household.people for household in households),
        cared=sum(household.has_care for household in households),
    )


def draw(homes: Iterable[Home], say: Say) -> list[UnitOfDoors]:
    """The doors of each stairwell, worded and coloured by a layer."""
    units = []
    for _unit, inside in groupby(homes, key=lambda home: home.dwelling.unit_id):
        floors = [list(floor) for _number, floor in groupby(inside, key=lambda home: _floor(home.dwelling))]
        unit = UnitOfDoors(unit_label(floors[0][0].dwelling.unit.number))
        widest = 0
        for floor in floors:
            doors = [door for home in floor for door in _doors(home, say)]
            unit.doors += [replace(doors[0], is_first=True), *doors[1:]]
            widest = max(widest, len(doors))
        unit.per = next((width for width in _WIDTHS if width >= widest), _WIDTHS[-1])
        units.append(unit)
    return units


def legend_of(units: Iterable[UnitOfDoors]) -> list[Meaning]:
    """What the colours mean, in words and with their counts, the most frequent first, the vacant last."""
    counts: dict[tuple[str, str], int] = {}
    for door in (door for unit in units for door in unit.doors):
        key = (door.tone, door.meaning or door.note)
        counts[key] = counts.get(key, 0) + 1
    lines = [Meaning(tone, words, count) for (tone, words), count in counts.items()]
    return sorted(lines, key=lambda line: (line.words == vacant().word, -line.count))


def vacant() -> Mark:
    """What every layer says of a dwelling where nobody lives."""
    return Mark(_("空置"), "idle")


def unit_label(number: str) -> str:
    """What stands above a stairwell; nothing where a building has one entrance."""
    return _("%(number)s 单元") % {"number": number} if number else ""


def _doors(home: Home, say: Say) -> list[Door]:
    room = home.dwelling.room_no
    if not home.households:
        mark = vacant()
        return [Door(room, mark.word, mark.tone)]
    several = len(home.households) > 1
    return [
        _door(f"{room}·{number}" if several else room, household, say(household))
        for number, household in enumerate(home.households, start=1)
    ]


def _door(label: str, household: Any, mark: Mark) -> Door:
    url = mark.url or household.get_absolute_url()
    return Door(label, mark.word, mark.tone, url, household.has_care, meaning=mark.meaning, household=household)


def _natural(text: str) -> tuple[int, str]:
    digits = re.match(r"\d+", text)
    return (int(digits.group()) if digits else 0, text)


def _floor(dwelling: Dwelling) -> int:
    """Where the door is drawn; the register itself never infers a floor. 商铺3 stands on the ground."""
    return _natural(dwelling.room_no)[0] // 100


_KIND_TONES = {
    Household.Kind.REGISTERED: "",
    Household.Kind.RENTING: "wait",
    Household.Kind.REGISTERED_ONLY: "idle",
    Household.Kind.COLLECTIVE: "good",
}


def _kinds(user: User, building: Building) -> Say:
    return lambda household: Mark(household.get_kind_display(), _KIND_TONES[household.kind])


def _care(user: User, building: Building) -> Say:
    """What a household is cared for: what is visited every month stands out."""
    found: dict[Any, list[CareTag]] = {}
    tags = CareTag.objects.visible_to(user).current()
    for tag in tags.filter(community=building.community_id, household__building=building).order_by("pk"):
        found.setdefault(tag.household_id, []).append(tag)

    def say(household: Any) -> Mark:
        cares = sorted(found.get(household.pk, []), key=lambda tag: tag.visited != Cadence.MONTHLY)
        if not cares:
            return Mark(_("有人住"), meaning=_("有人住，没有关爱对象"))
        word = str(cares[0]) if len({tag.category for tag in cares}) == 1 else _("%(care)s等") % {"care": cares[0]}
        if cares[0].visited == Cadence.MONTHLY:
            return Mark(word, "warn", _("关爱对象，每月看望"))
        return Mark(word, "wait", _("关爱对象，每季度看望"))

    return say


def _pairings(user: User, building: Building) -> Say:
    """Whether steward and Party member look after each household in care."""
    tags = CareTag.objects.visible_to(user).filter(community=building.community_id, household__building=building)
    kept: dict[Any, set[str]] = {}
    for tie in gaps.look(tags).ties:
        kept.setdefault(tie.home.pk, set()).update({tie.kind} if tie.holds else ())
    marks = {
        frozenset(Pairing.Kind.values): Mark(_("已结对"), "good", _("管家和党员都结了对")),
        frozenset({Pairing.Kind.STEWARD}): Mark(_("缺党员"), "warn", _("还缺同楼党员")),
        frozenset({Pairing.Kind.PARTY_MEMBER}): Mark(_("缺管家"), "warn", _("还缺楼栋管家")),
        frozenset(): Mark(_("没人结对"), "bad", _("管家和党员都还没有")),
    }
    plain = Mark(_("有人住"), meaning=_("有人住，没有关爱对象"))
    return lambda household: marks[frozenset(kept[household.pk])] if household.pk in kept else plain


register(Layer("kinds", gettext_lazy("谁在住"), _kinds, order=10))
register(Layer("care", gettext_lazy("关爱"), _care, order=20))
register(Layer("pairings", gettext_lazy("结对"), _pairings, order=30))
