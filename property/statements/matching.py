"""What a row of a statement may be, with the reasons a person can check: a household's payment, one that is booked
already, or a voucher. Nothing is matched here; the cashier confirms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from core.money import yuan
from core.quarters import Month
from grids import address as addresses
from grids.models import Dwelling, Household, Membership
from property.fees.standing import standings
from property.models import Book, Payment, Posting, StatementRow, Voucher
from property.querysets import fen_sum, yuan_of
from property.statements.masking import names_in

_WHY = "what a statement's row of a book found before may be"
NEAR = timedelta(days=3)
_DOOR = re.compile(
    r"(?<![\d.])(?:[\d一二三四五六七八九十]{1,4}(?:号(?!楼)|院))?"
    r"[\d一二三四五六七八九十]{1,3}\s*(?:幢|栋|号楼|座|楼|[-－—_/#])\s*(?:[\d一二三四五六七八九十]{1,2}\s*(?:单元|[-－—_/#])\s*)?"
    r"\d{3,4}(?:室|号|房)?(?![\d.])"
)
_PLACE = re.compile(r"[－—_/#]")


@dataclass
class Suggestion:
    """One thing a row may be; `is_sure` when nothing else comes into question and two signs agree."""

    kind: str
    target: Any
    label: str
    reasons: list[str] = field(default_factory=list)
    weight: int = 0
    is_sure: bool = False

    @property
    def why(self) -> str:
        return "，".join(self.reasons)


def suggest(book: Book, rows: Sequence[StatementRow], most: int = 4) -> dict[UUID, list[Suggestion]]:
    """For every row that is not matched yet what it may be, the likeliest first; a fixed number of queries."""
    open_rows = [row for row in rows if not row.is_matched and row.amount]
    if not open_rows:
        return {}
    found: dict[UUID, list[Suggestion]] = {row.pk: [] for row in open_rows}
    _booked(book, open_rows, found)
    _vouchers(book, open_rows, found)
    _households(book, [row for row in open_rows if row.amount > 0], found)
    for pk, suggestions in found.items():
        _prefer_booked(suggestions)
        suggestions.sort(key=lambda one: -one.weight)
        found[pk] = _told_apart(suggestions)[:most]
    _one_each(found)
    return found


def _prefer_booked(suggestions: list[Suggestion]) -> None:
    """Money that is booked for a household already is not taken from it a second time."""
    booked = {one.target.household_id: one for one in suggestions if one.kind == "payment"}
    for one in suggestions:
        if one.kind == "household" and one.target.pk in booked:
            payment = booked[one.target.pk]
            payment.weight, payment.reasons = payment.weight + 2, [*payment.reasons, *one.reasons[:1]]
            one.weight = 1


def _told_apart(suggestions: list[Suggestion]) -> list[Suggestion]:
    """The first is sure only where it is clearly ahead of the second."""
    for place, one in enumerate(suggestions):
        behind = suggestions[1].weight if len(suggestions) > 1 else 0
        one.is_sure = place == 0 and one.weight >= 5 and one.weight - behind >= 2
    return suggestions


def _one_each(found: dict[UUID, list[Suggestion]]) -> None:
    """A payment or voucher that is likeliest for two rows is sure for neither."""
    claimed: dict[tuple[str, Any], list[Suggestion]] = {}
    for suggestions in found.values():
        if suggestions and suggestions[0].is_sure and suggestions[0].kind != "household":
            claimed.setdefault((suggestions[0].kind, suggestions[0].target.pk), []).append(suggestions[0])
    for claims in claimed.values():
        for one in claims:
            one.is_sure = len(claims) == 1


def _booked(book: Book, rows: Sequence[StatementRow], found: dict[UUID, list[Suggestion]]) -> None:
    """Payments that were booked by hand and are the same money."""
    first, last = min(row.day for row in rows) - NEAR, max(row.day for row in rows) + NEAR
    payments = (
        Payment.objects.unscoped(reason=_WHY)
        .filter(community=book.community_id, book=book, paid_on__range=(first, last), statement_row=None)
        .filter(account__in={row.account_id for row in rows}, amount__in={row.amount for row in rows})
        .exclude(kind=Payment.Kind.UNDO)
        .exclude(followed_by__kind=Payment.Kind.UNDO)
        .select_related("household__dwelling")
    )
    known = list(payments)
    for row in rows:
        for payment in known:
            if payment.account_id == row.account_id and payment.amount == row.amount:
                weight, reasons = _alike(row, payment.paid_on, payment.reference, payment.payer.plain)
                if weight:
                    label = _("%(receipt)s · %(door)s") % {"receipt": payment.receipt_no, "door": payment.household}
                    found[row.pk].append(Suggestion("payment", payment, label, reasons, weight))


def _alike(row: StatementRow, day: Any, reference: str, other: str) -> tuple[int, list[str]]:
    """How much says that something booked is this row; 0 where the days are too far apart."""
    if row.reference and reference.strip() and row.reference.strip() == reference.strip():
        return 9, [_("流水号相同")]
    apart = abs(row.day - day)
    if apart > NEAR:
        return 0, []
    weight, reasons = (
        (4, [_("金额和日期相同")]) if not apart else (3, [_("金额相同，相差 %(n)d 天") % {"n": apart.days}])
    )
    if other and row.counterparty.plain and other == row.counterparty.plain:
        weight, reasons = weight + 3, [*reasons, _("对方同名")]
    return weight, reasons


def _vouchers(book: Book, rows: Sequence[StatementRow], found: dict[UUID, list[Suggestion]]) -> None:
    """Posted vouchers that moved the same amount on the account; a day's fees are matched payment by payment."""
    first, last = min(row.day for row in rows) - NEAR, max(row.day for row in rows) + NEAR
    months = (str(Month.of(first)), str(Month.of(last)))
    moved = (
        Posting.objects.unscoped(reason=_WHY)
        .filter(account__in={row.account_id for row in rows}, voucher__book=book, voucher__state=Voucher.State.POSTED)
        .filter(voucher__month__month__range=months, voucher__statement_rows=None, voucher__fee_payments=None)
        .exclude(voucher__kind=Voucher.Kind.OPENING)
        .order_by()
        .values("voucher", "account")
        .annotate(fen=fen_sum("debit", less="credit"))
        .values_list("voucher", "account", "fen")
    )
    wanted = {(row.account_id, row.amount) for row in rows}
    sums = [(pk, account, yuan_of(fen)) for pk, account, fen in moved if (account, yuan_of(fen)) in wanted]
    vouchers = Voucher.objects.unscoped(reason=_WHY).select_related("month").in_bulk([pk for pk, _a, _s in sums])
    for row in rows:
        for pk, account, amount in sums:
            if account == row.account_id and amount == row.amount:
                voucher = vouchers[pk]
                day = voucher.settled_on or voucher.day
                weight, reasons = _alike(row, day, voucher.settled_ref, voucher.payee.plain)
                if weight:
                    label = f"{voucher.label} {voucher.summary}"
                    found[row.pk].append(Suggestion("voucher", voucher, label, reasons, weight))


def _households(book: Book, rows: Sequence[StatementRow], found: dict[UUID, list[Suggestion]]) -> None:
    """Households whose door or name the payer wrote, with what they owe."""
    doors = {row.pk: doors_in(_said(row), book.estate.code) for row in rows}
    names = {row.pk: names_in(row.counterparty.plain) | names_in(row.remark.plain) for row in rows}
    by_door = _behind_doors(book, {door for some in doors.values() for door in some})
    by_name = _named(book, {name for some in names.values() for name in some})
    meant = {one.pk for some in (*by_door.values(), *by_name.values()) for one in some}
    owed = _owed(book, meant)
    for row in rows:
        signs: dict[UUID, Suggestion] = {}
        for door in doors[row.pk]:
            for household in by_door.get(door, ()):
                _add(signs, household, 4, _("附言里写了这个门牌"))
        for name in names[row.pk]:
            for household in by_name.get(name, ()):
                _add(signs, household, 3, _("和这一户的人同名"))
        for one in signs.values():
            left = owed.get(one.target.pk, Decimal(0))
            if left and left == row.amount:
                one.weight, one.reasons = (
                    one.weight + 3,
                    [*one.reasons, _("正好是欠的 %(owed)s 元") % {"owed": yuan(left)}],
                )
            elif left:
                one.reasons.append(_("现在欠 %(owed)s 元") % {"owed": yuan(left)})
        found[row.pk] += signs.values()


def _add(signs: dict[UUID, Suggestion], household: Household, weight: int, reason: str) -> None:
    one = signs.setdefault(household.pk, Suggestion("household", household, household.dwelling.label))
    if reason not in one.reasons:
        one.weight, one.reasons = one.weight + weight, [*one.reasons, reason]


def _said(row: StatementRow) -> str:
    return f"{row.remark.plain} {row.counterparty.plain}"


def doors_in(text: str, estate_code: str) -> set[tuple[str, str, str]]:
    """(building, unit, room) of the doors that a text names; "" where it names no unit."""
    found = set()
    for match in _DOOR.finditer(text):
        try:
            door = addresses.parse(_PLACE.sub("-", match[0].strip()), numbers={estate_code})
        except addresses.AddressDoubt:
            continue
        if door.building and door.room:
            found.add((door.building, door.unit, door.room))
    return found


def _behind_doors(book: Book, doors: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], list[Household]]:
    """Who lives behind each of these doors today; a door without its unit is meant where there is only one such."""
    wanted = list(doors)
    if not wanted:
        return {}
    of_estate = Dwelling.objects.unscoped(reason=_WHY).filter(
        community=book.community_id, building__estate=book.estate_id, room_no__in={room for _b, _u, room in wanted}
    )
    places: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for pk, building, unit, room in of_estate.values_list("pk", "building__number", "unit__number", "room_no"):
        places.setdefault((building, room), []).append((unit, pk))
    behind: dict[tuple[str, str, str], list[int]] = {}
    for building, unit, room in wanted:
        there = places.get((building, room), [])
        fitting = [pk for number, pk in there if number == unit] or ([there[0][1]] if len(there) == 1 else [])
        behind[building, unit, room] = fitting
    households: dict[int, list[Household]] = {}
    for household in _current(book).filter(dwelling__in={pk for some in behind.values() for pk in some}):
        households.setdefault(household.dwelling_id, []).append(household)
    return {door: [one for pk in some for one in households.get(pk, ())] for door, some in behind.items()}


def _named(book: Book, names: Iterable[str]) -> dict[str, list[Household]]:
    """The households of the estate in which somebody of this name lives; none where there are several."""
    wanted = set(names)
    if not wanted:
        return {}
    members = Membership.objects.unscoped(reason=_WHY).current()
    of_estate = members.filter(
        community=book.community_id,
        resident__name__in=wanted,
        household__building__estate=book.estate_id,
        household__left_on=None,
        household__merged_into=None,
    )
    found: dict[str, dict[UUID, Household]] = {}
    for one in of_estate.select_related("household__dwelling", "resident"):
        found.setdefault(one.resident.name, {})[one.household_id] = one.household
    return {name: list(some.values()) for name, some in found.items() if len(some) <= 2}


def _current(book: Book) -> Any:
    rows = Household.objects.unscoped(reason=_WHY).select_related("dwelling")
    return rows.filter(community=book.community_id, building__estate=book.estate_id, left_on=None, merged_into=None)


def _owed(book: Book, households: Iterable[UUID]) -> dict[UUID, Decimal]:
    positions = standings(book, set(households))
    return {pk: yuan_of(sum(one.left for one in some)) for pk, some in positions.items()}


def search(book: Book, text: str, most: int = 12) -> list[Household]:
    """Households of the estate by door or by the name of somebody who lives there, for the cashier's own choice."""
    sought = text.strip()
    if not sought:
        return []
    by_door = _behind_doors(book, doors_in(sought, book.estate.code))
    found = {one.pk: one for some in by_door.values() for one in some}
    if not found:
        members = Membership.objects.unscoped(reason=_WHY).current().filter(resident__name=sought)
        meant = Q(dwelling__label__contains=sought) | Q(pk__in=members.values("household"))
        found = {one.pk: one for one in _current(book).filter(meant)[:most]}
    return list(found.values())[:most]
