"""What looks odd about a run of bills, said before it is made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from core.money import yuan
from core.quarters import Month
from core.terms import holds
from property.fees.ageing import months_after
from property.fees.querysets import OWNER
from property.fees.register import Door, Facts
from property.models import Bill, Book, FeeSchedule
from property.querysets import fen_sum, yuan_of

if TYPE_CHECKING:
    from property.fees.billing import Charge

# Half as much again, and by no less than ten yuan a month.
MUCH_PERCENT, MUCH_FEN = 150, 1000


class OddityKind(StrEnum):
    NO_AREA = "no_area"
    NOBODY = "nobody"
    NOT_LIVED_IN = "not_lived_in"
    ARRIVED_LATER = "arrived_later"
    MUCH_MORE = "much_more"
    RELIEF_OVER = "relief_over"
    CAR_WITHOUT_HOUSEHOLD = "car_without_household"
    NO_RATE = "no_rate"


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something to look at: where, and in words. `is_billed` says whether it is billed all the same."""

    kind: OddityKind
    text: str
    label: str = ""
    household: UUID | None = None
    dwelling: int | None = None
    is_billed: bool = True


def oddities(book: Book, first: Month, last: Month, known: Facts, charges: Sequence[Charge]) -> Iterator[Oddity]:
    """Everything odd about billing these months, door by door."""
    if not known.schedules:
        yield Oddity(OddityKind.NO_RATE, _("这几个月没有收费标准，请先设好。"), is_billed=False)
    labels = {door.dwelling: door.label for door in known.doors}
    yield from _of_doors(first, last, known)
    yield from _much_more(book, first, last, charges, labels)
    yield from _reliefs_over(first, last, known, charges, labels)
    yield from _cars(first, last, known, labels)


def _of_doors(first: Month, last: Month, known: Facts) -> Iterator[Oddity]:
    """One of a kind a door, however many months are billed."""
    for door in known.doors:
        concerning = [one for one in known.schedules if _concerns(one, door)]
        if not concerning:
            continue
        homes = [door.liable(month) for month in Month.range(first, last)]
        found = next((home for home in homes if home is not None), None)
        if None in homes:
            text = _("没有登记住户，不出账。") if not any(homes) else _("有的月份没有登记住户，那几个月不出账。")
            yield Oddity(OddityKind.NOBODY, text, door.label, None, door.dwelling, is_billed=False)
        if found is None:
            continue
        place = (door.label, found.household, door.dwelling)
        if door.area is None and any(one.basis == FeeSchedule.Basis.AREA for one in concerning):
            yield Oddity(OddityKind.NO_AREA, _("没有登记建筑面积，按面积收的这次不出账。"), *place, is_billed=False)
        if not found.is_lived_in:
            yield Oddity(OddityKind.NOT_LIVED_IN, _("只有空挂户口，没有人住，账单出给这一户。"), *place)
        elif found.arrived is not None and found.arrived > first.start:
            words = {"day": found.arrived.isoformat()}
            yield Oddity(
                OddityKind.ARRIVED_LATER, _("登记的入住日期是 %(day)s，从哪个月开始收请核对。") % words, *place
            )


def _much_more(
    book: Book, first: Month, last: Month, charges: Iterable[Charge], labels: dict[int, str]
) -> Iterator[Oddity]:
    """Households that would pay far more a month than for the last month billed before."""
    rows = Bill.objects.of_book(book).filter(month__lt=str(first)).exclude(kind="opening")
    latest = rows.aggregate(month=Max("month"))["month"]
    if latest is None:
        return
    sums = rows.filter(month=latest).annotate(owner=OWNER).order_by().values("owner").annotate(fen=fen_sum("amount"))
    before = dict(sums.values_list("owner", "fen"))
    now: dict[UUID, int] = defaultdict(int)
    where: dict[UUID, int] = {}
    for charge in charges:
        if charge.month == last:
            now[charge.household] += charge.gross - charge.relief
            where[charge.household] = charge.dwelling
    for household, amount in now.items():
        was = before.get(household, 0)
        if was > 0 and amount * 100 > was * MUCH_PERCENT and amount - was >= MUCH_FEN:
            words = {"was": yuan(yuan_of(was)), "now": yuan(yuan_of(amount)), "month": Month.parse(latest).label}
            text = _("每月 %(now)s 元，比 %(month)s的 %(was)s 元多了不少，请核对。") % words
            dwelling = where[household]
            yield Oddity(OddityKind.MUCH_MORE, text, labels.get(dwelling, ""), household, dwelling)


def _reliefs_over(
    first: Month, last: Month, known: Facts, charges: Iterable[Charge], labels: dict[int, str]
) -> Iterator[Oddity]:
    """Reliefs that ended in the last three months or end within these, with none after them."""
    since = months_after(first.start, -3)
    where = {charge.household: charge.dwelling for charge in charges}
    for household, granted in known.reliefs.items():
        ended = [one.ends_on for one in granted if one.ends_on is not None and since <= one.ends_on < last.end]
        goes_on = any(holds(one.starts_on, one.ends_on, last.end) for one in granted)
        if ended and not goes_on and household in where:
            text = _("减免到 %(day)s 为止，后面按全额出账。") % {"day": max(ended).isoformat()}
            dwelling = where[household]
            yield Oddity(OddityKind.RELIEF_OVER, text, labels.get(dwelling, ""), household, dwelling)


def _cars(first: Month, last: Month, known: Facts, labels: dict[int, str]) -> Iterator[Oddity]:
    """Vehicles whose household is gone."""
    for car in known.cars:
        if car.left_on is not None and car.left_on <= last.start and _open(car.starts_on, car.ends_on, first, last):
            text = _("住户已经迁出，车辆还登记着，不再出账。")
            yield Oddity(
                OddityKind.CAR_WITHOUT_HOUSEHOLD,
                text,
                labels.get(car.dwelling, ""),
                car.household,
                car.dwelling,
                is_billed=False,
            )


def _open(starts_on: date, ends_on: date | None, first: Month, last: Month) -> bool:
    return starts_on <= last.end and (ends_on is None or ends_on >= first.start)


def _concerns(schedule: FeeSchedule, door: Door) -> bool:
    return schedule.basis != FeeSchedule.Basis.VEHICLE and schedule.building_id in (None, door.building)
