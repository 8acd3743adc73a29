"""Any sequence of bills, payments, refunds, reliefs, undoing, posting and closing keeps every identity to the fen."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime, timedelta
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
from property.models import Allocation, Bill, BillingRun, LedgerMonth, MonthlyBalance, Payment, Relief, Vehicle, Voucher
from property.verification import verify
from tests.factories import HouseholdFactory
from tests.property.fees import NOW, FeeEstate, fee_estate

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")
MONEY = st.integers(1, 60_000).map(lambda fen: Decimal(fen) / 100)
WHO = st.integers(0, 3)
FUNDS = st.sampled_from(["fee", "public"])
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

    @rule(who=WHO, area=st.integers(1000, 30000))
    def area_is_corrected(self, who: int, area: int) -> None:
        Dwelling.objects.filter(pk=self.households[who].dwelling_id).update(area=area)

    @rule(who=WHO, percent=st.integers(1, 100), days=st.integers(-60, 30))
    def relief_is_granted(self, who: int, percent: int, days: int) -> None:
        since = self.moment.date() + timedelta(days=days)
        self.refusable(
            lambda: self.estate.relieve(
                self.households[who], percent=percent, starts_on=since, decided_on=self.moment.date()
            )
        )

    @rule()
    def relief_is_dropped(self) -> None:
        relief = Relief.objects.of_book(self.book).first()
        if relief is not None:
            self.refusable(lambda: fees.drop_relief(relief, by=self.estate.committee.bookkeeper, reason="登错"))

    @rule(days=st.integers(-60, 10))
    def vehicle_is_gone(self, days: int) -> None:
        vehicle = Vehicle.objects.of_book(self.book).filter(ends_on__isnull=True).first()
        if vehicle is not None:
            day = self.moment.date() + timedelta(days=days)
            self.refusable(lambda: fees.end_vehicle(vehicle, by=self.estate.committee.bookkeeper, ends_on=day))

    @rule(who=WHO)
    def household_moves(self, who: int) -> None:
        old = self.households[who]
        Household.objects.filter(pk=old.pk).update(left_on=self.moment.date())
        self.households[who] = HouseholdFactory(dwelling=old.dwelling)

    @rule(rate=st.integers(1, 30_000), back=st.integers(0, 2))
    def rate_is_changed(self, rate: int, back: int) -> None:
        first = Month.of(self.moment.date() - timedelta(days=28 * back))
        changed = self.refusable(
            lambda: fees.change_rate(
                self.rate, by=self.estate.committee.bookkeeper, rate=Decimal(rate) / 10000, first=first
            )
        )
        self.rate = changed or self.rate

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

    @rule(who=WHO, amount=MONEY, fund=FUNDS, means=MEANS)
    def money_comes(self, who: int, amount: Decimal, fund: str, means: str) -> None:
        self.refusable(lambda: self.estate.pay(self.households[who], amount, fund=fund, means=means))

    @rule(who=WHO, share=st.integers(1, 4))
    def money_goes_back(self, who: int, share: int) -> None:
        household = self.households[who]
        most = standing(household).refundable
        if most > 0:
            amount = (most / share).quantize(Decimal("0.01"))
            self.refusable(lambda: self.estate.refund(household, amount, means="bank"))

    @rule(place=st.integers(0, 30))
    def one_is_undone(self, place: int) -> None:
        payments = list(Payment.objects.of_book(self.book).exclude(kind="undo").order_by("number"))
        if payments:
            self.refusable(lambda: self.estate.undo(payments[place % len(payments)]))

    @rule()
    def days_are_drafted(self) -> None:
        for day in waiting_days(self.book):
            self.refusable(lambda day=day: self.estate.draft_day(day))

    @rule()
    def a_voucher_is_posted(self) -> None:
        voucher = Voucher.objects.of_book(self.book).filter(state="draft").order_by("day", "pk").first()
        if voucher is not None:
            self.refusable(lambda: self.estate.post(voucher))

    @rule()
    def a_draft_is_given_up(self) -> None:
        voucher = Voucher.objects.of_book(self.book).filter(state="draft").last()
        if voucher is not None:
            actions.void(voucher, by=self.estate.committee.bookkeeper)
            for run in BillingRun.objects.of_book(self.book).filter(voucher=voucher):
                self.refusable(lambda run=run: fees.draft_run(run, by=self.estate.committee.bookkeeper))

    @rule()
    def the_books_are_brought_up_to_date_and_a_month_closes(self) -> None:
        self.days_are_drafted()
        for voucher in Voucher.objects.of_book(self.book).filter(state="draft").order_by("day", "pk"):
            self.refusable(lambda voucher=voucher: self.estate.post(voucher))
        month = LedgerMonth.objects.of_book(self.book).open().order_by("month").first()
        assert month is not None
        self.refusable(lambda: actions.close_month(month, by=self.estate.committee.bookkeeper))

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
        held = sum(MonthlyBalance.objects.of_book(self.book).money_by_fund().values(), ZERO)
        waiting = Payment.objects.of_book(self.book).exclude(voucher__state="posted")
        assert held + total(waiting) == total(Payment.objects.of_book(self.book))
        numbers = list(Payment.objects.of_book(self.book).order_by("year", "number").values_list("year", "number"))
        years = {year for year, _number in numbers}
        assert numbers == [
            (year, number) for year in sorted(years) for number in range(1, sum(one[0] == year for one in numbers) + 1)
        ]
        months = Month(2026, 6), Month.of(self.moment.date())
        for row in MonthlyBalance.objects.of_book(self.book).statement(*months):
            assert row.closing == row.opening + row.debit - row.credit
        posted = MonthlyBalance.objects.of_book(self.book).aggregate(d=Sum(F("debit")), c=Sum(F("credit")))
        assert posted["d"] == posted["c"]


def test_every_identity_holds_whatever_happens() -> None:
    run_state_machine_as_test(
        Fees,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
