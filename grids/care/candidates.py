"""Who could look after a care household: the stewards of its building, the Party members who live there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from community.models import Appointment
from community.roles import Role
from grids.care.gaps import MEMBER, STEWARD, Home
from grids.models import Membership, Pairing

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Resident

# So many are offered in a list.
AT_MOST = 5
_WHY = "who could look after households in care that are in scope themselves"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who fits, with the door they live behind (for a steward ""), and how many households they have."""

    person: User | Resident
    door: str
    household: UUID | None
    pairings: int

    @property
    def key(self) -> str:
        """As a form names them."""
        return str(self.person.pk)


class Candidates:
    """Everybody who fits for some households, fewest pairings first; two queries, however many there are."""

    def __init__(self, homes: Iterable[Home]) -> None:
        homes = list(homes)
        self._here = {"community__in": {home.community for home in homes}}
        self._buildings = {home.building for home in homes}
        self._found: dict[tuple[int, str], list[Candidate]] = defaultdict(list)
        if homes:
            self._read()

    def of(self, home: Home, kind: str) -> list[Candidate]:
        """All who fit for this household."""
        return [one for one in self._found[home.building, kind] if one.household != home.pk]

    def _read(self) -> None:
        for held in self._stewards():
            self._found[held.building_id, STEWARD].append(Candidate(held.user, "", None, held.pairings))
        for member in self._members():
            home = member.household
            one = Candidate(member.resident, home.dwelling.label, home.pk, member.pairings)
            self._found[home.building_id, MEMBER].append(one)
        for found in self._found.values():
            found.sort(key=lambda one: (one.pairings, str(one.person), one.key))

    def _stewards(self) -> Any:
        held = Appointment.objects.unscoped(reason=_WHY).current().filter(**self._here, role=Role.BUILDING_STEWARD)
        held = held.filter(building__in=self._buildings).select_related("user")
        return held.annotate(pairings=_count(steward=OuterRef("user")))

    def _members(self) -> Any:
        rows = Membership.objects.unscoped(reason=_WHY).current().party_members().filter(**self._here)
        rows = rows.filter(household__building__in=self._buildings).select_related("resident", "household__dwelling")
        return rows.annotate(pairings=_count(member=OuterRef("resident")))


def _count(**whose: OuterRef) -> Coalesce:
    """How many households somebody looks after today, beside whichever row names them."""
    rows = Pairing.objects.unscoped(reason=_WHY).current().filter(community=OuterRef("community"), **whose).order_by()
    counted = rows.values("community").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
