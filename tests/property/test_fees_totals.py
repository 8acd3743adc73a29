"""What was billed and received, by household, by item and by age; merged records; what is kept about a person."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import personal, retention
from core import clock
from core.quarters import Quarter
from grids.actions import merge_households
from property.fees import actions as fees
from property.fees.ageing import AgeingRow, ageing, bucket, months_after
from property.fees.billing import preview_billing
from property.fees.posting import control
from property.fees.standing import standing
from property.fees.totals import ItemTotals, collection, item_totals, owed, paid_by_household, received
from property.models import Bill, Payment, Relief, Vehicle, Voucher
from property.verification import verify
from tests.factories import BuildingFactory, HouseholdFactory, MembershipFactory, UserFactory, resident_of
from tests.property.fees import AUGUST, JULY, NOW, fee_estate

pytestmark = pytest.mark.django_db
Q3 = Quarter(2026, 3)
TODAY = NOW.date()


@pytest.fixture
def estate():
    with clock.at(NOW):
        estate = fee_estate()
        estate.rate()
        yield estate


def four(*amounts):
    return tuple(Decimal(amount) for amount in amounts)


def test_how_a_quarter_came_in(estate):
    paid, part, none, relieved = (estate.home() for _number in range(4))
    estate.relieve(relieved, percent=50)
    estate.bill()
    estate.pay(paid, "200")
    estate.pay(part, "100", paid_on=date(2026, 8, 1))
    estate.pay(relieved, "90")
    estate.refund(paid, "5")
    estate.undo(estate.pay(none, "60"))
    found = collection(estate.committee.book, Q3.start, Q3.end)
    assert (found.households_due, found.households_paid, found.rate) == (4, 2, Decimal("50.0"))
    assert (found.billed, found.relief, found.net) == (720, 90, 630)
    assert (found.received, found.prepaid) == (385, 15)
    assert sum(row.total for row in ageing(estate.committee.book, Q3.end)) == 260
    assert paid_by_household(estate.committee.book, Q3.start, Q3.end) == {
        paid.pk: 195,
        part.pk: 100,
        relieved.pk: 90,
    }
    assert paid_by_household(estate.committee.book, date(2026, 8, 1), date(2026, 8, 1)) == {part.pk: 100}
    assert item_totals(estate.committee.book, Q3.start, Q3.end) == {
        ("430101", "fee"): ItemTotals(billed=Decimal(630), received=Decimal(370), relief=Decimal(90)),
        ("2203", "fee"): ItemTotals(received=Decimal(15)),
    }
    before = collection(estate.committee.book, date(2026, 4, 1), date(2026, 6, 30))
    assert (before.households_due, before.rate, before.received) == (0, None, 0)


def test_what_is_prepaid_counts_for_its_item_when_it_pays(estate):
    household = estate.home()
    estate.pay(household, "100", paid_on=date(2026, 7, 5))
    estate.bill(AUGUST, AUGUST)
    items = item_totals(estate.committee.book, AUGUST.start, AUGUST.end)
    assert items["430101", "fee"].received == 60
    assert items["2203", "fee"].received == -60
    assert received(estate.committee.book, AUGUST.start, AUGUST.end) == 0
    assert item_totals(estate.committee.book, JULY.start, JULY.end) == {
        ("2203", "fee"): ItemTotals(received=Decimal(100))
    }


def test_what_is_owed_by_age_and_building_without_a_name(estate):
    other = BuildingFactory(estate=estate.committee.book.estate, community=estate.committee.book.community, order=9)
    here, there = estate.home(), HouseholdFactory(dwelling__unit__building=other, dwelling__area=5000)
    fees.bring_forward(
        estate.committee.book, here, by=estate.committee.bookkeeper, owed=Decimal("77.70"), due_on=date(2023, 6, 30)
    )
    estate.bill()
    estate.pay(there, "30")
    assert ageing(estate.committee.book, TODAY) == [
        AgeingRow(str(estate.building), four("180", "0", "0", "77.70")),
        AgeingRow(str(other), four("60", "0", "0", "0")),
    ]
    # The bills are due on 31 August 2026.
    assert ageing(estate.committee.book, date(2026, 12, 1))[0].buckets == four("0", "180", "0", "77.70")
    assert ageing(estate.committee.book, date(2027, 9, 1))[0].buckets == four("0", "0", "180", "77.70")
    assert ageing(estate.committee.book, date(2028, 9, 1))[0].buckets == four("0", "0", "0", "257.70")
    assert ageing(estate.committee.book, date(2026, 7, 1)) == [
        AgeingRow(str(estate.building), four("0", "0", "0", "77.70"))
    ]
    text = str(ageing(estate.committee.book, TODAY))
    assert str(here) not in text
    assert str(there) not in text


def test_a_credit_is_set_off_against_the_oldest_and_is_no_debt(estate):
    household = estate.home()
    estate.bill(JULY, AUGUST)
    estate.relieve(household, percent=100, ends_on=date(2026, 7, 15))
    estate.bill(JULY, AUGUST)
    assert ageing(estate.committee.book, TODAY)[0].total == 60
    estate.pay(household, "60")
    assert ageing(estate.committee.book, TODAY) == []
    estate.relieve(household, percent=100)
    estate.bill(JULY, AUGUST)
    assert (owed(household), standing(household).prepaid) == (0, 60)


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(0, 1200))
def test_every_age_has_its_place(due_on, days):
    on = due_on + timedelta(days=days)
    place = bucket(due_on, on)
    bounds = [months_after(due_on, months) for months in (3, 12, 24)]
    assert place == sum(on > bound for bound in bounds)
    assert bucket(due_on, due_on - timedelta(days=days)) == 0


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(-30, 30))
def test_months_after_keep_to_the_month(day, months):
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_records_that_are_one_household_owe_and_pay_as_one(estate):
    kept, gone = estate.home(), estate.home(area=None)
    MembershipFactory(household=kept)
    MembershipFactory(household=gone)
    rubbish = estate.rate(name="垃圾清运费", basis="household", rate=Decimal("8"))
    estate.bill(JULY, JULY)
    estate.pay(gone, "5")
    estate.pay(kept, "10")
    assert (standing(kept).owed, standing(gone).owed) == (58, 3)
    merge_households(kept, gone, by=UserFactory())
    assert Bill.objects.filter(household=gone).count() == 1, "the bill is as it was"
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert standing(kept).owed == 61
    assert paid_by_household(estate.committee.book, Q3.start, Q3.end) == {kept.pk: 15}
    # One household is billed once: what the second record was billed too much is taken back.
    preview = preview_billing(estate.committee.book, JULY, JULY)
    assert [(row.charge.household, row.charge.schedule, row.amount) for row in preview.rows] == [
        (kept.pk, rubbish, Decimal("-8.00"))
    ]
    estate.bill(JULY, JULY)
    assert standing(kept).owed == 53
    assert preview_billing(estate.committee.book, JULY, JULY).is_empty
    assert Bill.objects.visible_to(resident_of(kept)).count() == 4


def test_an_estate_that_begins_within_a_year(estate):
    with clock.at(NOW):
        opening = [("1121", "fee", Decimal("300")), ("2203", "fee", Decimal("40")), ("1002", "fee", Decimal("1000"))]
        other = fee_estate(opening=opening)
        other.rate()
        owing, ahead = other.home(), other.home()
        fees.bring_forward(other.committee.book, owing, by=other.committee.bookkeeper, owed=Decimal("300"))
        fees.bring_forward(other.committee.book, ahead, by=other.committee.bookkeeper, prepaid=Decimal("40"))
        assert [(one.book, one.waiting, one.difference) for one in control(other.committee.book)] == [
            (0, 300, 0),
            (0, 40, 0),
        ]
        other.post(Voucher.objects.get(book=other.committee.book))
        assert [(one.book, one.waiting, one.difference) for one in control(other.committee.book)] == [
            (300, 0, 0),
            (40, 0, 0),
        ]
        run = other.bill(JULY, JULY)
        assert (run.prepaid_used, standing(ahead).owed, standing(owing).owed) == (40, 20, 360)
        assert paid_by_household(other.committee.book, date(2026, 1, 1), Q3.end) == {}
        other.pay(owing, "310")
        assert Bill.objects.filter(household=owing).with_paid().get(month="2026-07").paid_fen == 1000
        other.post(run.voucher)
        other.post(other.draft_day())
        assert [one.difference for one in control(other.committee.book)] == [0]
        assert verify(other.committee.book).is_good


def test_what_is_kept_of_a_household_is_taken_along(estate):
    household = estate.home()
    estate.parking(household)
    estate.relieve(household, percent=50)
    estate.bill(JULY, JULY)
    estate.pay(household, "10", payer="王建国")
    user = resident_of(household)
    sections = {one.slug: one.rows for _room, found in personal.sections(user) for one in found}
    assert [row["paid"] for row in sections["fee_bills"]] == ["10.00", "0.00"]
    assert str(sections["fee_payments"][0]["payer"]) == "王＊＊"
    assert sections["reliefs"][0]["reason"] == "低保户"
    assert len(sections["vehicles"]) == 1
    stranger = {one.slug for _room, found in personal.sections(resident_of(estate.home())) for one in found if one.rows}
    assert not stranger & {"fee_bills", "fee_payments", "reliefs", "vehicles"}


def test_what_goes_with_a_person_and_what_stays(estate):
    household = estate.home()
    resident = MembershipFactory(household=household).resident
    estate.parking(household)
    relief = estate.relieve(household, ends_on=date(2026, 7, 31))
    estate.bill(JULY, JULY)
    estate.pay(household, "1")
    fees.end_vehicle(Vehicle.objects.get(), by=estate.committee.bookkeeper, ends_on=TODAY)
    effect = next(one for one in personal.effects(resident) if one.room == "物业收费")
    assert [one.number for one in effect.goes] == [1, 1]
    assert [one.number for one in effect.stays] == [2, 1]
    personal.erase(resident, by=UserFactory())
    relief.refresh_from_db()
    assert (relief.reason.plain, relief.percent, Vehicle.objects.get().plate.plain) == ("", 100, "")
    assert (Bill.objects.count(), Payment.objects.count()) == (2, 1)


def test_plates_and_reasons_are_forgotten_in_time(estate):
    household = estate.home()
    estate.parking(household)
    estate.relieve(household, ends_on=date(2026, 7, 31))
    fees.end_vehicle(Vehicle.objects.get(), by=estate.committee.bookkeeper, ends_on=TODAY)
    community = estate.committee.book.community
    assert (retention.due(community)["vehicle_plates"], retention.due(community)["relief_reasons"]) == (0, 0)
    with clock.at(NOW + timedelta(days=3 * 365 + 1)):
        retention.run([community])
    assert Vehicle.objects.get().plate.plain == ""
    assert Relief.objects.get().reason.plain == ""
