"""Fifty at the counter at once: nothing is taken twice, no number is skipped or given out twice.

An estate has one cashier; fifty phones and windows may still send at the same moment.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection

from core import clock
from core.refusal import Refused
from property.fees import actions as fees
from property.fees.standing import standing
from property.fees.totals import paid_by_household
from property.models import Allocation, Bill, BillingRun, Payment
from tests.property.fees import DUE, JULY, NOW, SEPTEMBER, fee_estate

pytestmark = pytest.mark.django_db(transaction=True)
CASHIERS = 50


@pytest.fixture
def estate():
    with clock.at(NOW):
        estate = fee_estate()
        estate.rate()
        yield estate


def at_once(number, act):
    """Let so many threads act at the same moment, each on a connection of its own; gives what each was told."""
    start, said = Barrier(number), [None] * number

    def run(place):
        try:
            start.wait()
            with clock.at(NOW + timedelta(seconds=place)):
                said[place] = act(place)
        except Refused as refusal:
            said[place] = refusal
        finally:
            connection.close()

    threads = [Thread(target=run, args=[place]) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_fifty_cashiers_at_once(estate):
    """Half of them take the same payments as the other half: by transaction number, or sent twice by a double click.
    Every fifth one asks for too much and is refused."""
    book = estate.committee.book
    households = [estate.home() for _number in range(10)]
    estate.bill()
    keys = [uuid4() for _number in range(CASHIERS // 2)]

    def take(place):
        same = place % (CASHIERS // 2)
        too_much = same % 5 == 4
        return fees.take_payment(
            book,
            households[same % 10],
            by=estate.committee.cashier,
            amount=Decimal("100000") if too_much else Decimal("50.01"),
            means="wechat",
            paid_on=NOW.date(),
            reference=f"42{same:06}" if same % 2 else "",
            key=None if same % 2 else keys[same],
        )

    said = at_once(CASHIERS, take)
    payments = list(Payment.objects.order_by("number"))
    assert [one.number for one in payments] == list(range(1, 21)), "20 of 25 may be taken, each once"
    assert len({one.reference for one in payments if one.reference}) == 10
    assert len({one.key for one in payments if one.key}) == 10
    # Too much is refused both times; a number taken twice is refused once; a double click is given what was made.
    assert sum(isinstance(one, Refused) for one in said) == 10 + 10
    assert len([one for one in said if isinstance(one, Payment)]) == 30
    assert sum(paid_by_household(book, NOW.date(), NOW.date()).values()) == 20 * Decimal("50.01")
    for bill in Bill.objects.with_paid():
        assert 0 <= bill.paid_fen <= bill.amount * 100
    for household in households:
        paid = sum((one.amount for one in payments if one.household_id == household.pk), Decimal(0))
        assert standing(household).owed - standing(household).prepaid == 180 - paid


def test_one_payment_is_undone_once(estate):
    household = estate.home()
    estate.bill()
    payment = estate.pay(household, "100")
    said = at_once(8, lambda place: fees.undo_payment(payment, by=estate.committee.cashier, reason="登错了"))
    assert sum(isinstance(one, Payment) for one in said) == 1
    assert standing(household).owed == 180
    assert list(Payment.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_a_run_at_once_bills_once(estate):
    for _number in range(5):
        estate.home()
    book, by = estate.committee.book, estate.committee.bookkeeper
    said = at_once(6, lambda place: fees.run_billing(book, by=by, first=JULY, last=SEPTEMBER, due_on=DUE))
    assert len({one.pk for one in said}) == 1
    assert (BillingRun.objects.count(), Bill.objects.count()) == (1, 15)


def test_what_is_prepaid_is_given_back_once(estate):
    household = estate.home()
    estate.pay(household, "100")
    book, by = estate.committee.book, estate.committee.cashier

    def give(place):
        return fees.refund(
            book, household, by=by, amount=Decimal(60), means="cash", paid_on=NOW.date(), reason="搬走了"
        )

    said = at_once(6, give)
    assert sum(isinstance(one, Payment) for one in said) == 1
    assert standing(household).prepaid == 40
    assert not Allocation.objects.exists()
