"""Today of a committee: all rooms of the books are asked in one query, whatever there is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from community import today
from community.models import User
from community.roles import Role
from core import clock
from core.money import yuan
from core.quarters import Month, Quarter
from property import actions, entries
from property import today as books_today
from property.budget.actions import Planned, draft_budget
from property.counts.actions import count_cash, witness_count
from property.fees import today as fees_today
from property.fees.household import own_owed
from property.handover.actions import begin_handover
from property.models import Bill, RecurringVoucher, Voucher
from property.publication import actions as publications
from property.publication import asking
from property.publication import today as quarters_today
from property.publication.lines import line_of
from property.recurring import actions as coming
from property.recurring import today as recurring_today
from property.recurring.due import missing
from stewards.jobs import actions as jobs
from tests.asks import asks_of
from tests.factories import (
    Committee,
    EstateFactory,
    FullCommittee,
    UserFactory,
    appoint,
    committee_of,
    full_committee_of,
    resident_of,
    small_photo,
)
from tests.property.fees import DUE, FeeEstate, fee_estate
from tests.property.fees import NOW as FEES_NOW
from tests.property.test_statement_keeping import take
from tests.stewards.errands import an_errand

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 1, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
SUMMER, AUTUMN = Quarter(2026, 3), Quarter(2026, 4)
JULY, DECEMBER = Month(2026, 7), Month(2026, 12)
LIMIT = 12
OFFICES = ("bookkeeper", "reviewer", "cashier", "chair", "supervisor")
AMOUNTS = st.decimals("0.01", "999999999999.99", places=2)


@pytest.fixture
def january():
    with clock.at(NOW):
        yield


def wages(committee: Committee, **fields: object) -> RecurringVoucher:
    item = entries.Item(committee.account("510101"), "fee", Decimal("1800.00"))
    given = {
        "kind": "payment",
        "summary": "门卫工资",
        "lines": entries.paid([item], committee.account("1002")),
        "day": 10,
        "every": 1,
        "first": DECEMBER,
    }
    return coming.make_recurring(committee.book, by=committee.bookkeeper, **given | fields)


def sent_on(committee: Committee, amount: str, *steps: str) -> Voucher:
    """A voucher of January that has come so far."""
    voucher = committee.draft(amount=Decimal(amount), day=date(2027, 1, 5))
    if "submit" in steps:
        voucher = actions.submit(voucher, by=committee.bookkeeper)
    if "approve" in steps:
        voucher = actions.approve(voucher, by=committee.reviewer, version=voucher.version)
    if "return" in steps:
        voucher = actions.send_back(voucher, by=committee.reviewer, version=voucher.version, note="少了发票")
    return voucher


def another_book(committee: Committee, opened_on: date = JULY.start) -> Committee:
    """Of another estate, whose bookkeeper is the same."""
    estate, keeper = EstateFactory(is_self_managed=True), committee.bookkeeper
    appoint(Role.COMMITTEE, estate, office="bookkeeper", user=keeper)
    keeper.__dict__.pop("scope", None)
    book = actions.open_book(estate, by=keeper, opened_on=opened_on, spending_limit=Decimal(2000))
    return Committee(book, keeper, committee.reviewer, committee.cashier)


@pytest.fixture
def lively(january) -> FullCommittee:
    """A book of which every room wants something."""
    errand = an_errand()
    estate = errand.desk.household.building.estate
    estate.is_self_managed = True
    estate.save()
    job = errand.arrived()
    jobs.claim(job, by=job.steward.user, amount=Decimal("1234.29"), what="水龙头一只", receipt=small_photo())
    opening = [("1001", "fee", Decimal("580.29")), ("1002", "fee", Decimal("9000.00"))]
    committee = full_committee_of(estate, opened_on=JULY.start, opening=opening, spending_limit=Decimal("9999999.99"))
    committee.post(Voucher.objects.get(book=committee.book))
    resident = resident_of(errand.desk.household)
    published = committee.publish(SUMMER)
    asking.ask(line_of(published, 0, 0), by=resident, text="余额怎么比上季少？")
    committee.close(AUTUMN)
    draft = publications.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    draft = committee.fill(draft)
    publications.sign(draft, by=committee.bookkeeper, revision=draft.revision)
    sent_on(committee, "0.29")
    sent_on(committee, "1.15", "submit")
    sent_on(committee, "1234567.89", "submit")
    sent_on(committee, "4.35", "submit", "approve")
    sent_on(committee, "8.29", "submit", "return")
    wages(committee, first=Month(2027, 1))
    count = count_cash(
        committee.book, by=committee.cashier, account=committee.account("1001"), pieces={10000: 5}, explanation="不明"
    )
    witness_count(count, by=committee.supervisor)
    count_cash(
        committee.book, by=committee.cashier, account=committee.account("1001"), pieces={10000: 5}, explanation="不明"
    )
    draft_budget(
        committee.book,
        by=committee.bookkeeper,
        year=2027,
        lines=[Planned(committee.account("510101"), "fee", Decimal("1800.00"))],
    )
    begin_handover(
        committee.book, by=committee.cashier, office="cashier", leaving=committee.cashier, successor=committee.reviewer
    )
    fees = FeeEstate(committee, errand.desk.household.building)
    take(fees)
    fees.rate(basis="household", rate=Decimal("33.59"), first=Month(2027, 1))
    fees.pay(errand.desk.household, "33.59", paid_on=clock.today() - timedelta(days=3))
    return committee


def lines(user: User) -> dict[str, str]:
    """What is asked of somebody, each with its detail."""
    user.__dict__.pop("scope", None)
    asked = today.gather(user)
    told = {str(ask.title): str(ask.detail) for ask in asked}
    assert len(told) == len(asked)
    return told


def test_everybody_is_told_what_waits_for_them_within_the_limit(lively, django_assert_max_num_queries):
    place = str(lively.book.estate)
    question = {"1 个居民提问等您答复": f"{place} 2026 年第三季度收支公示 · 2027-01-21 前答复"}
    count = {"现金盘点等人监盘": place}
    handover = {f"出纳交接：{lively.cashier} → {lively.reviewer}": place}
    assert {who: lines(getattr(lively, who)) for who in OFFICES} == {
        "bookkeeper": {
            "1 张凭证退回给您": f"{place} · 共 8.29 元",
            "1 张草稿还没送审": f"{place} · 共 0.29 元",
            "1 张定期凭证到期了": f"{place} · 门卫工资",
            "现金盘点相差 -80.29 元，等您制单": place,
            "红管家垫了材料费 1,234.29 元：水龙头一只": place,
            "1 天的收款还没有做凭证": place,
            "2027 年 1 月的账单还没有出": place,
            **count,
            **question,
        },
        "reviewer": {"2 张凭证等您审核": f"{place} · 共 1,234,569.04 元", **handover, **count, **question},
        "cashier": {
            "1 张凭证等您收付": f"{place} · 共 4.35 元",
            "4 笔流水还没对上": place,
            "2026 年第四季度收支公示等您签字": place,
            **handover,
            **question,
        },
        "chair": {"2027 年预算 第 1 版等您批准": place, **count, **question},
        "supervisor": {**count, **question},
    }
    url = reverse("community:today")
    for who in OFFICES:
        client = Client()
        client.force_login(getattr(lively, who))
        client.get(url)
        with django_assert_max_num_queries(LIMIT):
            assert client.get(url).status_code == 200


def test_more_books_cost_no_more(january, django_assert_num_queries):
    one = committee_of(opened_on=JULY.start)
    for number in range(3):
        assert one.bookkeeper.scope
        with django_assert_num_queries(1):
            assert sum("定期凭证" in ask.title for ask in today.gather(one.bookkeeper)) == number
        more = another_book(one)
        wages(more)
        sent_on(more, "5.00")


def test_the_page_of_a_book_names_its_own_alone(january, django_assert_num_queries):
    first = committee_of(opened_on=DECEMBER.start)
    second, stranger = another_book(first, DECEMBER.start), UserFactory()
    sent_on(first, "5.00")
    sent_on(second, "7.00")
    for committee, told in ((first, "共 5.00 元"), (second, "共 7.00 元")):
        assert first.bookkeeper.scope
        with django_assert_num_queries(1):
            (draft, month) = books_today.asks(first.bookkeeper, committee.book)
        assert draft.detail.endswith(told)
        assert month.url == reverse("property:month_close", args=[committee.book.pk, "2026-12"])
    assert len(asks_of(books_today, first.bookkeeper)) == 4
    assert stranger.scope.held == ()
    with django_assert_num_queries(0):
        assert books_today.asks(stranger, first.book) == []


def test_money_is_told_to_the_fen(january):
    committee = committee_of(opened_on=JULY.start)
    one, two = sent_on(committee, "1.00"), sent_on(committee, "1.00")

    @given(AMOUNTS, AMOUNTS)
    def check(first: Decimal, second: Decimal) -> None:
        Voucher.objects.filter(pk=one.pk).update(amount=first)
        Voucher.objects.filter(pk=two.pk).update(amount=second)
        drafts, _month = asks_of(books_today, committee.bookkeeper)
        assert drafts.detail.endswith(f"共 {yuan(first + second)} 元")

    check()


def test_what_a_household_owes_is_told_to_the_fen(django_assert_num_queries):
    estate = fee_estate()
    with clock.at(FEES_NOW):
        home = estate.home(area=6107)
        resident = resident_of(home)
        assert own_owed(resident) is None
        estate.rate(rate=Decimal("0.555"))
        estate.bill()
        estate.pay(home, "0.07")
        billed = sum(Bill.objects.unscoped(reason="a test").values_list("amount", flat=True))
        assert resident.scope
        with django_assert_num_queries(1):
            assert own_owed(resident) == (billed - Decimal("0.07"), DUE)
        assert asks_of(fees_today, resident) == []
    with clock.at(FEES_NOW + timedelta(days=10)):
        (ask,) = asks_of(fees_today, resident)
        assert ask.title == f"物业费 {yuan(billed - Decimal('0.07'))} 元"


def test_what_comes_back_is_what_the_page_of_the_book_says(january):
    """Drafted, voided, closed, stopped: Today counts as `missing` does, book by book."""
    one = committee_of(opened_on=JULY.start)
    two, keeper = another_book(one, DECEMBER.start), one.bookkeeper
    row = wages(one, first=JULY)
    wages(one, first=JULY, summary="保洁费", every=3, day=31)
    coming.stop_recurring(wages(one, first=JULY, summary="停了的"), by=keeper)
    wages(two, first=DECEMBER, summary="电梯维保")
    one.post(coming.draft_recurring(row, by=keeper, month=JULY))
    actions.close_month(one.book.months.get(month="2026-07"), by=keeper)
    coming.draft_recurring(row, by=keeper, month=Month(2026, 9))
    actions.void(coming.draft_recurring(row, by=keeper, month=Month(2026, 10)), by=keeper)
    told = {ask.detail: ask.title for ask in asks_of(recurring_today, keeper)}
    due = [len(missing(committee.book, Month(2027, 1))) for committee in (one, two)]
    assert told == {
        f"{one.book.estate} · 门卫工资、保洁费": f"{due[0]} 张定期凭证到期了",
        f"{two.book.estate} · 电梯维保": f"{due[1]} 张定期凭证到期了",
    }
    assert due == [6, 2]
    assert asks_of(recurring_today, one.cashier) == []


def test_the_quarter_to_draft_is_the_oldest_that_nobody_has_drafted(january, django_assert_num_queries):
    committee = full_committee_of(opened_on=Month(2026, 5).start)
    keeper, stranger = committee.bookkeeper, UserFactory()

    def told() -> list[str]:
        assert keeper.scope
        with django_assert_num_queries(1):
            return [ask.title for ask in quarters_today.asks(keeper)]

    assert told() == []
    committee.close(AUTUMN)
    assert told() == ["2026 年第二季度可以编制公示了"]
    publications.draft_publication(committee.book, by=keeper, quarter=Quarter(2026, 2))
    assert told() == ["2026 年第二季度收支公示等您签字", "2026 年第三季度可以编制公示了"]
    for quarter in (SUMMER, AUTUMN):
        publications.draft_publication(committee.book, by=keeper, quarter=quarter)
    assert told() == [f"2026 年第{name}季度收支公示等您签字" for name in ("四", "三", "二")]
    assert stranger.scope.held == ()
    with django_assert_num_queries(0):
        assert quarters_today.asks(stranger) == []
