"""Why a care household has nobody, and since when: what pairings, appointments and memberships say about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Max, Q

from community.models import Appointment, AuditEvent
from community.roles import Role
from core import clock
from core.terms import holds
from grids.care.gaps import MEMBER, STEWARD, Gap, Home, Look, Reason, Tie, of_communities
from grids.models import Membership, Pairing

_DAY = timedelta(days=1)


def explain(looked: Look) -> list[Gap]:
    """Each tie that does not hold with its reason and since when, in the order of the doors; four queries at most."""
    past = _Past(looked) if looked.broken else None
    return [past.explained(tie) for tie in looked.broken] if past else []


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
        self.lived: dict[UUID, list[tuple[UUID, int, _Span]]] = defaultdict(list)
        self.here_since: dict[UUID, date] = {}
        self._read_memberships()
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
        assert tie.pairing is not None
        held = self.duties.get(tie.pairing.steward or 0, [])
        if not any(building == tie.home.building for building, _span in held):
            return Reason.HOME_MOVED
        elsewhere = any(span.holds(self.today) for _building, span in held)
        return Reason.OTHER_BUILDING if elsewhere else Reason.DUTY_ENDED

    def _reason_of_member(self, tie: Tie) -> Reason:
        paired = tie.pairing
        assert paired is not None
        assert paired.member is not None
        if paired.died_on is not None and paired.died_on <= self.today:
            return Reason.DIED
        lived = self.lived.get(paired.member, [])
        now = [home for home, building, span in lived if span.holds(self.today) and building == tie.home.building]
        if now and paired.in_party:
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
        return of_communities(model._default_manager.all(), self.homes.values()).filter(household__in=list(self.homes))  # type: ignore[arg-type]

    def _people(self, kind: str) -> set[Any]:
        return {person for (_home, of), rows in self.pairings.items() if of == kind for _span, person in rows}

    def _duties(self) -> dict[int, list[tuple[int, _Span]]]:
        found: dict[int, list[tuple[int, _Span]]] = defaultdict(list)
        people = self._people(STEWARD)
        rows = of_communities(Appointment.objects.all(), self.homes.values()).filter(
            role=Role.BUILDING_STEWARD, user__in=people
        )
        for user, building, starts_on, ends_on in rows.values_list("user", "building", "starts_on", "ends_on"):
            found[user].append((building, _Span(starts_on, ends_on)))
        return found

    def _read_memberships(self) -> None:
        """Where the Party members lived in their primary homes, until they died; and since when somebody has belonged
        to each household that was never paired."""
        without = {tie.home.pk for tie in self.broken if not self.pairings.get((tie.home.pk, tie.kind))}
        members = self._people(MEMBER)
        wanted = Q(resident__in=members, is_primary=True) | Q(household__in=without)
        facts = ("resident", "household", "household__building", "starts_on", "ends_on", "resident__deceased_on")
        rows = (
            of_communities(Membership.objects.all(), self.homes.values())
            .filter(wanted)
            .values_list(*facts, "is_primary")
        )
        for resident, home, building, starts_on, ends_on, died, is_primary in rows:
            span = _Span(starts_on, ends_on)
            if home in without and span.holds(self.today):
                self.here_since[home] = min(starts_on, self.here_since.get(home, starts_on))
            lived = span.within(_Span(date.min, died - _DAY if died else None))
            if resident in members and is_primary and lived is not None:
                self.lived[resident].append((home, building, lived))

    def _left_party(self) -> dict[str, date]:
        """When the register changed whether somebody is a Party member, as its record says."""
        people = [
            str(tie.pairing.member)
            for tie in self.broken
            if tie.pairing is not None and tie.pairing.member is not None and not tie.pairing.in_party
        ]
        events = of_communities(AuditEvent.objects.all(), self.homes.values()).filter(
            target_type="grids.resident", target_id__in=people, changes__has_key="is_party_member"
        )
        rows = events.order_by().values("target_id").annotate(last=Max("at")).values_list("target_id", "last")
        return {target: clock.local(at).date() for target, at in rows}
