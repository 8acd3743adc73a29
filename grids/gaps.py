"""Care households without somebody who looks after them, worked out whenever it is asked, never stored.

`look` says for each household in care and each kind of pairing whether it holds today (`PairingQuerySet.with_holds` has
the rule); `explain` says of those that do not, why and since when. Both ask the same few queries for one household and
for all of a community, and every one of them begins with the community.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.models import Appointment, AuditEvent
from community.roles import Role
from core import clock
from core.terms import holds
from grids.codes import CareCategory, level_label
from grids.models import Membership, Pairing

if TYPE_CHECKING:
    from core.scoping import ScopedQuerySet
    from grids.querysets import CareTagQuerySet

STEWARD, MEMBER = Pairing.Kind.STEWARD, Pairing.Kind.PARTY_MEMBER
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


@dataclass(frozen=True, slots=True)
class Tie:
    """One household and one kind of pairing: who, if anybody, and whether they fit today."""

    home: Home
    kind: str
    pairing: Pairing | None
    holds: bool

    @property
    def kind_label(self) -> str:
        return str(Pairing.Kind(self.kind).label)

    @property
    def person(self) -> str:
        return self.pairing.person if self.pairing else ""

    @property
    def person_id(self) -> str:
        """Whom a form shows as paired; "" for nobody."""
        return self.pairing.person_id if self.pairing else ""


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

    @property
    def communities(self) -> set[int]:
        return {home.community for home in self.homes}


def look(tags: CareTagQuerySet) -> Look:
    """How the households of these tags, which the caller has narrowed, are looked after today; two queries."""
    homes: dict[UUID, Home] = {}
    rows = tags.open().order_by(*_ORDER).values_list(*_HOME, "category", "level", "starts_on")
    for *facts, category, level, starts_on in rows:
        home = homes.setdefault(facts[0], Home(*facts))
        home.cares.append((category, level))
        home.days.append(starts_on)
    found = {(row.household_id, row.kind): row for row in _pairings_of(homes)}
    ties = []
    for home in homes.values():
        for kind in Pairing.Kind.values:
            row = found.get((home.pk, kind))
            ties.append(Tie(home, kind, row, bool(row and row.holds)))
    return Look(list(homes.values()), ties)


def explain(looked: Look) -> list[Gap]:
    """Each tie that does not hold with its reason and since when, in the order of the doors; six queries at most."""
    past = _Past(looked) if looked.broken else None
    return [past.explained(tie) for tie in looked.broken] if past else []


def _pairings_of(homes: dict[UUID, Home]) -> Iterable[Any]:
    if not homes:
        return []
    rows = _of(Pairing.objects.all(), homes.values()).current().filter(household__in=list(homes))
    return rows.with_holds().select_related("steward", "member").order_by("starts_on", "pk")


def _of(rows: ScopedQuerySet[Any], homes: Iterable[Home]) -> Any:
    """The rows of the communities that were asked about."""
    return rows.unscoped(reason=_WHY).filter(community__in={home.community for home in homes})


def _titled(category: str, level: str) -> str:
    words = {"category": CareCategory(category).label, "level": level_label(category, level)}
    return _("%(category)s（%(level)s）") % words if level else str(words["category"])


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of days, both included; no end means until further notice."""

    starts_on: date
    ends_on: date | None

    def within(self, other: _Span) -> _Span | None:
        start = max(self.starts_on, other.starts_on)
        ends = [end for end in (self.ends_on, other.ends_on) if end is not None]
        end = min(ends) if ends else None
        return _Span(start, end) if end is None or start <= end else None

    def holds(self, day: date) -> bool:
        return holds(self.starts_on, self.ends_on, day)


class _Past:
    """What pairings, appointments and memberships say about the households with a gap."""

    def __init__(self, looked: Look) -> None:
        self.today = clock.today()
        self.broken = looked.broken
        self.homes = {tie.home.pk: tie.home for tie in self.broken}
        self.pairings: dict[tuple[UUID, str], list[tuple[_Span, Any]]] = defaultdict(list)
        for household, kind, starts_on, ends_on, steward, member in self._rows(Pairing).values_list(
            "household", "kind", "starts_on", "ends_on", "steward", "member"
        ):
            self.pairings[household, kind].append((_Span(starts_on, ends_on), steward or member))
        self.duties = self._duties()
        self.lived = self._lived()
        self.here_since = self._here_since()
        self.left_party = self._left_party()

    def explained(self, tie: Tie) -> Gap:
        reason = self._reason(tie)
        if reason == Reason.NOT_IN_PARTY:
            return Gap(tie, reason, self.left_party.get(tie.person_id))
        return Gap(tie, reason, self._since(tie, reason))

    def _reason(self, tie: Tie) -> Reason:
        if tie.pairing is None:
            if self.pairings.get((tie.home.pk, tie.kind)):
                return Reason.ENDED
            return Reason.HOME_MOVED if self._came_with_care(tie.home) else Reason.NOBODY
        if tie.kind == STEWARD:
            return self._reason_of_steward(tie)
        return self._reason_of_member(tie)

    def _reason_of_steward(self, tie: Tie) -> Reason:
        held = self.duties.get(tie.pairing.steward_id, [])  # type: ignore[union-attr]
        if not any(building == tie.home.building for building, _span in held):
            return Reason.HOME_MOVED
        elsewhere = any(span.holds(self.today) for _building, span in held)
        return Reason.OTHER_BUILDING if elsewhere else Reason.DUTY_ENDED

    def _reason_of_member(self, tie: Tie) -> Reason:
        member = tie.pairing.member  # type: ignore[union-attr]
        assert member is not None
        if member.deceased_on is not None and member.deceased_on <= self.today:
            return Reason.DIED
        lived = self.lived.get(member.pk, [])
        now = [home for home, building, span in lived if span.holds(self.today) and building == tie.home.building]
        if now and member.is_party_member:
            return Reason.SAME_HOME
        if now:
            return Reason.NOT_IN_PARTY
        was_here = any(building == tie.home.building for _home, building, _span in lived)
        return Reason.MOVED_AWAY if was_here else Reason.HOME_MOVED

    def _since(self, tie: Tie, reason: Reason) -> date | None:
        """The day after the last one on which somebody who fitted was paired; without any, when care began here."""
        care = tie.home.cared_since
        past = self.pairings.get((tie.home.pk, tie.kind), [])
        last = max((day for span, person in past for day in self._last_days(tie, span, person)), default=None)
        if last is not None:
            return max(care, last + _DAY)
        if tie.pairing is not None:
            return None
        ended = [span.ends_on for span, _person in past if span.ends_on is not None]
        return max([care, *(day + _DAY for day in ended), self.here_since.get(tie.home.pk, care)])

    def _last_days(self, tie: Tie, span: _Span, person: Any) -> Iterator[date]:
        for fitting in self._fitting(tie, person):
            both = span.within(fitting)
            if both is not None and both.starts_on < self.today:
                yield min(both.ends_on or self.today - _DAY, self.today - _DAY)

    def _fitting(self, tie: Tie, person: Any) -> Iterator[_Span]:
        """When this person held the role for the building, or lived in it at another door."""
        if tie.kind == STEWARD:
            yield from (span for building, span in self.duties.get(person, []) if building == tie.home.building)
            return
        for home, building, span in self.lived.get(person, []):
            if building == tie.home.building and home != tie.home.pk:
                yield span

    def _came_with_care(self, home: Home) -> bool:
        """Whether the people were cared for before they came to live here."""
        return self.here_since.get(home.pk, home.cared_since) > home.cared_since

    def _rows(self, model: type[models.Model]) -> Any:
        return _of(model._default_manager.all(), self.homes.values()).filter(household__in=list(self.homes))  # type: ignore[arg-type]

    def _people(self, kind: str) -> set[Any]:
        return {person for (_home, of), rows in self.pairings.items() if of == kind for _span, person in rows}

    def _duties(self) -> dict[int, list[tuple[int, _Span]]]:
        found: dict[int, list[tuple[int, _Span]]] = defaultdict(list)
        people = self._people(STEWARD)
        rows = _of(Appointment.objects.all(), self.homes.values()).filter(role=Role.BUILDING_STEWARD, user__in=people)
        for user, building, starts_on, ends_on in rows.values_list("user", "building", "starts_on", "ends_on"):
            found[user].append((building, _Span(starts_on, ends_on)))
        return found

    def _lived(self) -> dict[UUID, list[tuple[UUID, int, _Span]]]:
        """Where the Party members lived in their primary households, until they died."""
        found: dict[UUID, list[tuple[UUID, int, _Span]]] = defaultdict(list)
        rows = _of(Membership.objects.all(), self.homes.values()).filter(
            is_primary=True, resident__in=self._people(MEMBER)
        )
        facts = ("resident", "household", "household__building", "starts_on", "ends_on", "resident__deceased_on")
        for resident, home, building, starts_on, ends_on, died in rows.values_list(*facts):
            span = _Span(starts_on, ends_on)
            alive = _Span(date.min, died - _DAY if died else None)
            lived = span.within(alive)
            if lived is not None:
                found[resident].append((home, building, lived))
        return found

    def _here_since(self) -> dict[UUID, date]:
        """Since when somebody has belonged to each household that has never been paired."""
        without = {tie.home.pk for tie in self.broken if not self.pairings.get((tie.home.pk, tie.kind))}
        rows = _of(Membership.objects.all(), self.homes.values()).current().filter(household__in=without)
        return dict(
            rows.order_by().values("household").annotate(first=Min("starts_on")).values_list("household", "first")
        )

    def _left_party(self) -> dict[str, date]:
        """When the register changed whether somebody is a Party member, as its record says."""
        people = [
            str(tie.pairing.member_id)
            for tie in self.broken
            if tie.pairing is not None and tie.pairing.member is not None and not tie.pairing.member.is_party_member
        ]
        events = _of(AuditEvent.objects.all(), self.homes.values()).filter(
            target_type="grids.resident", target_id__in=people, changes__has_key="is_party_member"
        )
        rows = events.order_by().values("target_id").annotate(last=Max("at")).values_list("target_id", "last")
        return {target: clock.local(at).date() for target, at in rows}
