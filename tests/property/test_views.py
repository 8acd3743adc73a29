"""The committee's pages, from the first question to the closed month."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from community.roles import Role
from core import clock
from core.spreadsheets import read_sheets
from property import actions
from property.models import Book, LedgerMonth, Posting, Voucher
from property.verification import verify
from tests.factories import EstateFactory, UserFactory, appoint, committee_of

pytestmark = pytest.mark.django_db
State = Voucher.State


@pytest.fixture
def committee():
    return committee_of()


@pytest.fixture
def sign(client):
    def as_(user):
        client.force_login(user)
        return client

    return as_


def photo(name="fapiao.jpg"):
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def rows(*lines):
    total = max(2, len(lines))
    data = {"line-TOTAL_FORMS": total, "line-INITIAL_FORMS": 0}
    for number, line in enumerate(lines):
        data |= {f"line-{number}-{name}": value for name, value in line.items()}
    for number in range(len(lines), total):
        data |= {f"line-{number}-account": "", f"line-{number}-fund": "fee", f"line-{number}-amount": ""}
    return data


TWO = (
    {"account": "510101", "fund": "fee", "amount": "１，８００．５元"},
    {"account": "520101", "fund": "public", "amount": "20", "note": "5 包"},
)


def payment(*lines, **fields):
    return {
        "submission": str(uuid4()),
        "day": "2025-09-03",
        "summary": "门卫工资和打印纸",
        "money": "1002",
        "payee": "王建国",
        **rows(*(lines or TWO)),
        **fields,
    }


def url(name, *args):
    return reverse(f"property:{name}", args=args)


def test_a_payment_goes_from_the_form_into_the_closed_month(committee, sign):
    book = committee.book
    page = sign(committee.bookkeeper).get(url("voucher_new", book.pk, "payment"))
    assert "花在哪里" in page.content.decode()
    answer = sign(committee.bookkeeper).post(
        url("voucher_new", book.pk, "payment"), payment(submit="1", papers=[photo(), photo("合同.jpg")])
    )
    voucher = Voucher.objects.get()
    assert answer.url == voucher.get_absolute_url()
    assert (voucher.state, voucher.amount) == (State.SUBMITTED, Decimal("1820.50"))
    lines = Posting.objects.filter(voucher=voucher).values_list("account__code", "fund", "debit", "credit")
    assert list(lines) == [
        ("510101", "fee", Decimal("1800.50"), 0),
        ("520101", "public", Decimal("20.00"), 0),
        ("1002", "fee", 0, Decimal("1800.50")),
        ("1002", "public", 0, Decimal("20.00")),
    ]
    shown = sign(committee.reviewer).get(url("voucher_review", voucher.pk)).content.decode()
    assert "王＊＊" in shown
    assert "王建国" not in shown
    sign(committee.reviewer).post(url("voucher_review", voucher.pk), {"version": voucher.version})
    voucher.refresh_from_db()
    given = {"version": voucher.version, "settled_on": "2025-09-03", "means": "bank", "settled_ref": "8812"}
    sign(committee.cashier).post(url("voucher_settle", voucher.pk), given)
    voucher.refresh_from_db()
    assert (voucher.state, voucher.number, voucher.papers.count()) == (State.POSTED, 1, 2)
    paper = sign(committee.reviewer).get(url("paper", voucher.pk, 1))
    assert paper["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(b"".join(paper.streaming_content))).size == (40, 30)
    closing = url("month_close", book.pk, "2025-09")
    assert "不能再改" in sign(committee.bookkeeper).get(closing).content.decode()
    assert sign(committee.bookkeeper).post(closing, {"submission": str(uuid4())}).url == book.get_absolute_url()
    assert LedgerMonth.objects.get(month="2025-09").is_closed
    assert verify(Book.objects.get()).is_good


def test_a_double_click_drafts_once_and_posts_once(committee, sign):
    typed = payment()
    first, second = (
        sign(committee.bookkeeper).post(url("voucher_new", committee.book.pk, "payment"), typed) for _ in "ab"
    )
    assert first.url == second.url
    voucher = actions.submit(Voucher.objects.get(), by=committee.bookkeeper)
    voucher = actions.approve(voucher, by=committee.reviewer, version=voucher.version)
    given = {"submission": str(uuid4()), "version": voucher.version, "settled_on": "2025-09-03", "means": "bank"}
    answers = [sign(committee.cashier).post(url("voucher_settle", voucher.pk), given) for _ in "ab"]
    assert [answer.url for answer in answers] == [voucher.get_absolute_url()] * 2
    assert Voucher.objects.get().number == 1
    again = given | {"submission": str(uuid4())}
    late = sign(committee.cashier).post(url("voucher_settle", voucher.pk), again)
    assert late.status_code == 200
    assert "先办了一步" in late.content.decode()
    assert Book.objects.get().last_sequence == 1


def test_what_was_typed_is_kept_and_every_mistake_is_named(committee, sign):
    typed = payment({"account": "510101", "fund": "fee", "amount": "很多"}, {"amount": "5"}, day="")
    page = (
        sign(committee.bookkeeper)
        .post(url("voucher_new", committee.book.pk, "payment"), typed | {"papers": [photo()]})
        .content.decode()
    )
    assert "看不出是多少钱" in page
    assert "第 2 行" in page
    assert 'value="很多"' in page
    assert "门卫工资和打印纸" in page
    assert "重新选一次" in page
    assert not Voucher.objects.exists()


def test_more_rows_keep_what_was_typed(committee, sign):
    page = sign(committee.bookkeeper).post(url("voucher_new", committee.book.pk, "payment"), payment(more="1"))
    form = page.context["form"]
    assert form.lines.total_form_count() == 5
    assert "１，８００．５元" in page.content.decode()
    assert "还差一点" not in page.content.decode()


def test_a_refusal_of_the_books_stands_in_the_form(committee, sign):
    big = payment({"account": "510106", "fund": "fee", "amount": "5000"})
    page = sign(committee.bookkeeper).post(url("voucher_new", committee.book.pk, "payment"), big).content.decode()
    assert "超过委员会可以决定的 2,000.00 元" in page
    assert 'value="5000"' in page


@pytest.mark.parametrize(
    ("kind", "fields", "wanted"),
    [
        (
            "receipt",
            {"money": "100901", **rows({"account": "490201", "fund": "public", "amount": "300"})},
            [("100901", "public", 300, 0), ("490201", "public", 0, 300)],
        ),
        (
            "transfer",
            {"money": "1001", **rows({"account": "1002", "fund": "fee", "amount": "50"})},
            [("1002", "fee", 50, 0), ("1001", "fee", 0, 50)],
        ),
        (
            "journal",
            rows(
                {"account": "510109", "fund": "grant", "debit": "80"},
                {"account": "1502", "fund": "grant", "credit": "80"},
            ),
            [("510109", "grant", 80, 0), ("1502", "grant", 0, 80)],
        ),
    ],
)
def test_each_kind_makes_its_postings_and_opens_again_as_it_was_typed(committee, sign, kind, fields, wanted):
    typed = payment({"fund": "fee"}) | fields
    sign(committee.bookkeeper).post(url("voucher_new", committee.book.pk, kind), typed)
    voucher = Voucher.objects.get()
    assert list(Posting.objects.values_list("account__code", "fund", "debit", "credit")) == wanted
    page = sign(committee.bookkeeper).get(url("voucher_edit", voucher.pk))
    form = page.context["form"]
    assert form.kind == kind
    first = form.lines.forms[0]
    assert first["account"].value() == (wanted[1][0] if kind == "receipt" else wanted[0][0])
    change = {"submission": str(uuid4()), "version": voucher.version, "day": "2025-09-04", "summary": "改过"}
    sign(committee.bookkeeper).post(url("voucher_edit", voucher.pk), typed | change)
    voucher.refresh_from_db()
    assert (voucher.summary, str(voucher.day), voucher.version) == ("改过", "2025-09-04", change["version"] + 1)


def test_a_stale_edit_is_refused_with_what_was_typed(committee, sign):
    voucher = committee.draft()
    typed = payment(version=voucher.version - 1, summary="我写的")
    page = sign(committee.bookkeeper).post(url("voucher_edit", voucher.pk), typed).content.decode()
    assert "刚才有人改过" in page
    assert "我写的" in page


def test_papers_can_be_taken_off_a_draft(committee, sign):
    voucher = committee.draft(papers=[actions.Paper(b"%PDF-", "发票.pdf", "application/pdf")])
    sign(committee.bookkeeper).post(url("voucher_edit", voucher.pk), payment(version=voucher.version, dropped="1"))
    assert not voucher.papers.exists()


@pytest.mark.parametrize("upload", [b"#!/bin/sh", b""])
def test_a_file_that_is_no_paper_is_refused_with_a_sentence(committee, sign, upload):
    typed = payment(papers=SimpleUploadedFile("x.jpg", upload))
    page = sign(committee.bookkeeper).post(url("voucher_new", committee.book.pk, "payment"), typed)
    assert page.status_code == 200
    assert page.context["form"].errors["papers"]


def test_sending_back_asks_what_is_missing(committee, sign):
    voucher = actions.submit(committee.draft(), by=committee.bookkeeper)
    address = url("voucher_send_back", voucher.pk)
    assert sign(committee.reviewer).post(address, {"version": voucher.version, "note": ""}).status_code == 200
    sign(committee.reviewer).post(address, {"version": voucher.version, "note": "少了发票"})
    page = sign(committee.bookkeeper).get(voucher.get_absolute_url()).content.decode()
    assert "少了发票" in page
    assert "再次送审" in page
    sign(committee.bookkeeper).post(url("voucher_submit", voucher.pk), {"submission": str(uuid4())})
    voucher.refresh_from_db()
    assert voucher.state == State.SUBMITTED


def test_a_draft_is_voided_and_a_posted_voucher_reversed(committee, sign):
    draft = committee.draft()
    assert "空号" in sign(committee.bookkeeper).get(url("voucher_void", draft.pk)).content.decode()
    sign(committee.bookkeeper).post(url("voucher_void", draft.pk), {"submission": str(uuid4()), "reason": "重复"})
    draft.refresh_from_db()
    assert draft.state == State.VOIDED
    posted = committee.post()
    page = sign(committee.bookkeeper).get(url("voucher_reverse", posted.pk))
    assert "借贷对调" in page.content.decode()
    given = {"submission": str(uuid4()), "day": clock.today().isoformat(), "reason": "记错"}
    sign(committee.bookkeeper).post(url("voucher_reverse", posted.pk), given)
    undoing = Voucher.objects.get(reverses=posted)
    assert undoing.get_absolute_url() in sign(committee.reviewer).get(posted.get_absolute_url()).content.decode()
    assert sign(committee.bookkeeper).get(url("voucher_edit", undoing.pk)).status_code == 200


def test_opening_a_book_brings_what_is_there(sign):
    estate = EstateFactory(is_self_managed=True)
    bookkeeper = appoint(Role.COMMITTEE, estate, office="bookkeeper")
    home = sign(bookkeeper).get(url("home"))
    assert url("book_open", estate.pk) in home.content.decode()
    typed = {
        "submission": str(uuid4()),
        "opened_on": "2026-01",
        "spending_limit": "3,000",
        **rows(
            {"account": "1002", "fund": "fee", "amount": "50000"},
            {"account": "2203", "fund": "fee", "amount": "1200"},
            {"account": "1002", "fund": "custody", "amount": "800"},
        ),
    }
    more = sign(bookkeeper).post(url("book_open", estate.pk), typed | {"more": "1"})
    assert more.context["form"].lines.total_form_count() == 6
    answer = sign(bookkeeper).post(url("book_open", estate.pk), typed)
    book = Book.objects.get()
    assert answer.url == book.get_absolute_url()
    opening = Voucher.objects.get()
    assert (opening.kind, str(opening.day), opening.month.month) == ("opening", "2025-12-31", "2025-12")
    made = opening.postings.values_list("account__code", "fund", "debit", "credit")
    assert list(made) == [
        ("1002", "fee", 50000, 0),
        ("2203", "fee", 0, 1200),
        ("1002", "custody", 800, 0),
        ("3101", "fee", 0, 48800),
        ("2601", "custody", 0, 800),
    ]
    page = sign(bookkeeper).get(url("voucher_edit", opening.pk))
    assert page.status_code == 200
    assert sign(bookkeeper).post(url("book_open", estate.pk), typed | {"submission": str(uuid4())}).status_code == 200
    assert Book.objects.count() == 1


def test_accounts_can_be_added_and_the_limit_changed(committee, sign):
    book = committee.book
    sign(committee.bookkeeper).post(
        url("account_add", book.pk), {"submission": str(uuid4()), "parent": "5101", "name": "电梯年检"}
    )
    assert committee.account("510110").label == "电梯年检"
    chair = appoint(Role.COMMITTEE, book.estate, office="chair")
    given = {"submission": str(uuid4()), "spending_limit": "5000", "reason": "第 2 次居民会议"}
    assert sign(committee.cashier).post(url("limit", book.pk), given).status_code == 200
    sign(chair).post(url("limit", book.pk), given | {"submission": str(uuid4())})
    book.refresh_from_db()
    assert book.spending_limit == 5000


def everything(committee):
    """Every page of the books that only reads, with something on it."""
    book = committee.book
    posted = committee.post(papers=[actions.Paper(b"%PDF-", "发票.pdf", "application/pdf")])
    return [
        book.get_absolute_url(),
        url("vouchers", book.pk),
        url("vouchers", book.pk) + "?month=2025-09&state=posted&kind=payment&account=1002",
        url("accounts", book.pk) + "?month=2025-09",
        url("account", book.pk, "1002") + "?month=2025-09",
        posted.get_absolute_url(),
        url("month_close", book.pk, "2025-09"),
        url("voucher_kinds", book.pk),
    ]


def test_nobody_else_sees_the_books(committee, sign):
    estate = committee.book.estate
    neighbour = appoint(Role.COMMITTEE, EstateFactory(community=estate.community), office="bookkeeper")
    foreign = appoint(Role.SECRETARY, EstateFactory().community)
    staff = appoint(Role.COMMUNITY_STAFF, estate.community)
    resident = UserFactory()
    for address in everything(committee):
        assert sign(neighbour).get(address).status_code == 404, address
        assert sign(foreign).get(address).status_code in {403, 404}, address
        assert sign(staff).get(address).status_code == 403, address
        assert sign(resident).get(address).status_code == 403, address


def test_the_secretary_reads_and_signs_nothing(committee, sign):
    secretary = appoint(Role.SECRETARY, committee.book.estate.community)
    addresses = everything(committee)
    assert [sign(secretary).get(address).status_code for address in addresses[:6]] == [200] * 6
    voucher = actions.submit(committee.draft(), by=committee.bookkeeper)
    assert sign(secretary).post(url("voucher_review", voucher.pk), {"version": voucher.version}).status_code == 403


def test_pages_ask_no_more_for_many_rows(committee, sign, django_assert_max_num_queries):
    addresses = everything(committee)
    browser = sign(committee.bookkeeper)

    def count(address):
        with django_assert_max_num_queries(16 if "/close/" in address else 12) as asked:
            assert browser.get(address).status_code == 200
        return len(asked)

    before = [count(address) for address in addresses]
    with clock.at(datetime(2025, 9, 20, 9, tzinfo=UTC)):
        for number in range(15):
            committee.post(amount=Decimal(number + 1))
            committee.draft()
            actions.submit(committee.draft(), by=committee.bookkeeper)
    assert [count(address) for address in addresses] == before


def test_a_long_list_is_paged_and_filtered(committee, sign):
    for number in range(32):
        committee.draft(summary=f"第{number}笔", day=committee.book.opened_on + timedelta(days=number % 7))
    browser = sign(committee.reviewer)
    first = browser.get(url("vouchers", committee.book.pk) + "?state=draft")
    following = browser.get(first.context["page"].next_url)
    seen = [row.pk for page in (first, following) for row in page.context["page"].rows]
    assert len(seen) == len(set(seen)) == 32
    assert following.context["page"].next_url == ""
    sheet = browser.get(first.context["page"].xlsx_url)
    assert len(read_sheets(sheet.content)[0].rows) == 33
    nothing = browser.get(url("vouchers", committee.book.pk) + "?month=2025-10&after=nonsense")
    assert nothing.status_code == 200
    assert "没有这样的凭证" not in browser.get(url("vouchers", committee.book.pk)).content.decode()


@pytest.mark.parametrize("address", ["?month=2025-13", "?month=x", "?page=x"])
def test_nonsense_in_an_address_is_no_error(committee, sign, address):
    browser = sign(committee.reviewer)
    for name, args in [("account", ["1002"]), ("accounts", []), ("vouchers", [])]:
        assert browser.get(url(name, committee.book.pk, *args) + address).status_code in {200, 404}
