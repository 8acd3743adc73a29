"""Invented fees of the self-managed estate: what is charged, who pays when, and a few who have not yet."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from community.models import User
from community.roles import Office
from core import clock
from core.quarters import Month, Quarter
from demo.days import published_quarters, voted_on
from demo.officers import at_noon
from grids.models import Household
from property import actions
from property.chart import Fund
from property.fees import actions as fees
from property.fees.posting import accounts_of
from property.fees.standing import standings
from property.models import Account, Book, FeeSchedule, Means, Voucher
from property.querysets import yuan_of

AREA_RATE, PLACE_RATE = Decimal("0.40"), Decimal("50.00")
VEHICLE_EVERY, RELIEF_EVERY, AHEAD_EVERY = 6, 60, 40
# One household in so many pays within the quarter, on one of so many days.
PAY_EVERY, DAYS = 4, 6
MEANS = (Means.WECHAT, Means.BANK, Means.WECHAT, Means.CASH, Means.ALIPAY)
_OURS = "the demo's own rows"


def first_quarter(today: date) -> Quarter:
    """The quarter from which on fees are billed door by door; before it the books know their sums alone."""
    return published_quarters(today)[-1]


class Fees:
    """Bills and payments, on the days on which the books are kept anyway."""

    def __init__(self, book: Book, people: dict[str, User], random: Random) -> None:
        self._book, self._people, self._random = book, people, random
        self._first = first_quarter(clock.today())
        self._doors: list[Household] = []

    def take_in(self, month: Month, today: date) -> None:
        """What happens in a month: a run at the beginning of a quarter, payments on some days."""
        quarter = month.quarter
        if quarter < self._first:
            return
        began = quarter.start + timedelta(days=2)
        paydays = {began + timedelta(days=4 + 13 * number): number for number in range(DAYS)}
        for day in (began, *paydays):
            if month.contains(day) and day < today:
                with clock.at(at_noon(day)):
                    if day == began:
                        self._bill(quarter)
                    else:
                        self._take(day, paydays[day])

    def _bill(self, quarter: Quarter) -> None:
        by = self._people[Office.BOOKKEEPER]
        if not self._doors:
            self._begin(quarter)
        months = quarter.months
        run = fees.run_billing(self._book, by=by, first=months[0], last=months[-1], due_on=quarter.months[0].end)
        if run.voucher:
            self._sign(run.voucher, Means.NONE)

    def _begin(self, quarter: Quarter) -> None:
        by, first = self._people[Office.BOOKKEEPER], quarter.months[0]
        accounts = accounts_of(self._book)
        self._rate("物业费", FeeSchedule.Basis.AREA, AREA_RATE, accounts["430101"], Fund.FEE, first)
        self._rate("停车费", FeeSchedule.Basis.VEHICLE, PLACE_RATE, accounts["490201"], Fund.PUBLIC, first)
        rows = Household.objects.unscoped(reason=_OURS).filter(
            building__estate=self._book.estate_id, head__isnull=False
        )
        doors = rows.select_related("building", "dwelling", "head").order_by("building__order", "building", "pk")
        self._doors = list(doors)
        for number, door in enumerate(self._doors):
            if number % VEHICLE_EVERY == 0:
                plate = f"苏L{self._random.randint(10000, 99999)}"
                fees.add_vehicle(self._book, door, by=by, plate=plate, starts_on=first.start)
            if number % RELIEF_EVERY == 7:
                fees.add_relief(
                    self._book,
                    door,
                    by=by,
                    percent=50,
                    reason="低保户",
                    decided_by=f"{first.year} 年第 1 次议事会决议 2 号",
                    decided_on=first.start,
                    starts_on=first.start,
                )

    def _rate(self, name: str, basis: str, rate: Decimal, account: Account, fund: str, first: Month) -> None:
        fees.add_schedule(
            self._book,
            by=self._people[Office.BOOKKEEPER],
            name=name,
            basis=basis,
            rate=rate,
            account=account,
            fund=fund,
            first=first,
            decided=f"{voted_on(self._book.opened_on).year} 年第 3 次业主表决",
        )

    def _take(self, day: date, number: int) -> None:
        """Those whose day it is pay what they owe; a few a little more."""
        owing = standings(self._book, {door.pk for door in self._doors})
        for place, door in enumerate(self._doors):
            if place % PAY_EVERY == 0 and place // PAY_EVERY % DAYS == number:
                owed = yuan_of(sum(bill.left for bill in owing.get(door.pk, ())))
                amount = owed + 100 if place % AHEAD_EVERY == 0 else owed
                if amount > 0:
                    self._pay(door, amount, day, MEANS[place // PAY_EVERY % len(MEANS)])
        voucher = fees.draft_day(self._book, day, by=self._people[Office.BOOKKEEPER])
        if voucher:
            self._sign(voucher, Means.MIXED)

    def _pay(self, door: Household, amount: Decimal, day: date, means: str) -> None:
        payer = door.head.name if door.head else ""
        fees.take_payment(
            self._book,
            door,
            by=self._people[Office.CASHIER],
            amount=amount,
            means=means,
            paid_on=day,
            payer=str(payer),
        )

    def _sign(self, voucher: Voucher, means: str) -> None:
        voucher = actions.submit(voucher, by=self._people[Office.BOOKKEEPER])
        voucher = actions.approve(voucher, by=self._people[Office.REVIEWER], version=voucher.version)
        actions.settle(
            voucher, by=self._people[Office.CASHIER], version=voucher.version, settled_on=voucher.day, means=means
        )
