"""A quarter on its way: drafted from closed books, frozen, signed by five people, published once, corrected beside."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from community.models import Appointment, AuditEvent, Notice
from community.roles import Office, Role
from core import clock
from core.quarters import Quarter
from core.refusal import Refused
from property import actions as books
from property import entries
from property.entries import Item
from property.models import Account, CashProof, MonthlyBalance, Publication, PublicationLine, PublicationSignature
from property.models.publication import PUBLICATION_STEPS, SIGNATORIES
from property.publication import actions, seal, sheet
from property.publication.rows import BrokenLine, FundRow, Outstanding, Section, freeze, thaw
from property.publication.sections import check, compose
from tests.factories import BuildingFactory, GridFactory, appoint, full_committee_of, household_in, resident_of

pytestmark = pytest.mark.django_db
AUTUMN = Quarter(2025, 4)
DAY = date(2025, 10, 8)
State = Publication.State


@pytest.fixture
def committee():
    return full_committee_of(opened_on=date(2025, 10, 1), opening=[("1002", "fee", Decimal("5000.00"))])


def spend(committee, amount="300.00", **fields):
    fields = {"day": DAY, "item": "510106", "payee": "王建国", "summary": "修门禁", **fields}
    return committee.post(amount=Decimal(amount), **fields)


def earn(committee, amount="800.00", *, fund="fee", account="430101", into="1002"):
    lines = entries.received([Item(committee.account(account), fund, Decimal(amount))], committee.account(into))
    return committee.post(kind="receipt", day=DAY, summary="收物业费", lines=lines)


@pytest.fixture
def opened(committee):
    """The opening voucher is posted, one receipt and one payment made."""
    from property.models import Voucher

    committee.post(Voucher.objects.get(book=committee.book, kind="opening"))
    earn(committee)
    spend(committee)
    return committee


@pytest.fixture
def draft(opened):
    opened.close(AUTUMN)
    return actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN)


def fresh(publication):
    return Publication.objects.for_page().get(pk=publication.pk)


# The books --------------------------------------------------------------------------------------------------------


def test_the_sections_tell_the_quarter(opened):
    opened.close(AUTUMN)
    told = compose(opened.book, AUTUMN, [])
    assert told.funds == (
        FundRow("fee", Decimal("5000.00"), Decimal("800.00"), Decimal("300.00"), Decimal("0.00"), Decimal("5500.00")),
    )
    assert [(row.kind, row.code, row.quarter) for row in told.items] == [
        ("income", "430101", Decimal("800.00")),
        ("expense", "510106", Decimal("300.00")),
    ]
    (paid,) = told.spending
    assert (paid.summary, paid.payee, paid.amount, paid.papers) == ("修门禁", "王＊＊", Decimal("300.00"), 0)
    assert [(row.code, row.book) for row in told.cash] == [("1002", Decimal("5500.00"))]
    assert [row.quarter for row in told.history] == ["2025Q4"]


def test_what_moves_money_without_being_earned_or_spent_stands_beside(opened):
    owed = opened.account("1121")
    opened.post(
        kind="journal",
        day=DAY,
        summary="应收",
        lines=[
            entries.Line(owed, "fee", debit=Decimal("200.00")),
            entries.Line(opened.account("430101"), "fee", credit=Decimal("200.00")),
        ],
    )
    lines = entries.paid([Item(opened.account("1501"), "fee", Decimal("1000.00"))], opened.account("1002"))
    opened.post(day=DAY, summary="买道闸", lines=lines)
    opened.close(AUTUMN)
    told = compose(opened.book, AUTUMN, [])
    assert told.funds[0].other == Decimal("-1200.00")
    assert {row.code: row.quarter for row in told.items if row.kind == "other"} == {
        "1121": Decimal("-200.00"),
        "1501": Decimal("-1000.00"),
    }


def test_a_reversed_payment_cancels_out_and_both_are_shown(opened):
    wrong = spend(opened, "120.00", summary="记错的")
    opened.post(books.reverse(wrong, by=opened.bookkeeper, day=DAY, reason="记错科目"))
    opened.close(AUTUMN)
    told = compose(opened.book, AUTUMN, [])
    assert [row.amount for row in told.spending] == [Decimal("300.00"), Decimal("120.00"), Decimal("-120.00")]
    assert told.funds[0].expenditure == Decimal("300.00")


@pytest.mark.parametrize("field", ["opening", "income", "expenditure", "closing"])
def test_sections_that_do_not_tie_out_are_refused(opened, field):
    opened.close(AUTUMN)
    told = compose(opened.book, AUTUMN, [])
    money = Account.objects.of_book(opened.book).money_by_fund(AUTUMN.months[2])
    off = replace(told.funds[0], **{field: getattr(told.funds[0], field) + Decimal("0.01")})
    with pytest.raises(Refused, match="对不上"):
        check(replace(told, funds=(off,)), money)
    for part in ("items", "spending", "cash"):
        with pytest.raises(Refused, match="对不上"):
            check(replace(told, **{part: ()}), money)


def test_kept_balances_that_were_tampered_with_cannot_be_drafted(opened):
    opened.close(AUTUMN)
    MonthlyBalance.objects.filter(account__code="430101").update(credit=Decimal("800.01"))
    with pytest.raises(Refused, match="对不上"):
        actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN)


class AnyBooks(TestCase):
    """Whatever is booked, every fund adds up, and all of them to the money that is there."""

    amount = st.decimals(min_value="0.01", max_value="9999.99", places=2)
    fund = st.sampled_from(["fee", "public", "grant", "custody"])
    account = st.sampled_from(["430101", "490201", "4401", "510101", "510109", "1121", "1501", "2203", "1001", "3101"])
    entry = st.tuples(account, account | st.just("1002"), fund, amount)

    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(entry, max_size=8))
    def test_every_fund_adds_up(self, booked):
        committee = full_committee_of(opened_on=date(2025, 10, 1), spending_limit=Decimal(10**6))
        for number, (debit, credit, fund, amount) in enumerate(booked):
            lines = [
                entries.Line(committee.account(debit), fund, debit=amount),
                entries.Line(committee.account(credit), fund, credit=amount),
            ]
            day = DAY + timedelta(days=number * 9)
            committee.post(kind="journal", day=day, summary="随便什么", lines=lines)
        committee.close(AUTUMN)
        told = compose(committee.book, AUTUMN, [])
        for row in told.funds:
            assert row.opening + row.income - row.expenditure + row.other == row.closing
        assert sum(row.closing for row in told.funds) == sum(row.book for row in told.cash)
        for section, _position, row in told.lines():
            assert thaw(section, freeze(row)) == row


# The rows and the hash --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    ["", "[]", "{}", '{"fund":"fee"}', '{"x":1}', "null", '{"fund":1,"opening":"1.00"}'],
)
@pytest.mark.parametrize("section", [*Section.values, 99])
def test_cells_that_nobody_froze_are_told_apart(section, cells):
    with pytest.raises(BrokenLine):
        thaw(section, cells)


@given(st.text(alphabet="0123456789abcdef", min_size=64, max_size=64))
def test_a_check_code_is_read_however_it_is_typed(hashed):
    code = seal.code_of(hashed)
    assert len(code) == 12
    for typed in (code, code.lower(), seal.grouped(code), f" {seal.grouped(code).replace(' ', '-')} "):
        assert seal.read_code(typed) == code


@pytest.mark.parametrize("typed", ["", "1234", "UUUUUUUUUUUU", "一二三四五六七八九十十十", "0" * 13])
def test_what_is_no_check_code_is_told_apart(typed):
    assert seal.read_code(typed) == ""


def test_letters_that_look_like_digits_are_read_as_digits():
    assert seal.read_code("oil0-1234-5678") == "011012345678"


# Drafting ---------------------------------------------------------------------------------------------------------


def test_a_quarter_is_drafted_only_when_its_months_are_closed(opened):
    with pytest.raises(Refused, match="2025 年 9 月还没有结账"):
        actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN)
    opened.close(AUTUMN)
    with pytest.raises(Refused, match="2026 年 1 月还没有结账"):
        actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN.next())
    with pytest.raises(Refused, match="账本从"):
        actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN.previous())
    with pytest.raises(Refused, match="还没过完"):
        actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=Quarter.of(clock.today()))
    with pytest.raises(Refused, match="别的同志"):
        actions.draft_publication(opened.book, by=opened.cashier, quarter=AUTUMN)
    draft = actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN)
    assert (draft.title, draft.version, draft.state) == ("2025 年第四季度收支公示", 1, State.DRAFT)
    with pytest.raises(Refused, match="已经在编制"):
        actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN)


def test_the_next_quarter_keeps_the_texts(opened):
    first = opened.publish(AUTUMN)
    opened.close(AUTUMN.next())
    second = actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN.next())
    assert (second.places, second.contact) == (first.places, first.contact)


def test_what_is_missing_is_said_in_words(opened, draft):
    with pytest.raises(Refused, match="张贴在哪里"):
        actions.sign(draft, by=opened.bookkeeper, revision=draft.revision)
    filled = opened.fill(draft, proofs=[])
    with pytest.raises(Refused, match="对账单上的余额"):
        actions.sign(filled, by=opened.bookkeeper, revision=filled.revision)
    short = actions.Proof("1002", Decimal("5400.00"), counted_on=clock.today())
    filled = opened.fill(filled, proofs=[short])
    with pytest.raises(Refused, match=r"相差 100\.00 元"):
        actions.sign(filled, by=opened.bookkeeper, revision=filled.revision)
    on_the_way = replace(short, items=(Outstanding("12 月 31 日存入，次日到账", Decimal("100.00")),))
    filled = opened.fill(filled, proofs=[on_the_way])
    signed = actions.sign(filled, by=opened.bookkeeper, revision=filled.revision)
    assert signed.state == State.SIGNING
    (row,) = sheet.of_frozen(fresh(signed)).sections.cash
    assert (row.outstanding, row.difference) == (Decimal("100.00"), Decimal("0.00"))


def test_a_difference_may_stand_when_it_is_explained(opened, draft):
    short = actions.Proof("1002", Decimal("5499.00"), explanation="银行多扣一元，已申请退回", counted_on=clock.today())
    filled = opened.fill(draft, proofs=[short])
    assert actions.sign(filled, by=opened.bookkeeper, revision=filled.revision).state == State.SIGNING


def test_cash_is_counted_by_two(opened):
    lines = entries.moved([Item(opened.account("1001"), "fee", Decimal("50.00"))], opened.account("1002"))
    opened.post(kind="transfer", day=DAY, summary="取现", lines=lines)
    opened.close(AUTUMN)
    draft = actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=AUTUMN)
    proofs = [
        actions.Proof("1001", Decimal("50.00"), counted_on=clock.today(), counted_by="钱"),
        actions.Proof("1002", Decimal("5450.00"), counted_on=clock.today()),
    ]
    filled = opened.fill(draft, proofs=proofs)
    with pytest.raises(Refused, match="必须是两个人"):
        actions.sign(filled, by=opened.bookkeeper, revision=filled.revision)
    with pytest.raises(Refused, match="不能是同一个人"):
        opened.fill(filled, proofs=[replace(proofs[0], witness="钱"), proofs[1]])
    with pytest.raises(IntegrityError), transaction.atomic():
        CashProof.objects.filter(account__code="1001").update(witness="钱")


def test_a_stale_form_is_told_so(opened, draft):
    opened.fill(draft)
    with pytest.raises(Refused, match="刚才有人改过"):
        opened.fill(draft)
    with pytest.raises(Refused, match="刚才有人改过"):
        actions.sign(draft, by=opened.bookkeeper, revision=draft.revision)


# Signing and publishing -------------------------------------------------------------------------------------------


def test_five_people_sign_in_order(opened, draft):
    filled = opened.fill(draft)
    with pytest.raises(Refused, match="别的同志"):
        actions.sign(filled, by=opened.chair, revision=filled.revision)
    signed = actions.sign(filled, by=opened.bookkeeper, revision=filled.revision)
    with pytest.raises(Refused, match="已经签过字"):
        actions.sign(signed, by=opened.bookkeeper, revision=signed.revision)
    with pytest.raises(Refused, match=r"还缺“出纳”签字（用户\d+）"):
        actions.sign(signed, by=opened.supervisor, revision=signed.revision)
    for signer in opened.signers[1:]:
        with pytest.raises(Refused, match="还缺"):
            actions.publish(signed, by=opened.chair)
        signed = actions.sign(signed, by=signer, revision=signed.revision)
    assert [row.office for row in PublicationSignature.objects.of(signed)] == list(SIGNATORIES)
    with pytest.raises(Refused, match="都签好字了"):
        actions.sign(
            signed, by=appoint(Role.COMMITTEE, opened.book.estate, office="supervisor"), revision=signed.revision
        )


def test_one_person_in_two_offices_signs_once(opened, draft):
    signed = actions.sign(filled := opened.fill(draft), by=opened.bookkeeper, revision=filled.revision)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationSignature.objects.create(
            community_id=signed.community_id,
            publication=signed,
            office=Office.CASHIER,
            user=opened.bookkeeper,
            name="x",
            at=clock.now(),
            content_hash=signed.content_hash,
        )


def test_a_vacant_office_is_named(opened, draft):
    signed = opened.fill(draft)
    for signer in opened.signers[:4]:
        signed = actions.sign(signed, by=signer, revision=signed.revision)
    Appointment.objects.filter(user=opened.supervisor).update(ends_on=clock.today() - timedelta(days=1))
    with pytest.raises(Refused, match="“监督”目前没有人担任"):
        actions.publish(signed, by=opened.chair)


def test_a_change_voids_the_signatures_and_tells_those_who_signed(opened, draft):
    signed = actions.sign(filled := opened.fill(draft), by=opened.bookkeeper, revision=filled.revision)
    assert PublicationLine.objects.of(signed).exists()
    changed = opened.fill(signed, notes="补充说明")
    assert (changed.state, changed.content_hash) == (State.DRAFT, "")
    assert not PublicationLine.objects.of(signed).exists()
    assert not PublicationSignature.objects.of(signed).exists()
    event = AuditEvent.objects.get(verb="publication_signatures_voided")
    assert event.changes["signatures"][0] == opened.bookkeeper.name
    assert Notice.objects.filter(user=opened.bookkeeper, kind="publication_changed").exists()


def test_what_is_published_is_sealed(opened):
    home = household_in(BuildingFactory().grid, dwelling__unit__building__estate=opened.book.estate)
    reader, stranger = resident_of(home), resident_of(household_in(BuildingFactory().grid))
    gone = resident_of(home)
    Appointment.objects.filter(user=gone).update(ends_on=date(2021, 1, 1))
    published = opened.publish(AUTUMN)
    assert published.state == State.PUBLISHED
    assert published.notice_to - published.notice_from == timedelta(days=30)
    assert published.check_code == seal.code_of(published.hash)
    assert published.pdf.content_type == "application/pdf"
    assert sheet.of_frozen(fresh(published)).verdict == "intact"
    told = Notice.objects.filter(kind="publication_published")
    assert set(told.values_list("user", flat=True)) == {reader.pk}
    assert stranger.pk != reader.pk
    with pytest.raises(Refused, match="先办了一步"):
        actions.publish(published, by=opened.chair)
    with pytest.raises(Refused, match="先办了一步"):
        opened.fill(published)


def test_many_readers_cost_no_more(opened, django_assert_max_num_queries):
    grid = GridFactory(community=opened.book.community)
    resident_of(household_in(grid, dwelling__unit__building__estate=opened.book.estate))

    def counted(quarter):
        opened.close(quarter)
        draft = actions.draft_publication(opened.book, by=opened.bookkeeper, quarter=quarter)
        signed = opened.sign_all(opened.fill(draft))
        with django_assert_max_num_queries(20) as captured:
            actions.publish(signed, by=opened.chair)
        return len(captured)

    few = counted(AUTUMN)
    for _number in range(20):
        resident_of(household_in(grid, dwelling__unit__building__estate=opened.book.estate))
    assert counted(AUTUMN.next()) == few


# A cell of every kind, the head and the signatures, each changed behind the portal's back.
MUTATIONS = [
    *(
        f"UPDATE property_publicationline SET cells = REPLACE(cells, '{old}', '{new}') WHERE section = {section}"
        for section, old, new in [
            (1, "5500.00", "5500.01"),
            (2, "430101", "430102"),
            (3, "修门禁", "修大门"),
            (3, "王＊＊", "李＊＊"),
            (3, "300.00", "30.00"),
            (4, "5500.00", "5400.00"),
            (13, "800.00", "900.00"),
        ]
    ),
    "UPDATE property_publicationline SET cells = 'null' WHERE section = 3",
    "UPDATE property_publicationline SET position = 7 WHERE section = 3",
    "DELETE FROM property_publicationline WHERE section = 3",
    "UPDATE property_publicationsignature SET name = 'x' WHERE office = 'reviewer'",
    "DELETE FROM property_publicationsignature WHERE office = 'reviewer'",
    "UPDATE property_publication SET title = 'x'",
    "UPDATE property_publication SET notes = 'x'",
    "UPDATE property_publication SET notice_to = '2030-01-01'",
    "UPDATE property_publication SET check_code = '000000000000'",
]


def unguard(cursor):
    """Drop every trigger, as somebody with the database in their hands could."""
    from importlib import import_module

    for table, name, *_rest in import_module("property.migrations.0003_publication_guards").GUARDS:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@pytest.mark.parametrize("sql", MUTATIONS)
def test_whatever_is_changed_behind_the_back_is_seen(opened, sql, client):
    published = opened.publish(AUTUMN)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert sheet.of_frozen(fresh(published)).verdict == "intact"
    client.force_login(opened.chair)
    assert "已核对" in client.get(published.get_absolute_url()).content.decode()
    with connection.cursor() as cursor:
        unguard(cursor)
        cursor.execute(sql)
    assert sheet.of_frozen(fresh(published)).verdict == "broken"
    page = client.get(published.get_absolute_url()).content.decode()
    assert "核对不上" in page
    assert "有人改动过" in page
    assert "已核对" not in page


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE property_publication SET state = 'draft'",
        "DELETE FROM property_publication",
        "UPDATE property_cashproof SET balance = 1",
        "DELETE FROM property_cashproof",
    ],
)
def test_the_database_keeps_what_is_published(opened, sql):
    opened.publish(AUTUMN)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_publishes_nothing_with_four_signatures(opened, draft):
    signed = opened.fill(draft)
    for signer in opened.signers[:4]:
        signed = actions.sign(signed, by=signer, revision=signed.revision)
    pdf = published_pdf(opened)
    with pytest.raises(IntegrityError, match="five offices"), transaction.atomic():
        Publication.objects.filter(pk=signed.pk).update(
            state="published",
            hash="0" * 64,
            check_code="000000000000",
            published_at=clock.now(),
            published_by=opened.chair,
            notice_from=date(2026, 1, 1),
            notice_to=date(2026, 1, 31),
            pdf=pdf,
        )


def published_pdf(committee):
    from community.files import store

    return store(b"%PDF-", name="x.pdf", content_type="application/pdf", community=committee.book.community, by=None)


# Corrections ------------------------------------------------------------------------------------------------------


def test_a_correction_stands_beside_what_it_corrects(opened):
    first = opened.publish(AUTUMN)
    with pytest.raises(Refused, match="还缺"):
        actions.correct(first, by=opened.chair, reason=" ")
    second = actions.correct(first, by=opened.chair, reason="漏写查账时间")
    with pytest.raises(Refused, match="已经在编制"):
        actions.correct(first, by=opened.chair, reason="再来一次")
    assert (second.version, second.supersedes, second.places) == (2, first, first.places)
    first.refresh_from_db()
    assert first.state == State.PUBLISHED
    second = actions.publish(opened.sign_all(second), by=opened.chair)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.SUPERSEDED, State.PUBLISHED)
    assert first.hash != second.hash
    for one in (first, second):
        assert sheet.of_frozen(fresh(one)).verdict == "intact"
    with pytest.raises(Refused, match="只有正在公示"):
        actions.correct(first, by=opened.chair, reason="旧的")


def test_every_state_is_reached_and_left_by_the_table():
    assert {step.target for step in PUBLICATION_STEPS} == set(State)
    assert {step.source for step in PUBLICATION_STEPS} - {""} == set(State) - {State.SUPERSEDED}


def test_every_verb_has_words(opened):
    from community.history import known_verbs

    first = opened.publish(AUTUMN)
    second = actions.correct(first, by=opened.chair, reason="x")
    actions.publish(opened.sign_all(second), by=opened.chair)
    verbs = set(AuditEvent.objects.filter(verb__startswith="publication").values_list("verb", flat=True))
    assert verbs <= known_verbs()
    assert {"publication_published", "publication_superseded", "publication_correction_begun"} <= verbs
