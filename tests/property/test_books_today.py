"""What the books' rooms ask of whom today."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from community import today
from community.models import User
from core import clock
from core.quarters import Month
from property import entries
from property.budget.actions import Planned, draft_budget
from property.counts.actions import count_cash, witness_count
from property.handover.actions import begin_handover, sign_handover
from property.models import Voucher
from property.recurring.actions import make_recurring
from tests.factories import FullCommittee, UserFactory, full_committee_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def committee() -> FullCommittee:
    with clock.at(datetime(2025, 11, 20, 4, tzinfo=UTC)):
        made = full_committee_of(opening=[("1001", "fee", Decimal("100.00"))])
        made.post(Voucher.objects.get())
        yield made


def titles(user: User) -> str:
    user.__dict__.pop("scope", None)
    return " · ".join(ask.title for ask in today.gather(user))


def test_the_bookkeeper_is_asked_for_what_comes_back(committee):
    item = entries.Item(committee.account("510101"), "fee", Decimal("1800.00"))
    make_recurring(
        committee.book,
        by=committee.bookkeeper,
        kind="payment",
        summary="门卫工资",
        lines=entries.paid([item], committee.account("1002")),
        day=10,
        every=1,
        first=Month(2025, 10),
    )
    assert "2 张定期凭证到期了" in titles(committee.bookkeeper)
    assert "定期凭证" not in titles(committee.cashier)


def test_a_count_asks_for_a_witness_and_then_for_its_draft(committee):
    count = count_cash(
        committee.book, by=committee.cashier, account=committee.account("1001"), pieces={100: 90}, explanation="不明"
    )
    assert "等人监盘" in titles(committee.supervisor)
    assert "等人监盘" not in titles(committee.cashier)
    witness_count(count, by=committee.supervisor)
    assert "等人监盘" not in titles(committee.chair)
    assert "相差 -10.00 元" in titles(committee.bookkeeper)


def test_the_chair_is_asked_to_approve_a_budget(committee):
    plan = [Planned(committee.account("510101"), "fee", Decimal("1800.00"))]
    draft_budget(committee.book, by=committee.bookkeeper, year=2025, lines=plan)
    assert "2025 年预算 第 1 版等您批准" in titles(committee.chair)
    assert "预算" not in titles(committee.reviewer)


def test_whose_signature_is_missing_is_asked(committee):
    handover = begin_handover(
        committee.book,
        by=committee.cashier,
        office="cashier",
        leaving=committee.cashier,
        successor=committee.reviewer,
    )
    assert "交接" in titles(committee.cashier)
    assert "交接" in titles(committee.reviewer)
    assert "交接" not in titles(committee.chair)
    for who in (committee.cashier, committee.reviewer):
        handover = sign_handover(handover, by=who, digest=handover.digest)
    assert "交接" in titles(committee.chair)
    assert titles(UserFactory()) == ""
