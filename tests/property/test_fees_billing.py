"""Bills: what is due by the register, once, and what differs later."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from community.models import AuditEvent
from core import clock
from core.quarters import Month
from core.refusal import Refused
from grids.models import Household
from property import actions
from property.fees import actions as fees
from property.fees.billing import preview_billing
from property.fees.oddities import OddityKind
from property.fees.posting import control
from property.fees.standing import standing
from property.models import Allocation, Bill, BillingRun, FeeSchedule, LedgerMonth, Posting, Voucher
from property.verification import verify
from tests.factories import (
    BuildingFactory,
    HouseholdFactory,
    MembershipFactory,
    UserFactory,
    committee_of,
    resident_of,
)

pytestmark = pytest.mark.django_db
JULY, AUGUST, SEPTEMBER = Month(2026, 7), Month(2026, 8), Month(2026, 9)
DUE = date(2026, 8, 31)


@pytest.fixture
def now():
    with clock.at(datetime(2026, 8, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))):
        yield


@pytest.fixture
def committee(now):
    """A committee whose book began in July 2026."""
    return committee_of(opened_on=date(2026, 7, 1))


@pytest.fixture
def building(committee):
    return BuildingFactory(estate=committee.book.estate, community=committee.book.community)


def home_in(building, *, area=8853, **fields):
    return HouseholdFactory(dwelling__unit__building=building, dwelling__area=area, **fields)


def rate(committee, **fields):
    """0.60 yuan a square metre and month from July on."""
    fields.setdefault("name", "物业费")
    fields.setdefault("basis", "area")
    fields.setdefault("rate", Decimal("0.6"))
    fields.setdefault("first", JULY)
    fields.setdefault("account", committee.account("430101"))
    return fees.add_schedule(committee.book, by=committee.bookkeeper, **fields)


def bill(committee, first=JULY, last=SEPTEMBER):
    return fees.run_billing(committee.book, by=committee.bookkeeper, first=first, last=last, due_on=DUE)


def pay(committee, household, amount, **fields):
    fields.setdefault("means", "cash")
    fields.setdefault("paid_on", clock.today())
    return fees.take_payment(committee.book, household, by=committee.cashier, amount=Decimal(amount), **fields)


def postings(voucher):
    rows = Posting.objects.filter(voucher=voucher).select_related("account")
    return [(row.account.code, row.fund, row.debit - row.credit) for row in rows]


def test_a_quarter_is_billed_by_the_month_and_drafted_as_one_voucher(committee, building):
    rate(committee)
    household = home_in(building)
    run = bill(committee)
    # 88.53 m² × 0.60 = 53.118: rounded once a bill.
    assert list(Bill.objects.values_list("household", "month", "amount", "quantity", "rate")) == [
        (household.pk, month, Decimal("53.12"), Decimal("88.53"), Decimal("0.6"))
        for month in ("2026-07", "2026-08", "2026-09")
    ]
    assert (run.bills, run.households, run.gross, run.amount) == (3, 1, Decimal("159.36"), Decimal("159.36"))
    assert run.voucher.kind == Voucher.Kind.JOURNAL
    assert (run.voucher.day, run.day) == (clock.today(), clock.today())
    assert postings(run.voucher) == [("1121", "fee", Decimal("159.36")), ("430101", "fee", Decimal("-159.36"))]
    committee.post(run.voucher)
    assert [(one.code, one.book, one.difference) for one in control(committee.book)] == [("1121", Decimal("159.36"), 0)]
    assert AuditEvent.objects.filter(verb="fees_billed", target_id=str(run.pk)).exists()


@pytest.mark.parametrize(("area", "amount"), [(10000, "60.00"), (8855, "53.13"), (8857, "53.14"), (1, "0.01")])
def test_half_a_fen_is_rounded_up(committee, building, area, amount):
    rate(committee)
    home_in(building, area=area)
    bill(committee, JULY, JULY)
    assert Bill.objects.get().amount == Decimal(amount)


def test_a_second_run_changes_nothing(committee, building):
    rate(committee)
    home_in(building)
    first = bill(committee)
    assert bill(committee) == first
    assert preview_billing(committee.book, JULY, SEPTEMBER).is_empty
    assert (Bill.objects.count(), BillingRun.objects.count(), Voucher.objects.count()) == (3, 1, 1)


def test_a_run_of_more_months_bills_those_that_are_missing(committee, building):
    rate(committee)
    home_in(building)
    bill(committee, JULY, JULY)
    run = bill(committee)
    assert run.bills == 2
    assert not Bill.objects.filter(kind="adjustment").exists()


def test_by_household_by_vehicle_and_for_one_building(committee, building):
    other = BuildingFactory(estate=committee.book.estate, community=committee.book.community)
    here, there = home_in(building), home_in(other, area=None)
    rate(committee, name="垃圾清运费", basis="household", rate=Decimal("8"))
    rate(committee, name="电梯费", basis="household", rate=Decimal("20"), building=other)
    income = committee.account("490201")
    rate(committee, name="停车费", basis="vehicle", rate=Decimal("120"), account=income, fund="public")
    for plate in ("苏L12345", "苏L23456"):
        fees.add_vehicle(committee.book, there, by=committee.bookkeeper, plate=plate, starts_on=date(2026, 7, 15))
    run = bill(committee, JULY, AUGUST)
    assert {
        (one.household_id, one.schedule.name, one.month): one.amount
        for one in Bill.objects.select_related("schedule").filter(vehicle__isnull=True)
    } == {
        (here.pk, "垃圾清运费", "2026-07"): 8,
        (here.pk, "垃圾清运费", "2026-08"): 8,
        (there.pk, "垃圾清运费", "2026-07"): 8,
        (there.pk, "垃圾清运费", "2026-08"): 8,
        (there.pk, "电梯费", "2026-07"): 20,
        (there.pk, "电梯费", "2026-08"): 20,
    }
    # A vehicle counts for the months that it is there on the first day of.
    assert list(Bill.objects.filter(vehicle__isnull=False).values_list("month", "amount", "fund")) == [
        ("2026-08", 120, "public"),
        ("2026-08", 120, "public"),
    ]
    assert postings(run.voucher) == [
        ("1121", "fee", 72),
        ("1121", "public", 240),
        ("430101", "fee", -72),
        ("490201", "public", -240),
    ]


def test_a_relief_is_income_that_is_let_off(committee, building):
    rate(committee)
    household = home_in(building, area=10000)
    relieve(committee, household, percent=30, starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 31))
    relieve(committee, household, percent=50, starts_on=date(2026, 8, 1), ends_on=date(2026, 8, 31))
    run = bill(committee)
    assert list(Bill.objects.values_list("month", "gross", "relief", "amount", "relief_percent")) == [
        ("2026-07", 60, 0, 60, 0),
        ("2026-08", 60, 30, 30, 50),
        ("2026-09", 60, 0, 60, 0),
    ]
    assert postings(run.voucher) == [
        ("1121", "fee", 180),
        ("430101", "fee", -180),
        ("430102", "fee", 30),
        ("1121", "fee", -30),
    ]


def relieve(committee, household, **fields):
    fields.setdefault("percent", 100)
    fields.setdefault("starts_on", date(2026, 7, 1))
    fields.setdefault("reason", "低保户")
    fields.setdefault("decided_by", "自管会 7 月会议")
    fields.setdefault("decided_on", date(2026, 7, 2))
    return fees.add_relief(committee.book, household, by=committee.bookkeeper, **fields)


def test_a_relief_of_one_rate_alone(committee, building):
    household = home_in(building, area=10000)
    area = rate(committee)
    rate(committee, name="垃圾清运费", basis="household", rate=Decimal("8"))
    relieve(committee, household, schedule=area, percent=100)
    bill(committee, JULY, JULY)
    assert set(Bill.objects.values_list("schedule__name", "amount")) == {("物业费", 0), ("垃圾清运费", 8)}


def test_late_changes_are_billed_as_what_differs(committee, building):
    schedule = rate(committee)
    household = home_in(building, area=10000)
    bill(committee)
    household.dwelling.area = 9000
    household.dwelling.save()
    relieve(committee, household, percent=50, starts_on=date(2026, 9, 1))
    run = bill(committee)
    made = Bill.objects.filter(run=run).values_list("month", "kind", "gross", "relief", "amount")
    assert list(made) == [
        ("2026-07", "adjustment", -6, 0, -6),
        ("2026-08", "adjustment", -6, 0, -6),
        ("2026-09", "adjustment", -6, 27, -33),
    ]
    assert postings(run.voucher) == [
        ("1121", "fee", -18),
        ("430101", "fee", 18),
        ("430102", "fee", 27),
        ("1121", "fee", -27),
    ]
    fees.change_rate(schedule, by=committee.bookkeeper, rate=Decimal("0.7"), first=AUGUST, decided="8 月会议")
    bill(committee)
    sums = {}
    for month, amount in Bill.objects.values_list("month", "amount"):
        sums[month] = sums.get(month, 0) + amount
    assert sums == {"2026-07": 54, "2026-08": 63, "2026-09": Decimal("31.50")}
    assert preview_billing(committee.book, JULY, SEPTEMBER).is_empty
    assert standing(household).owed == Decimal("148.50")


def test_what_was_paid_too_much_becomes_prepaid_and_pays_the_next_bill(committee, building):
    rate(committee)
    household = home_in(building, area=10000)
    bill(committee, JULY, JULY)
    pay(committee, household, "60")
    relieve(committee, household, percent=50)
    run = bill(committee, JULY, JULY)
    assert (run.prepaid_used, standing(household).prepaid, standing(household).owed) == (-30, 30, 0)
    assert postings(run.voucher)[-2:] == [("2203", "fee", -30), ("1121", "fee", 30)]
    run = bill(committee, AUGUST, AUGUST)
    assert (run.prepaid_used, standing(household).prepaid, standing(household).owed) == (30, 0, 0)
    assert postings(run.voucher)[-2:] == [("2203", "fee", 30), ("1121", "fee", -30)]


def test_who_moves_keeps_the_bill_and_the_next_pays_from_the_month_after(committee, building):
    rate(committee)
    before = home_in(building, area=10000)
    MembershipFactory(household=before, starts_on=date(2020, 1, 1))
    bill(committee)
    Household.objects.filter(pk=before.pk).update(left_on=date(2026, 8, 15))
    after = HouseholdFactory(dwelling=before.dwelling)
    MembershipFactory(household=after, starts_on=date(2026, 8, 20))
    run = bill(committee)
    assert set(Bill.objects.filter(run=run).values_list("household", "month", "amount", "kind")) == {
        (before.pk, "2026-09", -60, "adjustment"),
        (after.pk, "2026-09", 60, "fee"),
    }
    assert run.voucher is None, "the two cancel each other out in the books"
    assert (standing(before).owed, standing(after).owed) == (120, 60)
    assert fees.draft_run(run, by=committee.bookkeeper) is None


def test_one_household_a_door_the_owner_before_the_tenant(committee, building):
    rate(committee)
    tenant = home_in(building, area=10000, kind="renting")
    owner = HouseholdFactory(dwelling=tenant.dwelling)
    HouseholdFactory(dwelling=tenant.dwelling, kind="registered_only")
    bill(committee, JULY, JULY)
    assert Bill.objects.get().household == owner


def test_records_made_one_are_not_billed_twice(committee, building):
    rate(committee)
    gone = home_in(building, area=10000)
    bill(committee)
    pay(committee, gone, "60")
    kept = HouseholdFactory(dwelling=gone.dwelling)
    Household.objects.filter(pk=gone.pk).update(merged_into=kept, left_on=date(2026, 8, 1))
    assert preview_billing(committee.book, JULY, SEPTEMBER).is_empty
    assert standing(kept).owed == 120
    pay(committee, kept, "120")
    assert standing(kept).owed == 0


def test_what_looks_odd_is_said_before(committee, building):
    rate(committee)
    unknown = home_in(building, area=None)
    empty = home_in(building)
    Household.objects.filter(pk=empty.pk).update(left_on=date(2026, 6, 1))
    absent = home_in(building, kind="registered_only")
    late = home_in(building)
    MembershipFactory(household=late, starts_on=date(2026, 8, 1))
    relieved = home_in(building, area=10000)
    relieve(committee, relieved, percent=50, ends_on=date(2026, 7, 31))
    preview = preview_billing(committee.book, JULY, SEPTEMBER)
    assert {(one.kind, one.label, one.is_billed) for one in preview.oddities} == {
        (OddityKind.NO_AREA, str(unknown), False),
        (OddityKind.NOBODY, str(empty), False),
        (OddityKind.NOT_LIVED_IN, str(absent), True),
        (OddityKind.ARRIVED_LATER, str(late), True),
        (OddityKind.RELIEF_OVER, str(relieved), True),
    }
    assert preview.households == 3
    assert (preview.gross, preview.relief) == (Decimal("498.72"), Decimal("30.00"))
    assert [(one.bills, one.amount) for one in preview.totals] == [(9, Decimal("468.72"))]


def test_much_more_than_before_is_said(committee, building):
    rate(committee)
    household = home_in(building, area=10000)
    bill(committee, JULY, JULY)
    household.dwelling.area = 100000
    household.dwelling.save()
    preview = preview_billing(committee.book, AUGUST, SEPTEMBER)
    assert [(one.kind, one.household) for one in preview.oddities] == [(OddityKind.MUCH_MORE, household.pk)]
    assert "600.00" in preview.oddities[0].text


def test_no_rate_and_nothing_to_bill(committee, building):
    home_in(building)
    assert [one.kind for one in preview_billing(committee.book, JULY, JULY).oddities] == [OddityKind.NO_RATE]
    with pytest.raises(Refused, match="没有要出的账单"):
        bill(committee)


def test_a_run_of_a_month_that_is_over_is_of_its_last_day(committee, building):
    rate(committee)
    home_in(building)
    assert bill(committee, JULY, JULY).day == date(2026, 7, 31)
    LedgerMonth.objects.filter(month="2026-07").update(
        state="closed", closed_at=clock.now(), closed_by=committee.cashier
    )
    rate(committee, name="垃圾清运费", basis="household", rate=Decimal("8"))
    assert bill(committee, JULY, JULY).day == clock.today()


@pytest.mark.parametrize(
    ("first", "last", "due_on", "says"),
    [
        (Month(2026, 6), JULY, DUE, "期初欠费"),
        (AUGUST, JULY, DUE, "不能早于"),
        (SEPTEMBER, SEPTEMBER, DUE, "2026-09-01"),
        (JULY, Month(2027, 7), DUE, "12"),
        (JULY, SEPTEMBER, date(2026, 6, 30), "期限"),
    ],
)
def test_months_that_cannot_be_billed(committee, building, first, last, due_on, says):
    rate(committee)
    home_in(building)
    with pytest.raises(Refused, match=says):
        fees.run_billing(committee.book, by=committee.bookkeeper, first=first, last=last, due_on=due_on)


def test_only_the_bookkeeper_bills(committee, building):
    schedule = rate(committee)
    household = home_in(building)
    for by in (committee.cashier, committee.reviewer, UserFactory(), resident_of(household)):
        with pytest.raises(Refused):
            fees.run_billing(committee.book, by=by, first=JULY, last=JULY, due_on=DUE)
        with pytest.raises(Refused):
            fees.end_schedule(schedule, by=by, last=AUGUST)


def test_a_draft_that_was_given_up_is_drafted_again(committee, building):
    rate(committee)
    home_in(building)
    run = bill(committee)
    assert fees.draft_run(run, by=committee.bookkeeper) == run.voucher
    actions.void(run.voucher, by=committee.bookkeeper)
    again = fees.draft_run(run, by=committee.bookkeeper)
    assert again != run.voucher
    committee.post(again)
    assert verify(committee.book).is_good
    assert [one.difference for one in control(committee.book)] == [0]


def test_rates_begin_and_end_and_do_not_overlap(committee, building):
    schedule = rate(committee)
    with pytest.raises(Refused, match="已经有标准"):
        rate(committee, first=SEPTEMBER)
    with pytest.raises(Refused, match="已经有标准"):
        rate(committee, building=building)
    fees.end_schedule(schedule, by=committee.bookkeeper, last=AUGUST)
    later = rate(committee, first=SEPTEMBER, rate=Decimal("0.7"))
    # Entered by mistake: it ends before it begins, and another takes its place.
    fees.end_schedule(later, by=committee.bookkeeper, last=AUGUST)
    rate(committee, first=SEPTEMBER, rate=Decimal("0.8"))
    home_in(building, area=10000)
    bill(committee)
    assert list(Bill.objects.values_list("month", "amount")) == [("2026-07", 60), ("2026-08", 60), ("2026-09", 80)]
    assert list(FeeSchedule.objects.visible_to(resident_of(Household.objects.get())).values_list("rate", flat=True))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"rate": Decimal("0")}, "大于零"),
        ({"rate": Decimal("0.12345")}, "四位小数"),
        ({"name": " "}, "什么费"),
        ({"basis": "door"}, "怎样计费"),
        ({"fund": "other"}, "哪项资金"),
        ({"first": Month(2026, 6)}, "2026-07-01"),
        ({"last": Month(2026, 6)}, "不能早于"),
        ({"account": "1121"}, "收入科目"),
        ({"account": "430102"}, "收入科目"),
        ({"account": "4301"}, "收入科目"),
    ],
)
def test_rates_that_make_no_sense(committee, fields, says):
    if "account" in fields:
        fields = fields | {"account": committee.account(fields["account"])}
    with pytest.raises(Refused, match=says):
        rate(committee, **fields)


def test_a_relief_entered_by_mistake_is_taken_away(committee, building):
    rate(committee)
    household = home_in(building, area=10000)
    relief = relieve(committee, household)
    bill(committee, JULY, JULY)
    with pytest.raises(Refused):
        fees.drop_relief(relief, by=committee.bookkeeper, reason=" ")
    fees.drop_relief(relief, by=committee.bookkeeper, reason="登错了人")
    bill(committee, JULY, JULY)
    assert standing(household).owed == 60
    assert "低保" not in str(list(AuditEvent.objects.values_list("changes", "target_label")))


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("property_bill", "UPDATE property_bill SET amount = amount + 1, gross = gross + 1"),
        ("property_bill", "DELETE FROM property_bill"),
        ("property_payment", "UPDATE property_payment SET amount = amount + 1"),
        ("property_payment", "UPDATE property_payment SET number = number + 1"),
        ("property_payment", "UPDATE property_payment SET reference = 'x'"),
        ("property_payment", "DELETE FROM property_payment"),
        ("property_allocation", "UPDATE property_allocation SET amount = amount + 1"),
        ("property_allocation", "DELETE FROM property_allocation"),
        ("property_billingrun", "UPDATE property_billingrun SET amount = amount + 1"),
        ("property_billingrun", "UPDATE property_billingrun SET voucher_id = NULL"),
        ("property_billingrun", "DELETE FROM property_billingrun"),
        ("property_feeschedule", "UPDATE property_feeschedule SET rate = rate + 1"),
        ("property_feeschedule", "DELETE FROM property_feeschedule"),
    ],
)
def test_the_database_keeps_what_was_billed_and_paid(committee, building, table, sql):
    rate(committee)
    household = home_in(building)
    committee.post(bill(committee).voucher)
    pay(committee, household, "60")
    assert Allocation.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
