"""The cash in the box: one counts, another looks on, the difference becomes a voucher."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.quarters import Month
from core.refusal import Refused
from property import actions as books
from property.counts import actions, box
from property.counts.forms import CountForm, spoken
from property.models import CashCount, Voucher
from tests.factories import FullCommittee, full_committee_of

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")


@pytest.fixture
def committee() -> FullCommittee:
    """580 yuan in the box."""
    made = full_committee_of(opening=[("1001", "fee", Decimal("580.00")), ("1002", "fee", Decimal("9000.00"))])
    made.post(Voucher.objects.get())
    return made


def counted(committee: FullCommittee, **fields) -> CashCount:
    given = {"account": committee.account("1001"), "pieces": {10_000: 5, 5_000: 1, 1_000: 3}}
    return actions.count_cash(committee.book, by=committee.cashier, **{**given, **fields})


def test_two_people_and_it_comes_out(committee):
    count = counted(committee)
    assert (count.counted, count.book_amount, count.difference) == (Decimal("580.00"), Decimal("580.00"), ZERO)
    with pytest.raises(Refused, match="两个人"):
        actions.witness_count(count, by=committee.cashier)
    with pytest.raises(Refused, match="还在等"):
        counted(committee)
    actions.witness_count(count, by=committee.supervisor)
    assert box.latest_count(committee.book, committee.account("1001"), clock.today()) == count
    with pytest.raises(Refused, match="没有要入账"):
        actions.draft_difference(count, by=committee.bookkeeper)


def test_a_difference_says_why_and_is_drafted_once(committee):
    short = {10_000: 5, 5_000: 1, 1_000: 2}
    with pytest.raises(Refused, match=r"相差 -10\.00"):
        counted(committee, pieces=short)
    count = actions.witness_count(counted(committee, pieces=short, explanation="原因不明"), by=committee.chair)
    with pytest.raises(Refused):
        actions.draft_difference(count, by=committee.cashier)
    draft = actions.draft_difference(count, by=committee.bookkeeper)
    with pytest.raises(Refused, match="已经制过单"):
        actions.draft_difference(count, by=committee.bookkeeper)
    books.void(draft, by=committee.bookkeeper)
    draft = actions.draft_difference(count, by=committee.bookkeeper)
    committee.post(draft)
    assert box.book_balance(committee.book, committee.account("1001")) == Decimal("570.00")


def test_the_bookkeeper_who_looks_on_has_the_draft_at_once(committee):
    count = counted(committee, pieces={10_000: 6}, explanation="多收了二十元，找不到是谁的")
    count = actions.witness_count(count, by=committee.bookkeeper)
    draft = CashCount.objects.get(pk=count.pk).voucher
    assert (draft.kind, draft.amount, draft.state) == ("receipt", Decimal("20.00"), "draft")


def test_what_is_not_posted_is_named(committee):
    with pytest.raises(Refused, match="哪几笔"):
        counted(committee, not_posted=Decimal("30.00"))
    count = counted(committee, pieces={10_000: 6, 1_000: 1}, not_posted=Decimal("30.00"), not_posted_note="收据 12 号")
    assert (count.difference, count.should_be) == (ZERO, Decimal("610.00"))


def test_only_cash_and_only_the_cashier(committee):
    with pytest.raises(Refused, match="现金"):
        counted(committee, account=committee.account("1002"))
    with pytest.raises(Refused, match="张数"):
        counted(committee, pieces={10_000: -1})
    with pytest.raises(Refused):
        actions.count_cash(committee.book, by=committee.bookkeeper, account=committee.account("1001"), pieces={})


def test_what_is_taken_back_stays_on_the_list(committee):
    count = actions.withdraw_count(counted(committee), by=committee.cashier)
    with pytest.raises(Refused):
        actions.witness_count(count, by=committee.chair)
    assert counted(committee).pk != count.pk
    assert CashCount.objects.count() == 2


def test_the_database_keeps_what_was_witnessed(committee):
    count = actions.witness_count(counted(committee), by=committee.chair)
    row = CashCount.objects.filter(pk=count.pk)
    for change in (lambda: row.update(counted=1), lambda: row.update(witnessed_by=None, witnessed_at=None), row.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(counted_by=committee.chair)


def test_a_month_that_was_not_counted_is_named(committee):
    month = Month.of(clock.today())
    assert [one.code for one in box.uncounted(committee.book, month)] == ["1001"]
    actions.witness_count(counted(committee), by=committee.chair)
    assert box.uncounted(committee.book, month) == []
    assert [one.code for one in box.uncounted(committee.book, Month(2025, 9))] == ["1001"]
    assert box.latest_count(committee.book, committee.account("1001"), date(2025, 9, 1)) is None


@given(st.dictionaries(st.sampled_from(actions.PIECES), st.integers(0, 9999)))
def test_pieces_are_told_as_they_were_counted(pieces):
    told = spoken({str(piece): number for piece, number in pieces.items()})
    assert sum((amount for _label, _number, amount in told), ZERO) * 100 == sum(p * n for p, n in pieces.items())


def test_the_pages(committee, client):
    client.force_login(committee.cashier)
    url = reverse("property:cash_count_new", args=[committee.book.pk])
    form = CountForm(accounts=box.cash_accounts(committee.book))
    assert all(str(one.label) in client.get(url).content.decode() for one in form.pieces)
    wrong = {"account": "1001", "piece_10000": "5"}
    assert "相差 -80.00" in client.post(url, wrong).content.decode()
    answer = client.post(url, wrong | {"explanation": "原因不明"})
    assert answer.status_code == 302
    count = CashCount.objects.get()
    client.force_login(committee.supervisor)
    assert "我在旁边看着点的" in client.get(answer.url).content.decode()
    client.post(reverse("property:cash_count_witness", args=[count.pk]))
    client.force_login(committee.bookkeeper)
    assert "制成凭证草稿" in client.get(answer.url).content.decode()
    draft = client.post(reverse("property:cash_count_difference", args=[count.pk]))
    assert "现金盘点短少" in client.get(draft.url).content.decode()
    assert "相差 -80.00 元" in client.get(reverse("property:cash_counts", args=[committee.book.pk])).content.decode()
