"""Payments: what they pay, what becomes of the rest, refunds, undoing, receipt numbers, the day's voucher."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from community.models import AuditEvent
from core import clock
from core.refusal import Refused
from grids.models import Household
from property import actions
from property.entries import Line
from property.fees import actions as fees
from property.fees.posting import control, waiting_days
from property.fees.standing import standing
from property.models import Allocation, Bill, LedgerMonth, Payment, Posting, Voucher
from property.verification import verify
from tests.factories import EstateFactory, HouseholdFactory, UserFactory, resident_of
from tests.property.fees import AUGUST, JULY, NOW, SEPTEMBER, fee_estate

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def estate():
    with clock.at(NOW):
        estate = fee_estate()
        estate.rate()
        yield estate


@pytest.fixture
def household(estate):
    """A household that owes 60 yuan for each month of the quarter."""
    household = estate.home()
    estate.bill()
    return household


def paid(household):
    rows = Bill.objects.of_household(household).with_paid().oldest_first()
    return [(bill.month, bill.paid_fen // 100) for bill in rows]


def lines(voucher):
    rows = Posting.objects.filter(voucher=voucher).select_related("account")
    return [(row.account.code, row.fund, row.debit - row.credit) for row in rows]


def test_the_oldest_month_is_paid_first_and_a_part_is_a_part(estate, household):
    payment = estate.pay(household, "100", payer="王建国", reference="")
    assert paid(household) == [("2026-07", 60), ("2026-08", 40), ("2026-09", 0)]
    assert (payment.receipt_no, payment.kind, payment.account.code) == ("2026-00001", "receipt", "1001")
    assert str(payment.payer) == "王＊＊"
    assert standing(household).owed == 80
    assert AuditEvent.objects.get(verb="fee_paid").household_id == household.pk


def test_the_rest_is_prepaid_up_to_twelve_months(estate, household):
    with pytest.raises(Refused, match=r"多出 0\.01 元.*720\.00"):
        estate.pay(household, "900.01")
    estate.pay(household, "900")
    assert (standing(household).owed, standing(household).prepaid) == (0, 720)
    with pytest.raises(Refused, match="12 个月"):
        estate.pay(household, "0.01")


def test_nobody_prepays_what_is_not_charged(estate):
    unknown = estate.home(area=None)
    with pytest.raises(Refused, match="12 个月"):
        estate.pay(unknown, "10")


def test_fees_before_other_funds_unless_it_is_given_for_them(estate, household):
    estate.parking(household, first=JULY)
    estate.bill(JULY, JULY)
    first = estate.pay(household, "200")
    assert standing(household).owed_by_fund == {"public": 100}
    estate.undo(first)
    estate.pay(household, "150", fund="public")
    assert standing(household).owed_by_fund == {"fee": 150}


@pytest.mark.parametrize(
    ("means", "code"), [("cash", "1001"), ("bank", "1002"), ("wechat", "100901"), ("alipay", "100902")]
)
def test_the_day_is_one_voucher(estate, household, means, code):
    other = estate.home()
    estate.parking(household, first=AUGUST)
    estate.bill(AUGUST, AUGUST)
    estate.post(Voucher.objects.get(billing_runs__households=1, billing_runs__first_month="2026-07"))
    estate.pay(household, "300", means=means)
    estate.pay(household, "10", means=means)
    estate.pay(other, "90")
    voucher = estate.draft_day()
    assert (voucher.kind, voucher.day, voucher.amount) == (Voucher.Kind.RECEIPT, TODAY, 400)
    sums = {}
    for account, fund, amount in lines(voucher):
        sums[account, fund] = sums.get((account, fund), 0) + amount
    expected = {("1121", "fee"): -240, ("1121", "public"): -120, ("2203", "fee"): -40}
    into = {(code, "fee"): 190, (code, "public"): 120}
    into["1001", "fee"] = into.get(("1001", "fee"), 0) + 90
    assert sums == expected | into
    assert estate.draft_day() == voucher, "nothing new has come in"
    assert set(Payment.objects.values_list("voucher", flat=True)) == {voucher.pk}
    for run in estate.committee.book.billing_runs.exclude(voucher__state="posted"):
        estate.post(run.voucher)
    estate.post(voucher)
    assert [(one.code, one.book, one.difference) for one in control(estate.committee.book)] == [("2203", 40, 0)]
    assert verify(estate.committee.book).is_good


def test_what_comes_later_that_day(estate, household):
    estate.pay(household, "10")
    first = estate.draft_day()
    estate.pay(household, "20")
    assert waiting_days(estate.committee.book) == [TODAY]
    second = estate.draft_day()
    first.refresh_from_db()
    assert (first.state, second.amount) == (Voucher.State.VOIDED, 30)
    assert waiting_days(estate.committee.book) == []
    actions.submit(second, by=estate.committee.bookkeeper)
    estate.pay(household, "5")
    third = estate.draft_day()
    second.refresh_from_db()
    assert (second.state, third.amount) == (Voucher.State.SUBMITTED, 5)


def test_a_day_without_money_and_one_that_cancels_out(estate, household):
    assert estate.draft_day() is None
    estate.undo(estate.pay(household, "10"))
    assert estate.draft_day() is None
    assert waiting_days(estate.committee.book) == []


def test_what_bills_and_receipts_say_is_not_changed_by_hand(estate, household):
    estate.pay(household, "10")
    voucher = estate.draft_day()
    with pytest.raises(Refused, match="自动生成"):
        actions.change_draft(
            voucher,
            by=estate.committee.bookkeeper,
            version=voucher.version,
            day=voucher.day,
            summary="x",
            lines=[
                Line(row.account, row.fund, row.debit, row.credit) for row in Posting.objects.filter(voucher=voucher)
            ],
        )
    posted = estate.post(voucher)
    with pytest.raises(Refused, match="自动生成"):
        actions.reverse(posted, by=estate.committee.bookkeeper, day=TODAY, reason="x")


def test_an_undone_payment_opens_its_bills_again(estate, household):
    payment = estate.pay(household, "100")
    undone = estate.undo(payment)
    assert paid(household) == [("2026-07", 0), ("2026-08", 0), ("2026-09", 0)]
    assert (undone.amount, undone.origin, undone.receipt_no) == (-100, payment, "2026-00002")
    for wrong in (payment, undone):
        with pytest.raises(Refused):
            estate.undo(wrong)
    with pytest.raises(Refused, match="为什么"):
        estate.undo(estate.pay(household, "1"), reason=" ")


def test_undoing_the_earlier_one_leaves_the_later_ones_bills_alone(estate, household):
    first = estate.pay(household, "60")
    estate.pay(household, "60")
    estate.undo(first)
    assert paid(household) == [("2026-07", 0), ("2026-08", 60), ("2026-09", 0)]


def test_undone_after_its_money_went_on(estate, household):
    """What was prepaid by it has paid a bill since: that bill is open again."""
    payment = estate.pay(household, "240")
    with clock.at(NOW.replace(month=10)):
        estate.bill(SEPTEMBER.next(), SEPTEMBER.next())
        assert standing(household).prepaid == 0
        undone = estate.undo(payment)
        assert paid(household)[-1] == ("2026-10", 0)
        assert (standing(household).owed, standing(household).prepaid) == (240, 0)
        assert undone.paid_on == TODAY, "its day is on no voucher yet"


def test_undone_when_the_day_is_in_the_books_it_is_of_today(estate, household):
    payment = estate.pay(household, "60")
    estate.post(estate.draft_day())
    payment.refresh_from_db()
    with clock.at(NOW.replace(day=20)):
        undone = estate.undo(payment)
        assert undone.paid_on == date(2026, 8, 20)
        voucher = estate.draft_day()
        assert lines(voucher) == [("1001", "fee", -60), ("1121", "fee", 60)]
        assert voucher.kind == Voucher.Kind.PAYMENT


def test_undoing_pays_the_opened_bill_from_what_is_prepaid(estate, household):
    first = estate.pay(household, "180")
    estate.pay(household, "100")
    estate.undo(first)
    assert paid(household) == [("2026-07", 60), ("2026-08", 40), ("2026-09", 0)]
    assert standing(household).prepaid == 0


def test_a_refund_is_of_what_is_prepaid(estate, household):
    payment = estate.pay(household, "200")
    with pytest.raises(Refused, match=r"20\.00"):
        estate.refund(household, "20.01")
    with pytest.raises(Refused, match="为什么"):
        estate.refund(household, "20", reason="")
    refund = estate.refund(household, "20", payee="王建国")
    assert (refund.amount, standing(household).prepaid, refund.receipt_no) == (-20, 0, "2026-00002")
    voucher = estate.draft_day()
    assert lines(voucher) == [("1001", "fee", 180), ("1121", "fee", -180)]
    with pytest.raises(Refused, match="已经退给住户"):
        estate.undo(_prepaid_and_refunded(estate))
    estate.undo(refund)
    assert standing(household).prepaid == 20
    estate.undo(payment)
    assert (standing(household).owed, standing(household).prepaid) == (180, 0)


def _prepaid_and_refunded(estate):
    """A payment of a household without bills, given back as a whole."""
    household = estate.home()
    payment = estate.pay(household, "50")
    estate.refund(household, "50")
    return payment


def test_a_credit_of_another_fund_is_refunded_in_that_fund(estate, household):
    estate.parking(household, first=AUGUST)
    run = estate.bill(AUGUST, AUGUST)
    estate.pay(household, "300")
    vehicle = household.vehicles.get()
    fees.end_vehicle(vehicle, by=estate.committee.bookkeeper, ends_on=date(2026, 7, 31))
    estate.bill(AUGUST, AUGUST)
    assert (standing(household).owed_by_fund, standing(household).refundable) == ({"public": -120}, 120)
    estate.refund(household, "120", means="bank")
    assert standing(household).owed_by_fund == {}
    assert lines(estate.draft_day()) == [
        ("1001", "fee", 180),
        ("1001", "public", 120),
        ("1002", "public", -120),
        ("1121", "fee", -180),
    ]
    assert run.voucher is not None


def test_the_same_transaction_is_not_taken_twice(estate, household):
    first = estate.pay(household, "10", means="wechat", reference=" 4200001234 ")
    with pytest.raises(Refused, match=first.receipt_no):
        estate.pay(estate.home(), "10", means="wechat", reference="4200001234")
    estate.pay(household, "10", means="alipay", reference="4200001234")
    estate.undo(first)
    estate.pay(household, "10", means="wechat", reference="4200001234")


def test_the_same_submission_is_one_payment(estate, household):
    key = uuid4()
    first = estate.pay(household, "10", key=key)
    assert estate.pay(household, "10", key=key) == first
    estate.pay(household, "200")
    back = estate.refund(household, "10", key=(other := uuid4()))
    assert estate.refund(household, "10", key=other) == back
    assert [one.number for one in Payment.objects.order_by("number")] == [1, 2, 3]


def test_numbers_begin_anew_with_the_year_and_the_book(estate, household):
    estate.pay(household, "10")
    with clock.at(NOW.replace(year=2027, month=1)):
        assert estate.pay(household, "10").receipt_no == "2027-00001"
        other = fee_estate(estate=EstateFactory(community=estate.committee.book.community))
        other.rate()
        assert other.pay(other.home(), "10").receipt_no == "2027-00001"


def test_a_refused_payment_leaves_no_gap(estate, household):
    estate.pay(household, "10")
    with pytest.raises(Refused):
        estate.pay(household, "100000")
    assert estate.pay(household, "10").number == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"amount": "0"}, "大于零"),
        ({"amount": "-1"}, "大于零"),
        ({"amount": "1.005"}, "两位小数"),
        ({"paid_on": date(2026, 8, 11)}, "今天以后"),
        ({"paid_on": date(2026, 6, 30)}, "期初余额"),
        ({"means": "none"}, "怎样收付"),
        ({"means": "mixed"}, "怎样收付"),
        ({"means": "gold"}, "怎样收付"),
        ({"account": "1121"}, "哪个账户"),
        ({"fund": "gold"}, "哪项资金"),
    ],
)
def test_payments_that_make_no_sense(estate, household, fields, says):
    if "account" in fields:
        fields = fields | {"account": estate.committee.account(fields["account"])}
    with pytest.raises(Refused, match=says):
        estate.pay(household, fields.pop("amount", "10"), **fields)
    assert not Payment.objects.exists()


def test_a_closed_month_takes_no_payment(estate, household):
    actions.close_month(LedgerMonth.objects.get(month="2026-07"), by=estate.committee.bookkeeper)
    with pytest.raises(Refused, match="已经结账"):
        estate.pay(household, "10", paid_on=date(2026, 7, 31))


def test_households_of_elsewhere_and_merged_ones(estate, household):
    with pytest.raises(Refused, match="不在本小区"):
        estate.pay(HouseholdFactory(), "10")
    kept = HouseholdFactory(dwelling=household.dwelling)
    Household.objects.filter(pk=household.pk).update(merged_into=kept)
    household.refresh_from_db()
    with pytest.raises(Refused, match="并到另一户"):
        estate.pay(household, "10")


def test_only_the_cashier_takes_and_gives(estate, household):
    payment = estate.pay(household, "10")
    for by in (estate.committee.bookkeeper, estate.committee.reviewer, UserFactory(), resident_of(household)):
        with pytest.raises(Refused):
            fees.take_payment(estate.committee.book, household, by=by, amount=Decimal(1), means="cash", paid_on=TODAY)
        with pytest.raises(Refused):
            fees.undo_payment(payment, by=by, reason="x")


def test_who_sees_what(estate, household):
    payment = estate.pay(household, "10")
    neighbour = estate.home()
    assert set(Payment.objects.visible_to(resident_of(household))) == {payment}
    assert Bill.objects.visible_to(resident_of(household)).count() == 3
    assert Allocation.objects.visible_to(resident_of(household)).count() == 1
    for rows in (Payment, Bill, Allocation):
        assert not rows.objects.visible_to(resident_of(neighbour)).exists()
        assert not rows.objects.visible_to(UserFactory()).exists()
        assert rows.objects.visible_to(estate.committee.reviewer).exists()


def test_what_was_there_before_the_book(estate, household):
    book = estate.committee.book
    fees.bring_forward(book, household, by=estate.committee.bookkeeper, owed=Decimal("30"), prepaid=Decimal("100"))
    assert (standing(household).owed, standing(household).prepaid) == (210, 100)
    estate.pay(household, "1")
    assert paid(household) == [("2026-06", 30), ("2026-07", 60), ("2026-08", 11), ("2026-09", 0)]
    with pytest.raises(Refused, match="期初欠费"):
        fees.bring_forward(book, household, by=estate.committee.bookkeeper, owed=Decimal(1), month=JULY)


def test_a_month_is_closed_when_its_receipts_are_in_the_books(estate, household):
    estate.post(Voucher.objects.get())
    estate.pay(household, "10", paid_on=date(2026, 7, 20))
    july = LedgerMonth.objects.get(month="2026-07")
    with pytest.raises(Refused, match="没有制单"):
        actions.close_month(july, by=estate.committee.bookkeeper)
    estate.post(estate.draft_day(date(2026, 7, 20)))
    estate.undo(estate.pay(household, "10", paid_on=date(2026, 7, 21)))
    assert actions.close_month(july, by=estate.committee.bookkeeper).is_closed
