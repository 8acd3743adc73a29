"""Which household a row of the table means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from grids.address import Address, AddressDoubt, parse
from grids.models import Household
from property.fees.doors import households_of
from property.models import Bill, Book, Payment
from property.opening.table import Row

WHY = "what was brought forward for a book found already"
Key = tuple[str, str, str]


@dataclass(slots=True)
class Matched:
    """Rows with their household; and what is in doubt: (row of the file, why)."""

    rows: list[tuple[Household, Row]] = field(default_factory=list)
    doubts: list[tuple[int, str]] = field(default_factory=list)


def match(book: Book, rows: Iterable[Row]) -> Matched:
    """Find the household behind each door; never guessed: two behind one door are told apart by the name, or not."""
    by_door = _doors(book)
    taken = brought(book)
    found, seen = Matched(), set()
    for row in rows:
        homes = _homes(by_door, row.door, book.estate.code)
        if len(homes) > 1 and row.name:
            homes = [home for home in homes if home.head is not None and home.head.name == row.name]
        if not homes:
            found.doubts.append((row.number, _("登记里没有这一户：%(door)s") % {"door": row.door}))
        elif len(homes) > 1:
            found.doubts.append((row.number, _("%(door)s住着不止一户，请写上户主姓名。") % {"door": row.door}))
        elif homes[0].pk in taken:
            found.doubts.append((row.number, _("%(door)s的期初已经记过了。") % {"door": row.door}))
        elif homes[0].pk in seen:
            found.doubts.append((row.number, _("%(door)s在表格里写了两次。") % {"door": row.door}))
        else:
            seen.add(homes[0].pk)
            found.rows.append((homes[0], row))
    return found


def brought(book: Book) -> set[Any]:
    """The households that have opening balances already."""
    bills = Bill.objects.unscoped(reason=WHY).filter(book=book, kind=Bill.Kind.OPENING)
    payments = Payment.objects.unscoped(reason=WHY).filter(book=book, kind=Payment.Kind.OPENING)
    return {*bills.values_list("household_id", flat=True), *payments.values_list("household_id", flat=True)}


def _doors(book: Book) -> dict[Key, list[Household]]:
    found: dict[Key, list[Household]] = defaultdict(list)
    for home in households_of(book).filter(left_on=None).select_related("dwelling__unit", "building", "head"):
        unit = home.dwelling.unit.number if home.dwelling.unit_id else ""
        found[home.building.number, unit, home.dwelling.room_no].append(home)
    return found


def _homes(by_door: dict[Key, list[Household]], text: str, code: str) -> list[Household]:
    try:
        door = parse(text, numbers=(code,))
    except AddressDoubt:
        return []
    exact = by_door.get((door.building, door.unit, door.room))
    if exact or (door.unit and door.building):
        return exact or []
    return _loosely(by_door, door)


def _loosely(by_door: dict[Key, list[Household]], door: Address) -> list[Household]:
    """Where building or unit is not written: the households of the one door that fits; of several none."""
    fitting = [
        homes
        for (building, unit, room), homes in by_door.items()
        if room == door.room and door.building in ("", building) and door.unit in ("", unit)
    ]
    return fitting[0] if len(fitting) == 1 else []
