"""Any sequence of bills, payments, refunds, reliefs, undoing, posting and closing keeps every identity to the fen."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core import clock
from core.quarters import Month
from core.refusal import Refused
from grids.models import Dwelling, Household
from property import actions
from property.fees import actions as fees
from property.fees.billing import preview_billing
from property.fees.posting import control, waiting_days
from property.fees.standing import standing
from property.fees.totals import ageing, collection, item_totals, paid_by_household, received
from property.models import (
    Account,
    Allocation,
    Bill,
    BillingRun,
    LedgerMonth,
    MonthlyBalance,
    Payment,
    Relief,
    Vehicle,
    Voucher,
)
from property.verification import verify
from tests.factories import HouseholdFactory
from tests.property.fees import NOW, FeeEstate, fee_estate

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")
WHO = st.integers(0, 3)
FUNDS = st.sampled_from(["fee", "public"])
CHANGES = st.sampled_from(["area", "relief", "relief", "no_relief", "rate", "no_vehicle", "moves"])
MEANS = st.sampled_from(["cash", "bank", "wechat", "alipay"])


def total(rows: Any, field: str = "amount") -> Decimal:
    found = rows.aggregate(sum=Sum(field))["sum"]
    return Decimal(found or 0).quantize(Decimal("0.01"))


class Fees(RuleBasedStateMachine):
    """Four households behind four doors, two with a vehicle; the days go by."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        atomic = transaction.atomic()
        atomic.__enter__()
        self.stack.callback(self._roll_back, atomic)
        self.moment: datetime = NOW
        self.stack.enter_context(clock.at(self.moment))
        self.estate: FeeEstate = fee_estate()
        self.book = self.estate.committee.book

    @staticmethod
    def _roll_back(atomic: Any) -> None:
        transaction.set_rollback(True)
        atomic.__exit__(None, None, None)

    def teardown(self) -> None:
        try:
            assert verify(self.book).is_good
        finally:
            self.stack.close()

    @initialize()
    def settle_in(self) -> None:
        self.households = [self.estate.home(area=area) for area in (10000, 8853, 6107, 12345)]
        self.rate = self.estate.rate()
        self.parking = self.estate.parking(*self.households[:2])
        self.estate.bill(Month(2026, 7), Month(2026, 8))
        self.estate.pay(self.households[0], "500")
        self.estate.pay(self.households[2], "90")

    def refusable(self, act: Any) -> Any:
        """What is refused changes nothing."""
        try:
            with transaction.atomic():
                return act()
        except Refused:
            return None

    # What time and the register do ---------------------------------------------------------------------------------

    @rule(days=st.integers(1, 40))
    def days_go_by(self, days: int) -> None:
        self.moment += timedelta(days=days)
        self.stack.enter_context(clock.at(self.moment))

    @rule(what=CHANGES, who=WHO, size=st.integers(1, 100), days=st.integers(-70, 20))
    def the_register_changes(self, what: str, who: int, size: int, days: int) -> None:
        """An area, a relief, a rate, a vehicle or a household is another one, from now on or from a while ago."""
        getattr(self, f"_{what}")(self.households[who], size, self.moment.date() + timedelta(days=days))

    def _area(self, household: Household, size: int, day: date) -> None:
        Dwelling.objects.filter(pk=household.dwelling_id).update(area=size * 300)

    def _relief(self, household: Household, size: int, day: date) -> None:
        given = {"percent": size, "starts_on": day, "decided_on": self.moment.date()}
        self.refusable(lambda: self.estate.relieve(household, **given))

    def _no_relief(self, household: Household, size: int, day: date) -> None:
        for relief in Relief.objects.of_book(self.book)[:1]:
            fees.drop_relief(relief, by=self.estate.committee.bookkeeper, reason="登错")

    def _rate(self, household: Household, size: int, day: date) -> None:
        given = {"rate": Decimal(size) / 77, "first": Month.of(day)}
        given["rate"] = given["rate"].quantize(Decimal("0.0001"))
        changed = self.refusable(lambda: fees.change_rate(self.rate, by=self.estate.committee.bookkeeper, **given))
        self.rate = changed or self.rate

    def _no_vehicle(self, household: Household, size: int, day: date) -> None:
        vehicle = Vehicle.objects.of_book(self.book).filter(ends_on__isnull=True).first()
        if vehicle is not None:
            self.refusable(lambda: fees.end_vehicle(vehicle, by=self.estate.committee.bookkeeper, ends_on=day))

    def _moves(self, household: Household, size: int, day: date) -> None:
        Household.objects.filter(pk=household.pk).update(left_on=day)
        self.households[self.households.index(household)] = HouseholdFactory(dwelling=household.dwelling)

    # What the committee does ---------------------------------------------------------------------------------------

    @rule(back=st.integers(0, 4), length=st.integers(1, 4))
    def bills_are_made(self, back: int, length: int) -> None:
        months = Month.range(Month(2026, 7), Month.of(self.moment.date()))
        first = months[max(0, len(months) - 1 - back)]
        last = Month.range(first, Month(first.year + 1, first.number))[length - 1]
        run = self.refusable(lambda: self.estate.bill(first, last))
        if run is not None:
            assert preview_billing(self.book, first, last).is_empty
            assert self.estate.bill(first, last).pk in set(BillingRun.objects.values_list("pk", flat=True))

    @rule(payments=st.lists(st.tuples(WHO, st.integers(1, 250), FUNDS, MEANS), min_size=1, max_size=4))
    def money_comes(self, payments: list[tuple[int, int, str, str]]) -> None:
        """So many percent of what is owed, or of 60 yuan where nothing is."""
        for who, percent, fund, means in payments:
            owed = max(standing(self.households[who]).owed, Decimal(60))
            amount = (owed * percent / 100).quantize(Decimal("0.01"))
            self.refusable(
                lambda who=who, amount=amount, fund=fund, means=means: self.estate.pay(
                    self.households[who], amount, fund=fund, means=means
                )
            )

    @rule(share=st.integers(1, 4))
    def money_goes_back(self, share: int) -> None:
        """Something to whoever has the most to be given back."""
        household = max(self.households, key=lambda one: standing(one).refundable)
        amount = (standing(household).refundable / share).quantize(Decimal("0.01"))
        self.refusable(lambda: self.estate.refund(household, amount, means="bank"))

    @rule(place=st.integers(0, 30))
    def one_is_undone(self, place: int) -> None:
        payments = list(Payment.objects.of_book(self.book).exclude(kind="undo").order_by("-number"))
        if payments:
            self.refusable(lambda: self.estate.undo(payments[place % len(payments)]))

    @rule(given_up=st.booleans(), posted=st.integers(0, 3), closes=st.booleans())
    def the_books_follow(self, given_up: bool, posted: int, closes: bool) -> None:
        """The days are drafted, a draft is given up, some vouchers are posted, a month is closed."""
        self._draft_days()
        drafts = Voucher.objects.of_book(self.book).filter(state="draft").order_by("day", "pk")
        for voucher in drafts.reverse()[: int(given_up)]:
            actions.void(voucher, by=self.estate.committee.bookkeeper)
            for run in BillingRun.objects.of_book(self.book).filter(voucher=voucher):
                self.refusable(lambda run=run: fees.draft_run(run, by=self.estate.committee.bookkeeper))
        for voucher in list(drafts if closes else drafts[:posted]):
            self.refusable(lambda voucher=voucher: self.estate.post(voucher))
        if closes:
            self._draft_days()
            month = LedgerMonth.objects.of_book(self.book).open().order_by("month").first()
            assert month is not None
            self.refusable(lambda: actions.close_month(month, by=self.estate.committee.bookkeeper))

    def _draft_days(self) -> None:
        for day in waiting_days(self.book):
            self.refusable(lambda day=day: self.estate.draft_day(day))

    # What is always true -------------------------------------------------------------------------------------------

    @invariant()
    def the_books_say_what_bills_and_payments_say(self) -> None:
        for one in control(self.book):
            assert one.difference == 0, one
        bills, payments = Bill.objects.of_book(self.book), Payment.objects.of_book(self.book)
        paid = total(Allocation.objects.of_book(self.book))
        register = {(one.code, one.fund): one.register for one in control(self.book)}
        receivable = sum((amount for (code, _fund), amount in register.items() if code == "1121"), ZERO)
        assert receivable == total(bills, "gross") - total(bills, "relief") - paid
        assert register.get(("2203", "fee"), ZERO) == total(payments) - paid
        assert all(fund == "fee" for code, fund in register if code == "2203")

    @invariant()
    def every_household_stands_where_it_can(self) -> None:
        prepaid = ZERO
        for household in Household.objects.filter(building=self.estate.building):
            stands = standing(household)
            prepaid += stands.prepaid
            assert stands.prepaid_fen >= 0
            for one in stands.positions:
                assert min(0, one.amount) <= one.paid <= max(0, one.amount)
            owes = any(one.fund == "fee" and one.left > 0 for one in stands.positions)
            assert not (owes and stands.prepaid_fen), "nothing is prepaid while a fee is owed"
        assert prepaid == total(Payment.objects.of_book(self.book)) - total(Allocation.objects.of_book(self.book))

    @invariant()
    def sums_of_households_are_the_published_sum(self) -> None:
        first, last = self.book.opened_on, self.moment.date()
        by_household = paid_by_household(self.book, first, last)
        assert sum(by_household.values(), ZERO) == received(self.book, first, last)
        assert sum((one.received for one in item_totals(self.book, first, last).values()), ZERO) == received(
            self.book, first, last
        )
        found = collection(self.book, first, last)
        assert found.received == received(self.book, first, last)
        assert found.net == total(Bill.objects.of_book(self.book))
        owed: dict[tuple[Any, str], Decimal] = {}
        for bill in Bill.objects.of_book(self.book).with_paid():
            key = bill.household_id, bill.fund
            owed[key] = owed.get(key, ZERO) + bill.amount - Decimal(bill.paid_fen) / 100
        assert sum((row.total for row in ageing(self.book, last)), ZERO) == sum(
            (left for left in owed.values() if left > 0), ZERO
        )

    @invariant()
    def opening_and_in_and_out_is_closing(self) -> None:
        """The money in the books, and what waits for a voucher, is what households paid less what they got back."""
        held = sum(Account.objects.of_book(self.book).money_by_fund().values(), ZERO)
        waiting = Payment.objects.of_book(self.book).exclude(voucher__state="posted")
        assert held + total(waiting) == total(Payment.objects.of_book(self.book))
        numbers = list(Payment.objects.of_book(self.book).order_by("year", "number").values_list("year", "number"))
        years = {year for year, _number in numbers}
        assert numbers == [
            (year, number) for year in sorted(years) for number in range(1, sum(one[0] == year for one in numbers) + 1)
        ]
        months = Month(2026, 6), Month.of(self.moment.date())
        for row in Account.objects.statement(self.book, *months):
            assert row.closing == row.opening + row.debit - row.credit
        posted = MonthlyBalance.objects.of_book(self.book).aggregate(d=Sum(F("debit")), c=Sum(F("credit")))
        assert posted["d"] == posted["c"]


@pytest.mark.long
def test_every_identity_holds_whatever_happens() -> None:
    run_state_machine_as_test(
        Fees,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
