"""Before a month is closed: what is worth a look is said, and stops nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from core import clock
from core.quarters import Month
from property import actions, entries
from property.counts.actions import count_cash, witness_count
from property.models import Voucher
from property.month_end import warnings
from property.recurring.actions import draft_recurring, make_recurring
from tests.factories import FullCommittee, full_committee_of

pytestmark = pytest.mark.django_db
OCTOBER = Month(2025, 10)


@pytest.fixture(autouse=True)
def november():
    with clock.at(datetime(2025, 11, 3, 4, tzinfo=UTC)):
        yield


@pytest.fixture
def committee() -> FullCommittee:
    made = full_committee_of(opening=[("1001", "fee", Decimal("580.00"))])
    made.post(Voucher.objects.get())
    return made


def open_points(committee: FullCommittee) -> list[str]:
    return [check.text for check in warnings(committee.book, OCTOBER) if not check.passed]


def test_uncounted_cash_and_what_has_not_come_back_are_named(committee, client):
    item = entries.Item(committee.account("510101"), "fee", Decimal("1800.00"))
    row = make_recurring(
        committee.book,
        by=committee.bookkeeper,
        kind="payment",
        summary="门卫工资",
        lines=entries.paid([item], committee.account("1002")),
        day=10,
        every=1,
        first=OCTOBER,
    )
    assert open_points(committee) == ["现金这个月还没有两个人一起盘点过。", "定期凭证还没制单：门卫工资。"]
    client.force_login(committee.bookkeeper)
    page = client.get(reverse("property:month_close", args=[committee.book.pk, "2025-09"])).content.decode()
    assert "请留意" in page
    counted = count_cash(
        committee.book, by=committee.cashier, account=committee.account("1001"), pieces={10_000: 5, 5_000: 1, 1_000: 3}
    )
    witness_count(counted, by=committee.supervisor)
    committee.post(draft_recurring(row, by=committee.bookkeeper, month=OCTOBER))
    assert open_points(committee) == []


def test_warnings_stop_nothing(committee):
    for month in ("2025-08", "2025-09", "2025-10"):
        actions.close_month(committee.book.months.get(month=month), by=committee.bookkeeper)
    assert open_points(committee)
