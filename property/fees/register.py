"""What the register says that fees depend on: who lives behind which door, reliefs, vehicles. Read once a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Min

from core.quarters import Month
from core.terms import holds
from grids.models import Dwelling, Household, Membership
from property.fees.querysets import OWNER
from property.models import Book, FeeSchedule, Relief, Vehicle

_WHY = "what is billed for an estate whose book was found already"
# Who answers for a door where several households are registered behind it.
_RANK = {
    Household.Kind.REGISTERED: 0,
    Household.Kind.RENTING: 1,
    Household.Kind.COLLECTIVE: 2,
    Household.Kind.REGISTERED_ONLY: 3,
}


@dataclass(frozen=True, slots=True)
class Home:
    """A household behind a door; `arrived` is the first day of its first member, None where nobody is written down."""

    household: UUID
    kind: str
    left_on: date | None
    arrived: date | None

    @property
    def order(self) -> tuple[Any, ...]:
        return _RANK.get(self.kind, 9), self.arrived or date.min, self.household  # type: ignore[call-overload]

    @property
    def is_lived_in(self) -> bool:
        """Whether people live here, and are not only registered."""
        return self.kind != Household.Kind.REGISTERED_ONLY


@dataclass(frozen=True, slots=True)
class Door:
    """A dwelling with the households registered behind it, also those that left. `area` in 0.01 m²."""

    dwelling: int
    building: int
    label: str
    area: int | None
    homes: tuple[Home, ...]

    def liable(self, month: Month) -> Home | None:
        """Who owes the fee of a month: one household a door, the one that is there on the first day.

        The owner's household comes before tenants, one that only keeps its registration last. A household that is the
        first the register knows behind this door owes from before it was written down; a door whose last household
        left before has nobody until the next one comes.
        """
        day = month.start
        staying = [home for home in self.homes if home.left_on is None or home.left_on > day]
        there = [home for home in staying if home.arrived is None or home.arrived <= day]
        if there:
            return min(there, key=lambda home: home.order)
        if staying and len(staying) == len(self.homes):
            return min(staying, key=lambda home: (home.arrived or date.min, *home.order))
        return None


@dataclass(frozen=True, slots=True)
class Car:
    """A vehicle with its household, which stands behind `door`."""

    vehicle: int
    household: UUID
    dwelling: int
    building: int
    left_on: date | None
    starts_on: date
    ends_on: date | None

    def counts_in(self, month: Month) -> bool:
        """Whether it is there on the first day of the month, and its household as well."""
        gone = self.left_on is not None and self.left_on <= month.start
        return not gone and holds(self.starts_on, self.ends_on, month.start)


@dataclass(frozen=True, slots=True)
class Granted:
    """A relief: percent of one schedule's fee, or of every one (None)."""

    schedule: int | None
    percent: int
    starts_on: date
    ends_on: date | None


@dataclass(slots=True)
class Facts:
    """Everything that the fees of some months are worked out from."""

    schedules: list[FeeSchedule]
    doors: list[Door]
    cars: list[Car]
    reliefs: dict[UUID, list[Granted]] = field(default_factory=dict)

    def percent(self, household: UUID, schedule: int, month: Month) -> int:
        """The highest relief of the household for this schedule on the first day of the month."""
        return max(
            (
                one.percent
                for one in self.reliefs.get(household, ())
                if one.schedule in (None, schedule) and holds(one.starts_on, one.ends_on, month.start)
            ),
            default=0,
        )


def facts(book: Book, first: Month, last: Month, *, household: Household | None = None) -> Facts:
    """What is known for these months; of one household's door alone where it is named. Six queries."""
    schedules = FeeSchedule.objects.of_book(book).within(first, last)
    doors = Dwelling.objects.unscoped(reason=_WHY).filter(building__estate=book.estate_id)
    homes = Household.objects.unscoped(reason=_WHY).filter(building__estate=book.estate_id, merged_into__isnull=True)
    cars = Vehicle.objects.of_book(book)
    reliefs = Relief.objects.of_book(book)
    if household is not None:
        doors = doors.filter(pk=household.dwelling_id)
        homes = homes.filter(dwelling=household.dwelling_id)
        cars = cars.filter(household=household)
        reliefs = reliefs.of_household(household)
    return Facts(
        schedules=list(schedules.select_related("account").order_by("pk")),
        doors=list(_doors(doors, homes)),
        cars=list(_cars(cars)),
        reliefs=_reliefs(reliefs),
    )


def _doors(doors: Any, homes: Any) -> Iterable[Door]:
    members = Membership.objects.unscoped(reason=_WHY).filter(household__in=homes.values("pk"))
    arrived = dict(
        members.order_by().values("household").annotate(day=Min("starts_on")).values_list("household", "day")
    )
    behind: dict[int, list[Home]] = defaultdict(list)
    for pk, dwelling, kind, left_on in homes.order_by().values_list("pk", "dwelling", "kind", "left_on"):
        behind[dwelling].append(Home(pk, kind, left_on, arrived.get(pk)))
    ordered = doors.order_by("building__order", "building__number", "unit__number", "room_no", "pk")
    for pk, building, label, area in ordered.values_list("pk", "building", "label", "area"):
        yield Door(pk, building, label, area, tuple(behind.get(pk, ())))


def _cars(cars: Any) -> Iterable[Car]:
    wanted = (
        "pk",
        "owner",
        "household__dwelling",
        "household__building",
        "household__left_on",
        "household__merged_into",
    )
    for pk, owner, dwelling, building, left_on, merged, starts_on, ends_on in (
        cars.annotate(owner=OWNER).order_by("pk").values_list(*wanted, "starts_on", "ends_on")
    ):
        # A record that was made one with another has not left because of that.
        yield Car(pk, owner, dwelling, building, None if merged else left_on, starts_on, ends_on)


def _reliefs(reliefs: Any) -> dict[UUID, list[Granted]]:
    found: dict[UUID, list[Granted]] = defaultdict(list)
    rows = reliefs.annotate(owner=OWNER).order_by("pk")
    for owner, *granted in rows.values_list("owner", "schedule", "percent", "starts_on", "ends_on"):
        found[owner].append(Granted(*granted))
    return dict(found)
