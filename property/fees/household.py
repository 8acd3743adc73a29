"""What a household was billed, paid and owes, in the words of its own page and of the committee's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community.questions import Row, rows_for
from core import clock
from core.money import yuan
from core.quarters import Month
from core.sql import Within, as_day
from property.fees.receipts import span
from property.fees.standing import Standing, standing
from property.models import Bill, Book, FeeSchedule, Payment, Publication, PublicationLeaf, Relief, Vehicle
from property.querysets import fen_of, yuan_of

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Household

BILLS_SHOWN = 400
PAYMENTS_SHOWN = 60
QUARTERS_SHOWN = 12
ZERO = Decimal("0.00")
_FOUND = "the fees of a household already found"
Kind = Bill.Kind
Basis = FeeSchedule.Basis


@dataclass(frozen=True)
class BillLine:
    """Bills of one fee for months that follow each other and were worked out alike; yuan."""

    label: str
    months: str
    how: str
    amount: Decimal
    paid: Decimal
    due_on: Any

    @property
    def left(self) -> Decimal:
        """What is open; below zero, what the household has to its credit."""
        return self.amount - self.paid

    @property
    def is_late(self) -> bool:
        return self.left > 0 and self.due_on < clock.today()


@dataclass(frozen=True)
class HouseholdFees:
    """Everything on the page of a household's fees; `now` says what is owed and prepaid."""

    household: Household
    book: Book
    now: Standing
    lines: Sequence[BillLine]
    payments: Sequence[Payment]
    reliefs: Sequence[Relief] = field(default_factory=list)
    vehicles: Sequence[Vehicle] = field(default_factory=list)
    quarters: Sequence[Publication] = field(default_factory=list)

    @property
    def owed(self) -> Decimal:
        """What is to be paid; 0.00 where nothing is, or where there is something to the household's credit."""
        return max(self.now.owed, ZERO)

    @property
    def open_lines(self) -> list[BillLine]:
        return [line for line in self.lines if line.left]

    @property
    def settled_lines(self) -> list[BillLine]:
        """The newest first."""
        return [line for line in reversed(self.lines) if not line.left]

    @property
    def paid_this_year(self) -> Decimal:
        year = clock.today().year
        return sum((one.amount for one in self.payments if one.paid_on.year == year and one.number), ZERO)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was ever billed or paid."""
        return not self.lines and not self.payments


def fees_of(household: Household, book: Book) -> HouseholdFees:
    """What is known of a household found already; eight queries."""
    bills = Bill.objects.of_household(household).of_book(book)
    rows = list(bills.with_paid().select_related("schedule", "vehicle").order_by("-month", "-pk")[:BILLS_SHOWN])
    rows_of_payments = Payment.objects.of_household(household).of_book(book).select_related("account", "voucher")
    payments = list(rows_of_payments.order_by("-taken_at", "-pk")[:PAYMENTS_SHOWN])
    reliefs = Relief.objects.of_household(household).of_book(book).select_related("schedule")
    return HouseholdFees(
        household=household,
        book=book,
        now=standing(household),
        lines=lines_of(reversed(rows)),
        payments=payments,
        reliefs=list(reliefs.order_by("-starts_on", "-pk")),
        vehicles=list(Vehicle.objects.of_household(household).of_book(book).order_by("-starts_on", "-pk")),
        quarters=_quarters(book, household),
    )


def _quarters(book: Book, household: Household) -> list[Publication]:
    """The quarters in whose sum a payment of the household is, the newest first, each in its newest version."""
    rows = Publication.objects.unscoped(reason="what was published of the books of one's own estate").filter(book=book)
    own = PublicationLeaf.objects.unscoped(reason="of a household found already").filter(household=household)
    counted = rows.filter(pk__in=own.values("publication"))
    return list(counted.out().current().select_related("book__estate")[:QUARTERS_SHOWN])


def lines_of(bills: Iterable[Bill]) -> list[BillLine]:
    """Bills, oldest month first and with `paid_fen`, gathered into lines that people can follow."""
    runs: dict[tuple[Any, ...], list[list[Bill]]] = {}
    order: list[list[Bill]] = []
    for bill in bills:
        key = (
            bill.schedule_id, bill.vehicle_id, bill.kind, bill.quantity, bill.rate, bill.relief_percent, bill.due_on,
            _is_settled(bill),
        )  # fmt: skip
        found = runs.setdefault(key, [])
        if found and str(Month.parse(found[-1][-1].month).next()) == bill.month:
            found[-1].append(bill)
        else:
            found.append([bill])
            order.append(found[-1])
    return [_line(part) for part in order]


def _is_settled(bill: Bill) -> bool:
    return not bill.amount - yuan_of(bill.paid_fen)


def _line(bills: Sequence[Bill]) -> BillLine:
    first = bills[0]
    return BillLine(
        label=_("%(fee)s补差") % {"fee": first.label} if first.kind == Kind.ADJUSTMENT else first.label,
        months=span([bill.month for bill in bills]),
        how=how(bills),
        amount=sum((bill.amount for bill in bills), ZERO),
        paid=yuan_of(sum(bill.paid_fen for bill in bills)),
        due_on=first.due_on,
    )


def how(bills: Sequence[Bill]) -> str:
    """How bills of one fee and rate were worked out: "61.08 平方米 × 0.55 元 × 3 个月"."""
    first = bills[0]
    if first.schedule is None:
        return _("以前的账上欠的")
    if first.kind == Kind.ADJUSTMENT:
        return _("后来按“%(sum)s”重新算过，这是差额") % {"sum": _product(first, 1)}
    text = _product(first, len(bills))
    relief = sum((bill.relief for bill in bills), ZERO)
    if not relief:
        return text
    words = {"sum": text, "percent": first.relief_percent, "relief": yuan(relief)}
    return _("%(sum)s，减免 %(percent)d%%，少交 %(relief)s 元") % words


def _product(bill: Bill, months: int) -> str:
    """A rate times what it is of, times the months."""
    assert bill.schedule is not None
    words: dict[str, Any] = {"rate": plain_rate(bill.rate), "n": months}
    if bill.schedule.basis == Basis.AREA:
        words["area"] = f"{bill.quantity:,.2f}"
        return (
            ngettext("%(area)s 平方米 × %(rate)s 元 × %(n)d 个月", "%(area)s 平方米 × %(rate)s 元 × %(n)d 个月", months)
            % words
        )
    if bill.schedule.basis == Basis.VEHICLE:
        words["plate"] = str(bill.vehicle.plate) if bill.vehicle is not None else ""
        return (
            ngettext("%(plate)s：每月 %(rate)s 元 × %(n)d 个月", "%(plate)s：每月 %(rate)s 元 × %(n)d 个月", months)
            % words
        )
    return ngettext("每户每月 %(rate)s 元 × %(n)d 个月", "每户每月 %(rate)s 元 × %(n)d 个月", months) % words


def plain_rate(rate: Decimal) -> str:
    """0.4000 as 0.40, 0.5550 as 0.555, 100.0000 as 100."""
    if rate == rate.to_integral_value():
        return f"{rate:.0f}"
    cents = rate.quantize(Decimal("0.01"))
    return f"{cents if cents == rate else rate.normalize():f}"


def own_owed(user: User) -> tuple[Decimal, date | None] | None:
    """What the user's households owe together and the day the oldest open bill was due; None where nothing was ever
    billed. One query."""
    return owed_in(rows_for(user, own_bills))


def own_bills(user: User) -> list[Within] | None:
    """The question of `own_owed`."""
    own = user.scope.households
    if not own:
        return None
    rows: Any = Bill.objects.unscoped(reason="the user's own households").filter(
        Q(household__in=own) | Q(household__merged_into__in=own)
    )
    narrowed = rows.with_paid().order_by().values_list(fen_of(F("amount")), "paid_fen", "due_on")
    return [Within(narrowed, "fen, paid, due_on", _OWED, width=3)]


_OWED = """
SELECT COUNT(*), CAST(SUM(fen - paid) AS bigint), MIN(due_on) FILTER (WHERE fen > paid) FROM narrowed"""


def owed_in(rows: list[Row]) -> tuple[Decimal, date | None] | None:
    """What the answer to `own_bills` says, as `own_owed` has it."""
    return next(((yuan_of(fen), as_day(due_on)) for bills, fen, due_on in rows if bills), None)
