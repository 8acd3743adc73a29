"""Opening, closing, and the identities that hold whatever is posted."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.roles import Role
from core import clock
from core.quarters import Month
from core.refusal import Refused
from property import actions, entries, today
from property.entries import Item
from property.models import Account, LedgerMonth, Means, MonthlyBalance, Posting, Voucher
from property.verification import verify
from tests.asks import asks_of
from tests.factories import EstateFactory, UserFactory, appoint, committee_of

pytestmark = pytest.mark.django_db
State = Voucher.State
NOVEMBER = datetime(2025, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def committee():
    return committee_of()


def test_a_book_is_opened_by_the_bookkeeper_on_a_first_day(committee):
    estate = EstateFactory()
    bookkeeper = appoint(Role.COMMITTEE, estate, office="bookkeeper")
    asked = {"opened_on": date(2025, 9, 1), "spending_limit": Decimal(1)}
    with pytest.raises(Refused, match="制单"):
        actions.open_book(estate, by=appoint(Role.COMMITTEE, estate, office="chair"), **asked)
    for change in ({"opened_on": date(2025, 9, 2)}, {"opened_on": date(2999, 1, 1)}, {"spending_limit": Decimal(-1)}):
        with pytest.raises(Refused):
            actions.open_book(estate, by=bookkeeper, **asked | change)
    for line in (("9999", "fee", Decimal(1)), ("510101", "fee", Decimal(1)), ("1002", "fee", Decimal(0))):
        with pytest.raises(Refused, match="看不懂"):
            actions.open_book(estate, by=bookkeeper, **asked, opening=[line])
    with pytest.raises(Refused, match="已经有账本"):
        actions.open_book(committee.book.estate, by=committee.bookkeeper, **asked)


def test_what_was_there_is_no_income_of_the_first_month():
    committee = committee_of(opening=[("1002", "fee", Decimal("500")), ("2203", "fee", Decimal("600"))])
    opening = Voucher.objects.get()
    with pytest.raises(Refused, match="不能作废"):
        actions.void(opening, by=committee.bookkeeper)
    committee.post(opening)
    september = Month(2025, 9)
    rows = Account.objects.statement(committee.book, september, september)
    found = {row.account.code: (row.normal_opening, row.debit, row.credit, row.normal_closing) for row in rows}
    assert found == {"1002": (500, 0, 0, 500), "2203": (600, 0, 0, 600), "3101": (-100, 0, 0, -100)}


def test_months_close_in_order_and_only_when_all_is_posted(committee):
    book = committee.book
    with clock.at(NOVEMBER):
        draft = committee.draft(day=date(2025, 10, 8))
        september, october = LedgerMonth.objects.filter(book=book).order_by("month")
        with pytest.raises(Refused, match="请先结 2025 年 9 月的账"):
            actions.close_month(october, by=committee.bookkeeper)
        with pytest.raises(Refused, match="制单"):
            actions.close_month(september, by=committee.cashier)
        assert actions.close_month(september, by=committee.bookkeeper).is_closed
        with pytest.raises(Refused, match="已经结过"):
            actions.close_month(september, by=committee.bookkeeper)
        with pytest.raises(Refused, match="还有 1 张"):
            actions.close_month(october, by=committee.bookkeeper)
        with pytest.raises(Refused, match="已经结账"):
            committee.draft(day=date(2025, 9, 30))
        committee.post(draft)
        actions.close_month(october, by=committee.bookkeeper)
        november = LedgerMonth.objects.get(book=book, month="2025-11")
        with pytest.raises(Refused, match="还没过完"):
            actions.close_month(november, by=committee.bookkeeper)
    assert verify(book).is_good


def test_a_closed_month_stays_closed_in_the_database(committee):
    with clock.at(NOVEMBER):
        month = actions.close_month(LedgerMonth.objects.get(), by=committee.bookkeeper)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerMonth.objects.filter(pk=month.pk).update(state="open", closed_at=None, closed_by=None)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM property_ledgermonth WHERE state = 'closed'")
    later = LedgerMonth.objects.create(community=month.community, book=month.book, month="2026-01")
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerMonth.objects.filter(pk=later.pk).update(
            state="closed", closed_at=clock.now(), closed_by=committee.bookkeeper
        )


def test_accounts_of_ones_own_stand_below_the_standard(committee):
    book, by = committee.book, committee.bookkeeper
    added = actions.add_account(book, by=by, parent=committee.account("1002"), name="农商行", is_money=True)
    assert (added.code, added.kind, added.normal_side, added.is_money) == ("100201", "asset", "debit", True)
    with pytest.raises(Refused, match="已经有了"):
        actions.add_account(book, by=by, parent=committee.account("1002"), name="农商行")
    with pytest.raises(Refused, match="钱款账户"):
        actions.add_account(book, by=by, parent=committee.account("5101"), name="抽屉", is_money=True)
    with pytest.raises(Refused, match="本账本"):
        actions.add_account(book, by=by, parent=committee_of().account("5101"), name="x")


def test_names_of_the_chart_speak_the_readers_language(committee):
    from django.utils import translation

    own = actions.add_account(committee.book, by=committee.bookkeeper, parent=committee.account("5101"), name="电梯")
    with translation.override("en"):
        assert own.label == "电梯"
    assert committee.account("1002").label == "银行存款"


def test_today_asks_each_office_for_its_own(committee, django_assert_num_queries):
    with clock.at(NOVEMBER):
        actions.submit(committee.draft(), by=committee.bookkeeper)
        one = actions.submit(committee.draft(amount=Decimal("5")), by=committee.bookkeeper)
        actions.approve(one, by=committee.reviewer, version=one.version)
        two = actions.submit(committee.draft(), by=committee.bookkeeper)
        actions.send_back(two, by=committee.reviewer, version=two.version, note="少了发票")
        titles = {
            who: [ask.title for ask in asks_of(today, getattr(committee, who))]
            for who in ("bookkeeper", "reviewer", "cashier")
        }
        assert titles == {
            "bookkeeper": ["1 张凭证退回给您"],
            "reviewer": ["1 张凭证等您审核"],
            "cashier": ["1 张凭证等您收付"],
        }
        for voucher in Voucher.objects.exclude(state=State.VOIDED):
            Voucher.objects.filter(pk=voucher.pk).update(state=State.VOIDED)
        asked = asks_of(today, committee.bookkeeper)
        assert [ask.title for ask in asked] == ["2025 年 9 月可以结账了"]
    stranger = UserFactory()
    assert stranger.scope.held == ()
    with django_assert_num_queries(0):
        assert asks_of(today, stranger) == []


ACCOUNTS = ("1001", "1002", "100901", "430101", "490201", "510101", "520101", "2209", "3101")
AMOUNTS = st.decimals("0.01", "999999.99", places=2)


@st.composite
def histories(draw):
    """Days in three months with items paid, received or moved; some undone afterwards."""
    step = st.tuples(
        st.sampled_from(["payment", "receipt", "transfer"]),
        st.dates(date(2025, 9, 1), date(2025, 11, 20)),
        st.lists(st.tuples(st.sampled_from(["fee", "public", "grant", "custody"]), AMOUNTS), min_size=1, max_size=4),
        st.booleans(),
    )
    return draw(st.lists(step, min_size=1, max_size=5))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(history=histories())
def test_whatever_is_posted_the_identities_hold(history):
    make = {"payment": entries.paid, "receipt": entries.received, "transfer": entries.moved}
    item = {"payment": "510101", "receipt": "430101", "transfer": "1001"}
    with clock.at(NOVEMBER), transaction.atomic():
        committee = committee_of(spending_limit=Decimal("9999999"))
        for kind, day, amounts, undone in history:
            items = [Item(committee.account(item[kind]), fund, amount) for fund, amount in amounts]
            lines = make[kind](items, committee.account("1002"))
            posted = committee.post(committee.draft(kind=kind, day=day, lines=lines))
            if undone:
                undoing = actions.reverse(posted, by=committee.bookkeeper, day=date(2025, 11, 20), reason="x")
                committee.post(undoing)
        _check_identities(committee.book)
        transaction.set_rollback(True)


def _check_identities(book):
    assert verify(book).is_good
    for month in LedgerMonth.objects.filter(book=book):
        numbers = month.vouchers.filter(state="posted").order_by("number").values_list("number", flat=True)
        assert list(numbers) == list(range(1, len(numbers) + 1))
    first, last = Month(2025, 9), Month(2025, 11)
    accounts = Account.objects.of_book(book)
    statement = accounts.statement(book, first, last)
    assert sum(row.debit for row in statement) == sum(row.credit for row in statement)
    assert sum(row.closing for row in statement) == 0
    lines = list(Posting.objects.filter(voucher__book=book).select_related("account"))
    for row in statement:
        own = [line for line in lines if (line.account.code, line.fund) == (row.account.code, row.fund)]
        assert row.debit == sum(line.debit for line in own)
        assert row.credit == sum(line.credit for line in own)
    grown = MonthlyBalance.objects.of_book(book).grown(first, last)
    surplus = sum(month["income"] - month["expense"] for month in grown.values())
    assert surplus == sum(accounts.money_by_fund().values())
    for month in (first, first.next(), last):
        before = {
            (row.account.code, row.fund): row.closing for row in accounts.statement(book, first, month.previous())
        }
        for row in accounts.statement(book, month, month):
            assert row.opening == before.get((row.account.code, row.fund), 0)


@given(items=st.lists(st.tuples(st.sampled_from(["fee", "public"]), AMOUNTS), min_size=1, max_size=8))
def test_simple_entries_read_back_as_they_were_said(items):
    bank = Account(pk=1, code="1002", is_money=True, kind="asset")
    wages = Account(pk=2, code="510101", kind="expense")
    said = [Item(wages, fund, amount) for fund, amount in items]
    for kind, make in (("payment", entries.paid), ("receipt", entries.received)):
        lines = make(said, bank)
        assert entries.items_of(kind, lines) == (said, bank)
        for fund in {fund for fund, _amount in items}:
            assert sum(line.debit - line.credit for line in lines if line.fund == fund) == 0
        assert entries.amount_of(lines) == sum(amount for _fund, amount in items)
    assert entries.spending(entries.paid(said, bank)) == sum(amount for _fund, amount in items)
    assert entries.spending(entries.received(said, bank)) == 0


@pytest.mark.django_db(transaction=True)
def test_cashiers_at_once_draw_one_number_each_and_lose_no_yuan():
    committee = committee_of()
    waiting = []
    for _number in range(12):
        voucher = actions.submit(committee.draft(amount=Decimal("0.10")), by=committee.bookkeeper)
        waiting.append(actions.approve(voucher, by=committee.reviewer, version=voucher.version))
    refused: list[str] = []
    barrier = threading.Barrier(6)

    def settle(vouchers):
        barrier.wait()
        for voucher in vouchers:
            try:
                actions.settle(
                    voucher, by=committee.cashier, version=voucher.version, settled_on=voucher.day, means=Means.BANK
                )
            except Refused as refusal:
                refused.append(str(refusal))
        connections.close_all()

    # Three threads share the twelve, three others try the same again: each voucher is posted once.
    threads = [threading.Thread(target=settle, args=[waiting[start::3]]) for start in (0, 1, 2) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 12
    numbers = Voucher.objects.filter(state="posted").order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 13))
    assert Account.objects.of_book(committee.book).money_by_fund()["fee"] == Decimal("-1.20")
    assert verify(committee.book).is_good


def test_the_migrations_say_what_the_models_say():
    call_command("makemigrations", "property", "--check", "--dry-run", verbosity=0)
