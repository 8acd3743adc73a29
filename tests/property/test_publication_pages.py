"""The pages of the published quarter: who sees what, what it costs, and the whole way in the browser's requests."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from community import home, today
from community.roles import Role
from core import clock
from core.quarters import Quarter
from property import entries
from property.entries import Item
from property.models import Publication, Voucher
from property.publication import actions
from tests.factories import GridFactory, appoint, full_committee_of, household_in, resident_of

pytestmark = pytest.mark.django_db
AUTUMN = Quarter(2025, 4)
DAY = date(2025, 10, 8)


@pytest.fixture
def committee():
    committee = full_committee_of(opened_on=date(2025, 10, 1), opening=[("1002", "fee", Decimal("5000.00"))])
    committee.post(Voucher.objects.get(book=committee.book, kind="opening"))
    lines = entries.received([Item(committee.account("430101"), "fee", Decimal("800.00"))], committee.account("1002"))
    committee.post(kind="receipt", day=DAY, summary="收物业费", lines=lines)
    return committee


@pytest.fixture
def reader(committee):
    grid = GridFactory(community=committee.book.community)
    return resident_of(household_in(grid, dwelling__unit__building__estate=committee.book.estate))


def page(client, user, url):
    client.logout()
    if user is not None:
        user.__dict__.pop("scope", None)
        client.force_login(user)
    answer = client.get(url)
    if answer.streaming:
        answer.content_read = b"".join(answer.streaming_content)
    return answer


def test_who_may_read_it(committee, reader, client):
    committee.post(day=DAY, item="510106", amount=Decimal("300.00"))
    published = committee.publish(AUTUMN)
    community = committee.book.community
    neighbour = resident_of(household_in(GridFactory(community=community)))
    foreign = appoint(Role.SECRETARY, GridFactory().community)
    staff, adviser = appoint(Role.COMMUNITY_STAFF, community), appoint(Role.ADVISER, community)
    for path in (published.get_absolute_url(), reverse("property:quarter_pdf", args=[published.pk])):
        for user in (reader, staff, appoint(Role.SECRETARY, community), *committee.signers):
            assert page(client, user, path).status_code == 200
        for user in (neighbour, foreign, adviser):
            assert page(client, user, path).status_code == 404
        assert page(client, None, path).status_code == 302


def test_a_draft_is_for_the_committee_and_the_secretary(committee, reader, client):
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    staff = appoint(Role.COMMUNITY_STAFF, committee.book.community)
    for user in (reader, staff):
        assert page(client, user, draft.get_absolute_url()).status_code == 404
    for user in (committee.supervisor, appoint(Role.SECRETARY, committee.book.community)):
        answer = page(client, user, draft.get_absolute_url())
        assert "还没有写张贴在哪里" in answer.content.decode()


def test_the_page_costs_the_same_for_many_payments(committee, reader, client, django_assert_max_num_queries):
    costs = []
    for quarter, payments in ((AUTUMN, 1), (AUTUMN.next(), 300)):
        for number in range(payments):
            committee.post(
                day=quarter.start, item="510106", amount=Decimal(number + 1), summary=f"修 {number + 1} 号灯"
            )
        published = committee.publish(quarter)
        client.force_login(reader)
        with django_assert_max_num_queries(12) as captured:
            answer = client.get(published.get_absolute_url())
        assert f"修 {payments} 号灯" in answer.content.decode()
        costs.append(len(captured))
        with django_assert_max_num_queries(12):
            client.get(reverse("property:quarters"))
    assert costs[0] == costs[1]


def test_every_number_of_the_quarter_is_on_the_page(committee, reader, client):
    committee.post(day=DAY, item="510106", amount=Decimal("1234.56"), payee="王建国", summary="修门禁")
    published = committee.publish(AUTUMN, notes="门禁坏了三次，这次换了主板。")
    text = page(client, reader, published.get_absolute_url()).content.decode()
    for words in ("5,000.00", "800.00", "1,234.56", "4,565.44", "王＊＊", "已核对，与张贴纸质一致", "换了主板"):
        assert words in text
    assert "王建国" not in text
    for signer in committee.signers:
        assert signer.name in text


def test_the_page_speaks_english(committee, reader, client):
    published = committee.publish(AUTUMN)
    client.cookies["django_language"] = "en"
    assert page(client, reader, published.get_absolute_url()).status_code == 200


def test_what_is_kept_at_hand_is_kept_by_language_care_and_year(committee, reader, client):
    published = committee.publish(AUTUMN)

    def read(**cookies):
        client.cookies.clear()
        client.force_login(reader)
        for name, value in cookies.items():
            client.cookies[name] = value
        return client.get(published.get_absolute_url()).content.decode()

    plain, english, care = read(), read(django_language="en"), read(care="1")
    assert ["一、各项资金" in text for text in (plain, english, care)] == [True, False, True]
    assert ["<details open>" in text for text in (plain, english, care)] == [False, False, True]
    with clock.at(clock.now() + timedelta(days=366)):
        assert f"{published.notice_from.year}年" in read()
    assert "一、各项资金" in read()


# A posted sheet in the hand ---------------------------------------------------------------------------------------


def test_a_visitor_checks_the_posted_sheet(committee, client):
    cache.clear()
    published = committee.publish(AUTUMN)
    url = reverse("property:check")
    assert client.get(url).status_code == 200
    typed = published.check_code.lower()
    text = client.get(url, {"code": f"{typed[:4]} {typed[4:8]}-{typed[8:]}"}).content.decode()
    assert "已核对" in text
    assert " ".join(published.hash[start : start + 8] for start in range(0, 64, 8)) in text
    pdf = client.get(reverse("property:check_pdf"), {"code": published.check_code})
    assert b"".join(pdf.streaming_content).startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("code", "words"), [("", "请输入纸上"), ("12", "12 位"), ("000000000000", "没有这个查验码"), ("\x00" * 12, "")]
)
def test_a_wrong_code_is_told_kindly(code, words, client):
    cache.clear()
    answer = client.get(reverse("property:check"), {"code": code})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert client.get(reverse("property:check_pdf"), {"code": code}).status_code == 404


def test_codes_cannot_be_guessed_by_the_thousand(client):
    cache.clear()
    answers = [client.get(reverse("property:check"), {"code": "000000000000"}).status_code for _ in range(62)]
    assert answers[0] == 200
    assert answers[-1] == 429
    cache.clear()


def test_the_check_page_names_a_later_version(committee, client):
    cache.clear()
    first = committee.publish(AUTUMN)
    second = actions.correct(first, by=committee.chair, reason="漏写电话")
    actions.publish(committee.sign_all(second), by=committee.chair)
    text = client.get(reverse("property:check"), {"code": first.check_code}).content.decode()
    assert "后来更正过" in text
    client.force_login(committee.chair)
    assert "看更正后的版本" in client.get(first.get_absolute_url()).content.decode()
    second = Publication.objects.get(pk=second.pk)
    assert "这一版更正了第 1 版：漏写电话" in client.get(second.get_absolute_url()).content.decode()


# The way of five people through the pages -------------------------------------------------------------------------


def send(client, user, url, **data):
    user.__dict__.pop("scope", None)
    client.force_login(user)
    form = client.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields}
    given = {name: value for name, value in given.items() if value is not None}
    return client.post(url, {**given, **data}), {**given, **data}


def test_the_whole_way_through_the_pages(committee, reader, client):
    committee.post(day=DAY, item="510106", amount=Decimal("300.00"))
    assert not today.gather(committee.bookkeeper)[0].title.startswith("2025 年第四季度可以")
    committee.close(AUTUMN)
    ask = next(ask for ask in today.gather(committee.bookkeeper) if "可以编制" in ask.title)
    send(client, committee.bookkeeper, ask.url)
    draft = Publication.objects.get()
    ask = next(ask for ask in today.gather(committee.cashier) if "核对钱款" in ask.title)
    filled = {
        "places": "小区公告栏",
        "contact": "0511-12345678",
        "inspection_hours": "每周三下午",
        "balance_1002": "5，450.00元",
        "counted_on_1002": "2026-01-02",
        "what_1002_0": "在途存款",
    }
    answer, _data = send(client, committee.cashier, ask.url, **filled)
    assert "请填写金额" in answer.content.decode()
    assert "小区公告栏" in answer.content.decode()
    send(client, committee.cashier, ask.url, **{**filled, "amount_1002_0": "50", "balance_1002": "5450"})
    for signer in committee.signers:
        ask = next(ask for ask in today.gather(signer) if "等您签字" in ask.title)
        answer, _data = send(client, signer, ask.url)
        assert answer.status_code == 302
    ask = next(ask for ask in today.gather(committee.chair) if "可以公示了" in ask.title)
    answer, data = send(client, committee.chair, ask.url)
    again = client.post(ask.url, data)
    assert (answer.status_code, again.status_code, again.url) == (302, 302, answer.url)
    published = Publication.objects.get(pk=draft.pk)
    assert published.state == Publication.State.PUBLISHED
    assert published.notice_from is not None
    tile = next(tile for tile in home.gather(reader) if tile.title == "账目公示")
    assert tile.url == published.get_absolute_url()
    assert page(client, reader, tile.url).status_code == 200
    assert page(client, committee.chair, reverse("property:quarter_edit", args=[draft.pk])).status_code == 302


def test_a_refusal_stands_on_the_page(committee, client):
    committee.close(AUTUMN)
    draft = actions.draft_publication(committee.book, by=committee.bookkeeper, quarter=AUTUMN)
    answer, _data = send(client, committee.bookkeeper, reverse("property:quarter_sign", args=[draft.pk]))
    assert "还没有写张贴在哪里" in answer.content.decode()
    answer, _data = send(client, committee.chair, reverse("property:quarter_publish", args=[draft.pk]))
    assert answer.status_code == 200
    url = reverse("property:quarter_new", args=[committee.book.pk, "2026Q1"])
    answer = page(client, committee.bookkeeper, url)
    assert "还没有结账" in answer.content.decode()
    assert "开始编制" not in answer.content.decode()
    assert page(client, committee.bookkeeper, url.replace("2026Q1", "x")).status_code == 404


def test_a_visitor_finds_the_check_on_the_first_page(db):
    from django.contrib.auth.models import AnonymousUser

    assert reverse("property:check") in {tile.url for tile in home.gather(AnonymousUser())}
