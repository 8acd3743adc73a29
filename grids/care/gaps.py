"""Care households without somebody who looks after them, worked out whenever it is asked, never stored.

`look` says for each household in care and each kind of pairing whether it holds today (`PairingQuerySet.with_holds` has
the rule); `reasons.explain` says of those that do not, why and since when. Both ask the same few queries for one
household and for all of a community, and every one of them begins with the community.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.codes import CareCategory, level_label
from grids.models import Pairing

if TYPE_CHECKING:
    from core.scoping import ScopedQuerySet
    from grids.models import CareTag, Household
    from grids.querysets import CareTagQuerySet

KINDS = STEWARD, MEMBER = Pairing.Kind.STEWARD, Pairing.Kind.PARTY_MEMBER
_WHY = "who looks after the households in care that are in scope themselves"
_DAY = timedelta(days=1)
_HOME = (
    "household",
    "community",
    "household__dwelling__label",
    "household__building",
    "household__building__label",
    "household__building__grid",
    "household__building__grid__name",
    "household__head__name",
)
_PAIRED = (
    "pk",
    "household",
    "kind",
    "starts_on",
    "holds",
    "steward",
    "member",
    "steward__name",
    "member__name",
    "member__is_party_member",
    "member__deceased_on",
)
_ORDER = (
    "household__building__estate__code",
    "household__building__order",
    "household__building",
    "household__dwelling__unit__number",
    "household__dwelling__room_no",
    "household",
    "category",
)


class Reason(models.TextChoices):
    """Why nobody looks after a household today."""

    NOBODY = "nobody", gettext_lazy("还没有人结对")
    ENDED = "ended", gettext_lazy("结对结束了，还没有接上")
    HOME_MOVED = "home_moved", gettext_lazy("这一户是从别的楼搬来的")
    DUTY_ENDED = "duty_ended", gettext_lazy("管家的任命结束了")
    OTHER_BUILDING = "other_building", gettext_lazy("管家改管别的楼了")
    MOVED_AWAY = "moved_away", gettext_lazy("党员搬走了")
    DIED = "died", gettext_lazy("党员去世了")
    NOT_IN_PARTY = "not_in_party", gettext_lazy("登记上不再是党员")
    SAME_HOME = "same_home", gettext_lazy("党员成了这一户的人")


@dataclass(frozen=True, slots=True)
class Home:
    """A household in care, with as much of it as a list shows."""

    pk: UUID
    community: int
    door: str
    building: int
    building_label: str
    grid: int | None
    grid_name: str
    head: str
    cares: list[tuple[str, str]] = field(default_factory=list, compare=False)
    days: list[date] = field(default_factory=list, compare=False)

    @property
    def url(self) -> str:
        return reverse("grids:household", args=[self.pk])

    @property
    def care(self) -> str:
        """What the household is cared for, in words."""
        words = dict.fromkeys(_titled(category, level) for category, level in self.cares)
        return _("、").join(words)

    @property
    def cared_since(self) -> date:
        return min(self.days)


@dataclass(slots=True)
class Paired:
    """A pairing of today, with as much of it and of the person as a reason needs."""

    pk: UUID
    home: UUID
    kind: str
    starts_on: date
    holds: bool
    steward: int | None
    member: UUID | None
    steward_name: str | None
    member_name: str | None
    in_party: bool | None
    died_on: date | None


@dataclass(frozen=True, slots=True)
class Tie:
    """One household and one kind of pairing: who, if anybody, and whether they fit today."""

    home: Home
    kind: str
    pairing: Paired | None
    holds: bool

    @property
    def kind_label(self) -> str:
        return str(Pairing.Kind(self.kind).label)

    @property
    def person(self) -> str:
        return (self.pairing.steward_name or self.pairing.member_name or "") if self.pairing else ""

    @property
    def person_id(self) -> str:
        """Whom a form shows as paired; "" for nobody."""
        return str(self.pairing.steward or self.pairing.member) if self.pairing else ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A tie that does not hold; `since` is None where the register does not know the day."""

    tie: Tie
    reason: Reason
    since: date | None

    @property
    def home(self) -> Home:
        return self.tie.home

    @property
    def kind(self) -> str:
        return self.tie.kind

    @property
    def words(self) -> str:
        """The reason as a sentence about the person, where there is one."""
        sentence = _SENTENCES.get(self.reason)
        return str(sentence) % {"name": self.tie.person} if sentence and self.tie.pairing else str(self.reason.label)


_SENTENCES = {
    Reason.HOME_MOVED: gettext_lazy("这一户搬了楼，%(name)s不在这幢楼"),
    Reason.DUTY_ENDED: gettext_lazy("%(name)s不再是楼栋管家"),
    Reason.OTHER_BUILDING: gettext_lazy("%(name)s改管别的楼了"),
    Reason.MOVED_AWAY: gettext_lazy("%(name)s搬走了"),
    Reason.DIED: gettext_lazy("%(name)s去世了"),
    Reason.NOT_IN_PARTY: gettext_lazy("%(name)s登记上不再是党员"),
    Reason.SAME_HOME: gettext_lazy("%(name)s成了这一户的人"),
}


@dataclass(frozen=True)
class Look:
    """The households in care that somebody asked about, in the order of the doors, and how each is looked after."""

    homes: list[Home]
    ties: list[Tie]

    @cached_property
    def broken(self) -> list[Tie]:
        return [tie for tie in self.ties if not tie.holds]

    def of_kind(self, kind: str) -> Look:
        """The same, for one kind of pairing."""
        return Look(self.homes, [tie for tie in self.ties if tie.kind == kind])


def look(tags: CareTagQuerySet) -> Look:
    """How the households of these tags, which the caller has narrowed, are looked after today; two queries."""
    homes: dict[UUID, Home] = {}
    rows = tags.open().order_by(*_ORDER).values_list(*_HOME, "category", "level", "starts_on")
    for *facts, category, level, starts_on in rows:
        home = homes.get(facts[0])
        if home is None:
            home = homes[facts[0]] = Home(*facts)
        home.cares.append((category, level))
        home.days.append(starts_on)
    return _looked(homes)


def look_at(household: Household, tags: Iterable[CareTag]) -> Look:
    """The same of one household that was read with its door, building, grid and head, and its open tags; one query."""
    building, grid, head = household.building, household.building.grid, household.head
    home = Home(
        household.pk,
        household.community_id,
        household.dwelling.label,
        building.pk,
        building.label,
        grid.pk if grid else None,
        grid.name if grid else "",
        head.name if head else "",
    )
    for tag in tags:
        home.cares.append((tag.category, tag.level))
        home.days.append(tag.starts_on)
    return _looked({home.pk: home} if home.cares and household.left_on is None else {})


def _looked(homes: dict[UUID, Home]) -> Look:
    found = {(one.home, one.kind): one for one in _pairings_of(homes)}
    ties = []
    for home in homes.values():
        for kind in KINDS:
            paired = found.get((home.pk, kind))
            ties.append(Tie(home, kind, paired, paired is not None and paired.holds))
    return Look(list(homes.values()), ties)


def _pairings_of(homes: dict[UUID, Home]) -> list[Paired]:
    if not homes:
        return []
    rows = of_communities(Pairing.objects.all(), homes.values()).current().filter(household__in=list(homes))
    return [Paired(*row) for row in rows.with_holds().order_by("starts_on", "pk").values_list(*_PAIRED)]


def of_communities(rows: ScopedQuerySet[Any], homes: Iterable[Home]) -> Any:
    """The rows of the communities that were asked about."""
    return rows.unscoped(reason=_WHY).filter(community__in={home.community for home in homes})


def _titled(category: str, level: str) -> str:
    words = {"category": CareCategory(category).label, "level": level_label(category, level)}
    return _("%(category)s（%(level)s）") % words if level else str(words["category"])
