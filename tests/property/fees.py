"""An estate that bills its households: what the tests of fees begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core import clock
from core.quarters import Month
from grids.models import Building, Household
from property import actions
from property.fees import actions as fees
from property.models import BillingRun, FeeSchedule, Payment, Relief, Voucher
from tests.factories import BuildingFactory, Committee, HouseholdFactory, committee_of

JULY, AUGUST, SEPTEMBER = Month(2026, 7), Month(2026, 8), Month(2026, 9)
DUE = date(2026, 8, 31)
NOW = datetime(2026, 8, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class FeeEstate:
    """A committee and a building; its book began on 1 July 2026."""

    committee: Committee
    building: Building

    def home(self, *, area: int | None = 10000, **fields: Any) -> Household:
        """A household behind a door of its own, of 100 m² unless told otherwise (`area` in 0.01 m²)."""
        return HouseholdFactory(dwelling__unit__building=self.building, dwelling__area=area, **fields)

    def rate(self, **fields: Any) -> FeeSchedule:
        """0.60 yuan a square metre and month from July on, unless told otherwise."""
        fields = {
            "name": "物业费",
            "basis": "area",
            "rate": Decimal("0.6"),
            "first": JULY,
            "account": self.committee.account(fields.pop("code", "430101")),
        } | fields
        return fees.add_schedule(self.committee.book, by=self.committee.bookkeeper, **fields)

    def parking(self, *households: Household, **fields: Any) -> FeeSchedule:
        """120 yuan of the public fund for each vehicle of these households, there since June."""
        for household in households:
            plate = f"苏L{str(household.pk.int)[-5:]}"
            since = date(2026, 6, 1)
            fees.add_vehicle(self.committee.book, household, by=self.committee.bookkeeper, plate=plate, starts_on=since)
        given = {"name": "停车费", "basis": "vehicle", "rate": Decimal("120"), "code": "490201", "fund": "public"}
        return self.rate(**given | fields)

    def relieve(self, household: Household, **fields: Any) -> Relief:
        given: dict[str, Any] = {
            "percent": 100,
            "starts_on": date(2026, 7, 1),
            "reason": "低保户",
            "decided_by": "自管会 7 月会议",
            "decided_on": date(2026, 7, 2),
        }
        return fees.add_relief(self.committee.book, household, by=self.committee.bookkeeper, **given | fields)

    def bill(self, first: Month = JULY, last: Month = SEPTEMBER) -> BillingRun:
        return fees.run_billing(
            self.committee.book, by=self.committee.bookkeeper, first=first, last=last, due_on=max(DUE, first.end)
        )

    def pay(self, household: Household, amount: str | Decimal, **fields: Any) -> Payment:
        given = {"means": "cash", "paid_on": clock.today()}
        return fees.take_payment(
            self.committee.book, household, by=self.committee.cashier, amount=Decimal(amount), **given | fields
        )

    def refund(self, household: Household, amount: str | Decimal, **fields: Any) -> Payment:
        given = {"means": "cash", "paid_on": clock.today(), "reason": "搬走了"}
        return fees.refund(
            self.committee.book, household, by=self.committee.cashier, amount=Decimal(amount), **given | fields
        )

    def undo(self, payment: Payment, reason: str = "登错了") -> Payment:
        return fees.undo_payment(payment, by=self.committee.cashier, reason=reason)

    def draft_day(self, day: date | None = None) -> Voucher | None:
        return fees.draft_day(self.committee.book, day or clock.today(), by=self.committee.bookkeeper)

    def post(self, voucher: Voucher) -> Voucher:
        """Take a voucher through the three offices, as what it is: money of several means, or none."""
        voucher = actions.submit(voucher, by=self.committee.bookkeeper)
        voucher = actions.approve(voucher, by=self.committee.reviewer, version=voucher.version)
        means = "none" if voucher.kind == Voucher.Kind.JOURNAL else "mixed"
        return actions.settle(
            voucher, by=self.committee.cashier, version=voucher.version, settled_on=voucher.day, means=means
        )


def fee_estate(**book: Any) -> FeeEstate:
    committee = committee_of(**{"opened_on": date(2026, 7, 1)} | book)
    building = BuildingFactory(estate=committee.book.estate, community=committee.book.community)
    return FeeEstate(committee, building)
