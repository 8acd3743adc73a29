"""Reliefs and vehicles of households."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.models import User
from community.roles import Office
from core import clock
from core.refusal import Refused
from core.scoping import locked
from grids.models import Household
from property.actions.books import require
from property.models import Book, FeeSchedule, Relief, Vehicle


@transaction.atomic
def add_relief(
    book: Book,
    household: Household,
    *,
    by: User,
    percent: int,
    reason: str,
    decided_by: str,
    decided_on: date,
    starts_on: date,
    ends_on: date | None = None,
    schedule: FeeSchedule | None = None,
) -> Relief:
    """Part of a household's fees, in whole percent, that it need not pay; of one rate, or of all of them."""
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    check_household(book, household)
    if not 1 <= percent <= 100:
        raise Refused(_("减免写 1 到 100 之间的整数，100 就是全免。"))
    if not reason.strip() or not decided_by.strip():
        raise Refused(_("请写明为什么减免、谁决定的。"))
    if decided_on > clock.today():
        raise Refused(_("决定的日期不能写在今天以后。"))
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("结束的日期不能早于开始的日期。"))
    if schedule is not None and schedule.book_id != book.pk:
        raise Refused(_("请选择本账本里的收费项目。"))
    relief = Relief.objects.create(
        community_id=book.community_id,
        book=book,
        household=household,
        schedule=schedule,
        percent=percent,
        reason=reason.strip(),
        decided_by=decided_by.strip(),
        decided_on=decided_on,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    audit.record("relief_added", relief, by=by, changes={"percent": [None, percent]}, household_id=household.pk)
    return relief


@transaction.atomic
def end_relief(relief: Relief, *, by: User, ends_on: date, reason: str = "") -> Relief:
    """The last day of a relief. What was billed with it beyond that is corrected by the next run of those months."""
    require(by, relief.book.estate_id, Office.BOOKKEEPER)
    locked(relief.book)
    relief = locked(relief)
    _end(relief, ends_on)
    changes = {"ends_on": [None, ends_on.isoformat()]}
    audit.record("relief_ended", relief, by=by, changes=changes, reason=reason, household_id=relief.household_id)
    return relief


@transaction.atomic
def drop_relief(relief: Relief, *, by: User, reason: str) -> None:
    """Take away a relief that was entered by mistake; what was billed with it is corrected by the next run."""
    require(by, relief.book.estate_id, Office.BOOKKEEPER)
    locked(relief.book)
    relief = locked(relief)
    if not reason.strip():
        raise Refused(_("请写明为什么。"))
    changes = {"percent": [relief.percent, None]}
    audit.record("relief_dropped", relief, by=by, changes=changes, reason=reason, household_id=relief.household_id)
    relief.delete()


@transaction.atomic
def add_vehicle(book: Book, household: Household, *, by: User, plate: str, starts_on: date, note: str = "") -> Vehicle:
    """A vehicle that pays for its place from the month that begins on or after `starts_on`."""
    require(by, book.estate_id, Office.BOOKKEEPER)
    book = locked(book)
    check_household(book, household)
    plate = "".join(plate.split()).upper()
    if not plate:
        raise Refused(_("请写车牌号。"))
    if Vehicle.objects.of_book(book).filter(plate=plate, ends_on__isnull=True).exists():
        raise Refused(_("这个车牌号已经登记了，请先把原来的那一条结束。"))
    vehicle = Vehicle.objects.create(
        community_id=book.community_id,
        book=book,
        household=household,
        plate=plate,
        starts_on=starts_on,
        note=note.strip(),
    )
    audit.record("vehicle_added", vehicle, by=by, household_id=household.pk)
    return vehicle


@transaction.atomic
def end_vehicle(vehicle: Vehicle, *, by: User, ends_on: date) -> Vehicle:
    """The last day of a vehicle's place."""
    require(by, vehicle.book.estate_id, Office.BOOKKEEPER)
    locked(vehicle.book)
    vehicle = locked(vehicle)
    _end(vehicle, ends_on)
    changes = {"ends_on": [None, ends_on.isoformat()]}
    audit.record("vehicle_ended", vehicle, by=by, changes=changes, household_id=vehicle.household_id)
    return vehicle


def check_household(book: Book, household: Household) -> None:
    """Refuse a household of another estate, or one that was made one with another."""
    if household.building.estate_id != book.estate_id:
        raise Refused(_("这一户不在本小区。"))
    if household.merged_into_id is not None:
        raise Refused(_("这一户已经并到另一户，请在那一户上办理。"))


def _end(row: Relief | Vehicle, ends_on: date) -> None:
    if row.ends_on is not None and row.ends_on <= ends_on:
        raise Refused(_("本来就到 %(day)s 为止。") % {"day": row.ends_on.isoformat()})
    if ends_on < row.starts_on:
        raise Refused(_("结束的日期不能早于开始的日期。"))
    row.ends_on = ends_on
    row.save(update_fields=["ends_on"])
