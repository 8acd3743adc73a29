"""Vouchers that come back: once for each month, never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.quarters import Month
from core.refusal import Refused
from property import actions as books
from property import entries
from property.models import RecurringDraft, RecurringVoucher, Voucher
from property.recurring import actions
from property.recurring.due import missing
from tests.factories import Committee, committee_of

pytestmark = pytest.mark.django_db
NOW = datetime(2025, 11, 20, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def november():
    with clock.at(NOW):
        yield


@pytest.fixture
def committee() -> Committee:
    return committee_of()


def wages(committee: Committee, **fields) -> RecurringVoucher:
    item = entries.Item(committee.account("510101"), "fee", Decimal("1800.00"))
    given = {
        "kind": "payment",
        "summary": "门卫工资",
        "lines": entries.paid([item], committee.account("1002")),
        "day": 10,
        "every": 1,
        "first": Month(2025, 9),
    }
    return actions.make_recurring(committee.book, by=committee.bookkeeper, **{**given, **fields})


def months(committee: Committee) -> list[str]:
    return [str(month) for _row, month in missing(committee.book, Month.of(clock.today()))]


def test_every_month_is_drafted_once(committee):
    row = wages(committee)
    assert months(committee) == ["2025-09", "2025-10", "2025-11"]
    made = actions.draft_due(committee.book, by=committee.bookkeeper, upto=Month(2025, 11))
    assert [one.day for one in made] == [date(2025, 9, 10), date(2025, 10, 10), date(2025, 11, 10)]
    assert made[0].summary.startswith("门卫工资")
    assert actions.draft_due(committee.book, by=committee.bookkeeper, upto=Month(2025, 11)) == []
    with pytest.raises(Refused, match="已经制过单"):
        actions.draft_recurring(row, by=committee.bookkeeper, month=Month(2025, 10))
    assert Voucher.objects.count() == 3


def test_a_voided_draft_is_made_again(committee):
    row = wages(committee)
    first = actions.draft_recurring(row, by=committee.bookkeeper, month=Month(2025, 10))
    books.void(first, by=committee.bookkeeper)
    assert "2025-10" in months(committee)
    again = actions.draft_recurring(row, by=committee.bookkeeper, month=Month(2025, 10))
    assert RecurringDraft.objects.get().voucher == again
    assert "2025-10" not in months(committee)


def test_a_closed_month_takes_nothing_more(committee):
    wages(committee)
    committee.post(actions.draft_due(committee.book, by=committee.bookkeeper, upto=Month(2025, 9))[0])
    books.close_month(committee.book.months.get(month="2025-09"), by=committee.bookkeeper)
    assert months(committee) == ["2025-10", "2025-11"]


def test_the_last_day_of_a_short_month_and_what_has_not_come_yet(committee):
    row = wages(committee, day=31)
    assert months(committee) == ["2025-09", "2025-10"]
    assert actions.draft_recurring(row, by=committee.bookkeeper, month=Month(2025, 9)).day == date(2025, 9, 30)
    assert actions.draft_recurring(row, by=committee.bookkeeper, month=Month(2025, 11)).day == date(2025, 11, 20)


def test_what_is_stopped_comes_back_no_more(committee):
    row = actions.stop_recurring(wages(committee), by=committee.bookkeeper)
    assert months(committee) == []
    with pytest.raises(Refused):
        actions.draft_recurring(row, by=committee.bookkeeper, month=Month(2025, 10))
    with pytest.raises(Refused):
        actions.stop_recurring(row, by=committee.bookkeeper)


def test_only_the_bookkeeper_and_only_what_balances(committee):
    with pytest.raises(Refused):
        actions.make_recurring(
            committee.book,
            by=committee.cashier,
            kind="payment",
            summary="x",
            lines=[],
            day=1,
            every=1,
            first=Month(2025, 9),
        )
    with pytest.raises(Refused, match="借"):
        wages(committee, lines=[entries.Line(committee.account("510101"), "fee", debit=Decimal(5))])
    with pytest.raises(Refused):
        wages(committee, last=Month(2025, 8))


@given(st.integers(0, 60), st.sampled_from([1, 3, 6, 12]), st.integers(0, 60))
def test_due_months_are_apart_by_the_step(start, every, ahead):
    def month(number: int) -> Month:
        return Month(2025 + number // 12, number % 12 + 1)

    row = RecurringVoucher(first=str(month(start)), every=every)
    assert row.due_in(month(ahead)) == (ahead >= start and (ahead - start) % every == 0)


def test_the_pages(committee, client):
    client.force_login(committee.bookkeeper)
    url = reverse("property:recurring_new", args=[committee.book.pk, "payment"])
    assert client.get(url).status_code == 200
    typed = {
        "summary": "保洁费",
        "money": "1002",
        "payee": "洁净保洁公司",
        "on_day": "5",
        "every": "1",
        "first": "2025-10",
        "last": "",
        "line-TOTAL_FORMS": 2,
        "line-INITIAL_FORMS": 0,
        "line-0-account": "510103",
        "line-0-fund": "fee",
        "line-0-amount": "900",
    }
    assert "保洁费" in client.post(url, typed | {"more": "1"}).content.decode()
    answer = client.post(url, typed)
    assert answer.status_code == 302, answer.content.decode()
    row = RecurringVoucher.objects.get()
    page = client.get(answer.url).content.decode()
    assert "全部制成草稿" in page
    answer = client.post(reverse("property:recurring_draft", args=[row.pk]), {"month": "2025-10"})
    assert "保洁费" in client.get(answer.url).content.decode()
    client.post(reverse("property:recurring_due", args=[committee.book.pk]))
    assert Voucher.objects.filter(summary__startswith="保洁费").count() == 2
    assert "到期的都制过单了" in client.get(row.get_absolute_url()).content.decode()
    assert client.get(reverse("property:recurring_stop", args=[row.pk])).status_code == 200
    client.post(reverse("property:recurring_stop", args=[row.pk]))
    row.refresh_from_db()
    assert not row.is_running
