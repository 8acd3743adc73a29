"""What is to be billed for some months: what is due by the register, less what was billed already. Nothing is written.

The same months can be worked out as often as anybody likes: what differs is billed as an adjustment, and where nothing
differs there is nothing to bill.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from uuid import UUID

from core.quarters import Month
from grids.models import Household
from property.fees.oddities import Oddity, oddities
from property.fees.querysets import OWNER
from property.fees.register import Facts, facts
from property.models import Bill, Book, FeeSchedule
from property.querysets import fen_sum, yuan_of

Basis = FeeSchedule.Basis
# Household, schedule, month, vehicle (None where the fee is not of a vehicle).
Key = tuple[UUID, int, str, int | None]


@dataclass(frozen=True, slots=True)
class Charge:
    """What a household owes of one rate for one month; `gross` and `relief` in fen, `quantity` in m², doors or cars."""

    household: UUID
    dwelling: int
    schedule: FeeSchedule
    vehicle: int | None
    month: Month
    quantity: Decimal
    percent: int
    gross: int
    relief: int

    @property
    def key(self) -> Key:
        return self.household, self.schedule.pk, str(self.month), self.vehicle


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """A bill that would be made: `charge` is what is due on the whole, `gross` and `relief` (fen) what is added."""

    charge: Charge
    gross: int
    relief: int
    is_adjustment: bool

    @property
    def amount(self) -> Decimal:
        """What the bill is of, in yuan; an adjustment may be below zero."""
        return yuan_of(self.gross - self.relief)


@dataclass(frozen=True, slots=True)
class ScheduleTotal:
    """What a run adds for one rate: how many bills, and yuan."""

    schedule: FeeSchedule
    bills: int
    gross: Decimal
    relief: Decimal

    @property
    def amount(self) -> Decimal:
        return self.gross - self.relief


@dataclass(frozen=True)
class Preview:
    """What a run of these months would do, and what looks odd about it."""

    book: Book
    first: Month
    last: Month
    rows: tuple[PreviewRow, ...]
    oddities: tuple[Oddity, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to bill."""
        return not self.rows

    @cached_property
    def households(self) -> int:
        return len({row.charge.household for row in self.rows})

    @cached_property
    def adjustments(self) -> int:
        """How many of the bills correct earlier ones."""
        return sum(row.is_adjustment for row in self.rows)

    @cached_property
    def gross(self) -> Decimal:
        return yuan_of(sum(row.gross for row in self.rows))

    @cached_property
    def relief(self) -> Decimal:
        return yuan_of(sum(row.relief for row in self.rows))

    @property
    def amount(self) -> Decimal:
        """What the bills sum up to after reliefs, in yuan."""
        return self.gross - self.relief

    @cached_property
    def totals(self) -> list[ScheduleTotal]:
        """The same by rate."""
        found: dict[int, list[PreviewRow]] = defaultdict(list)
        for row in self.rows:
            found[row.charge.schedule.pk].append(row)
        return [
            ScheduleTotal(
                rows[0].charge.schedule,
                len(rows),
                yuan_of(sum(row.gross for row in rows)),
                yuan_of(sum(row.relief for row in rows)),
            )
            for rows in found.values()
        ]


def preview_billing(book: Book, first: Month, last: Month) -> Preview:
    """What a run of these months would add, and what looks odd. Nothing is written."""
    known = facts(book, first, last)
    charges = list(due(known, Month.range(first, last)))
    rows = tuple(_rows(book, first, last, charges))
    return Preview(book, first, last, rows, tuple(oddities(book, first, last, known, charges)))


def monthly_fee(book: Book, household: Household, month: Month) -> Decimal:
    """What the household owes of the fee fund for one month by the rates and the register, in yuan."""
    known = facts(book, month, month, household=household)
    own = (one for one in due(known, [month]) if one.household == household.pk and one.schedule.fund == "fee")
    return yuan_of(sum(one.gross - one.relief for one in own))


def due(known: Facts, months: Iterable[Month]) -> Iterator[Charge]:
    """Every charge of these months. Rounded once, half up to the fen; its relief as well."""
    for month in months:
        holding = [schedule for schedule in known.schedules if schedule.holds_in(month)]
        by_door = [schedule for schedule in holding if schedule.basis != Basis.VEHICLE]
        by_car = [schedule for schedule in holding if schedule.basis == Basis.VEHICLE]
        yield from _due_of_doors(known, month, by_door)
        yield from _due_of_cars(known, month, by_car)


def _due_of_doors(known: Facts, month: Month, schedules: list[FeeSchedule]) -> Iterator[Charge]:
    if not schedules:
        return
    for door in known.doors:
        home = door.liable(month)
        if home is None:
            continue
        for schedule in schedules:
            if schedule.building_id not in (None, door.building):
                continue
            quantity = _area(door.area) if schedule.basis == Basis.AREA else Decimal("1.00")
            if quantity is not None:
                yield _charge(known, home.household, door.dwelling, schedule, None, month, quantity)


def _due_of_cars(known: Facts, month: Month, schedules: list[FeeSchedule]) -> Iterator[Charge]:
    for car in known.cars if schedules else ():
        if car.counts_in(month):
            for schedule in schedules:
                if schedule.building_id in (None, car.building):
                    yield _charge(known, car.household, car.dwelling, schedule, car.vehicle, month, Decimal("1.00"))


def _charge(
    known: Facts,
    household: UUID,
    dwelling: int,
    schedule: FeeSchedule,
    vehicle: int | None,
    month: Month,
    quantity: Decimal,
) -> Charge:
    percent = known.percent(household, schedule.pk, month)
    gross = half_up(quantity * schedule.rate * 100)
    relief = half_up(Decimal(gross * percent) / 100) if percent else 0
    return Charge(household, dwelling, schedule, vehicle, month, quantity, percent, gross, relief)


def half_up(fen: Decimal) -> int:
    """Whole fen, a half up."""
    return int(fen.quantize(Decimal(1), ROUND_HALF_UP))


def _area(area: int | None) -> Decimal | None:
    return None if area is None else Decimal(area).scaleb(-2)


def _rows(book: Book, first: Month, last: Month, charges: Iterable[Charge]) -> Iterator[PreviewRow]:
    """What differs between what is due and what was billed, the oldest month first."""
    billed = _billed(book, first, last)
    for charge in charges:
        gross, relief, _dwelling = billed.pop(charge.key, (0, 0, None))
        if (charge.gross, charge.relief) != (gross, relief):
            yield PreviewRow(charge, charge.gross - gross, charge.relief - relief, _dwelling is not None)
    schedules = FeeSchedule.objects.of_book(book).select_related("account").in_bulk({key[1] for key in billed})
    for (household, schedule, month, vehicle), (gross, relief, dwelling) in billed.items():
        if (gross or relief) and dwelling is not None:
            none = Charge(
                household, dwelling, schedules[schedule], vehicle, Month.parse(month), Decimal("0.00"), 0, 0, 0
            )
            yield PreviewRow(none, -gross, -relief, True)


def _billed(book: Book, first: Month, last: Month) -> dict[Key, tuple[int, int, int | None]]:
    """What was billed already of these months, in fen: gross, relief, and the dwelling it was billed for."""
    rows = Bill.objects.of_book(book).of_months(first, last).exclude(kind="opening")
    sums = (
        rows.annotate(owner=OWNER)
        .order_by()
        .values("owner", "schedule", "month", "vehicle", "dwelling")
        .annotate(gross_fen=fen_sum("gross"), relief_fen=fen_sum("relief"))
        .values_list("owner", "schedule", "month", "vehicle", "dwelling", "gross_fen", "relief_fen")
    )
    found: dict[Key, tuple[int, int, int | None]] = {}
    for owner, schedule, month, vehicle, dwelling, gross, relief in sums:
        before = found.get((owner, schedule, month, vehicle), (0, 0, None))
        found[owner, schedule, month, vehicle] = (before[0] + gross, before[1] + relief, dwelling)
    return found
