"""The way of a voucher through three offices."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from community.models import AuditEvent, Notice
from community.roles import Office, Role
from core import clock
from core.refusal import Refused
from property import actions, entries
from property.chart import Fund
from property.entries import Item, Line
from property.fees.actions import draft_day
from property.models import Account, LedgerMonth, Means, MonthlyBalance, Posting, Voucher
from property.models.ledger import VOUCHER_STEPS
from property.verification import verify
from tests.factories import EstateFactory, UserFactory, appoint, committee_of, full_committee_of, small_photo
from tests.property.fee_payments import home_of, pay

pytestmark = pytest.mark.django_db
State = Voucher.State


@pytest.fixture
def committee():
    return committee_of()


def reviewed(committee, **fields):
    voucher = actions.submit(committee.draft(**fields), by=committee.bookkeeper)
    return actions.approve(voucher, by=committee.reviewer, version=voucher.version)


def test_three_people_take_a_voucher_into_the_books(committee):
    draft = committee.draft(payee="王建国", amount=Decimal("88.80"))
    assert (draft.state, draft.number, draft.hash) == (State.DRAFT, None, "")
    posted = committee.post(draft)
    posted.refresh_from_db()
    assert (posted.state, posted.number, posted.sequence) == (State.POSTED, 1, 1)
    assert posted.label == "2025-09 记-1"
    assert str(posted.payee) == "王＊＊"
    assert {posted.drafted_by, posted.reviewed_by, posted.settled_by} == {
        committee.bookkeeper,
        committee.reviewer,
        committee.cashier,
    }
    committee.book.refresh_from_db()
    assert (committee.book.last_sequence, committee.book.last_hash) == (1, posted.hash)
    kept = MonthlyBalance.objects.of_book(committee.book).values_list("account__code", "fund", "debit", "credit")
    assert set(kept) == {("1002", "fee", 0, Decimal("88.80")), ("520101", "fee", Decimal("88.80"), 0)}
    assert list(AuditEvent.objects.filter(target_id=str(posted.pk)).order_by("pk").values_list("verb", flat=True)) == [
        "voucher_drafted",
        "voucher_submitted",
        "voucher_approved",
        "voucher_posted",
    ]
    assert "王建国" not in str(list(AuditEvent.objects.values_list("changes", "target_label")))


def test_each_office_hears_when_its_turn_comes(committee):
    voucher = actions.submit(committee.draft(), by=committee.bookkeeper)
    assert Notice.objects.get(user=committee.reviewer).url == voucher.get_absolute_url()
    actions.approve(voucher, by=committee.reviewer, version=voucher.version)
    assert Notice.objects.get(user=committee.cashier).text == "有一张 100.00 元的凭证审核通过，等您收付。"


def test_drafts_leave_no_gap_in_the_numbers(committee):
    committee.draft()
    actions.void(committee.draft(), by=committee.bookkeeper)
    assert [committee.post().number, committee.post().number] == [1, 2]


def test_only_the_office_may_take_its_step(committee):
    estate = committee.book.estate
    chair, supervisor = (appoint(Role.COMMITTEE, estate, office=office) for office in ("chair", "supervisor"))
    elsewhere = appoint(Role.COMMITTEE, EstateFactory(community=estate.community), office=Office.REVIEWER)
    secretary = appoint(Role.SECRETARY, estate.community)
    voucher = actions.submit(committee.draft(), by=committee.bookkeeper)
    for stranger in (chair, supervisor, elsewhere, secretary, committee.bookkeeper, committee.cashier, UserFactory()):
        with pytest.raises(Refused, match="别的同志"):
            actions.approve(voucher, by=stranger, version=voucher.version)
    with pytest.raises(Refused, match="别的同志"):
        actions.draft_voucher(
            committee.book, by=chair, kind="payment", day=date(2025, 9, 1), summary="x", lines=[Line(None, "fee")]
        )


def test_nobody_signs_twice_even_after_a_change_of_office(committee):
    voucher = actions.submit(committee.draft(), by=committee.bookkeeper)
    appointment = committee.reviewer.appointments.get()
    appointment.ends_on = clock.today() - timedelta(days=1)
    appointment.save()
    own = committee.bookkeeper.appointments.get()
    own.office = Office.REVIEWER
    own.save()
    del committee.bookkeeper.scope
    with pytest.raises(Refused, match="别的同志"):
        actions.approve(voucher, by=committee.bookkeeper, version=voucher.version)


@pytest.mark.parametrize("signature", ["drafted_by", "reviewed_by"])
def test_the_database_wants_three_people(committee, signature):
    voucher = reviewed(committee)
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.filter(pk=voucher.pk).update(settled_by=getattr(voucher, signature), settled_at=clock.now())


def test_a_returned_voucher_comes_back_changed(committee):
    voucher = reviewed(committee, payee="王建国")
    with pytest.raises(Refused, match="还缺"):
        actions.send_back(voucher, by=committee.cashier, version=voucher.version, note=" ")
    back = actions.send_back(voucher, by=committee.cashier, version=voucher.version, note="少了发票")
    assert (back.state, back.reviewed_by, back.return_note) == (State.RETURNED, None, "少了发票")
    lines = entries.paid([Item(committee.account("520101"), "fee", Decimal("90.00"))], committee.account("1002"))
    changed = actions.change_draft(
        back,
        by=committee.bookkeeper,
        version=back.version,
        day=date(2025, 9, 2),
        summary="买打印纸和墨盒",
        lines=lines,
        papers=[actions.Paper(b"%PDF-", "发票.pdf", "application/pdf")],
    )
    assert (changed.amount, changed.payee.plain) == (Decimal("90.00"), "王建国")
    posted = committee.post(changed)
    assert posted.number == 1
    assert verify(posted.book).is_good


def test_a_stale_page_is_told_so(committee):
    voucher = actions.submit(committee.draft(), by=committee.bookkeeper)
    with pytest.raises(Refused, match="刚才有人改过"):
        actions.approve(voucher, by=committee.reviewer, version=voucher.version - 1)
    actions.approve(voucher, by=committee.reviewer, version=voucher.version)
    with pytest.raises(Refused, match="先办了一步"):
        actions.approve(voucher, by=committee.reviewer, version=voucher.version)


@pytest.mark.parametrize(
    ("sides", "words"),
    [
        ([("520101", "fee", "10", "0")], "两行"),
        ([("520101", "fee", "10", "0"), ("1002", "fee", "0", "9")], "相差 1.00 元"),
        ([("520101", "fee", "10", "0"), ("1002", "grant", "0", "10")], "物业费"),
        ([("5201", "fee", "10", "0"), ("1002", "fee", "0", "10")], "不能直接记账"),
        ([("520101", "fee", "10", "10"), ("1002", "fee", "0", "0")], "大于零"),
        ([("520101", "fee", "-10", "0"), ("1002", "fee", "0", "-10")], "大于零"),
    ],
)
def test_lines_that_are_no_entry_are_refused(committee, sides, words):
    lines = [Line(committee.account(c), fund, Decimal(d), Decimal(k)) for c, fund, d, k in sides]
    with pytest.raises(Refused, match=words):
        committee.draft(lines=lines)


def test_accounts_of_another_book_are_refused(committee):
    other = committee_of()
    lines = entries.paid([Item(other.account("520101"), "fee", Decimal(1))], other.account("1002"))
    with pytest.raises(Refused, match="不能直接记账"):
        committee.draft(lines=lines)


@pytest.mark.parametrize("day", [date(2025, 8, 31), date(2999, 1, 1)])
def test_days_outside_the_books_are_refused(committee, day):
    with pytest.raises(Refused):
        committee.draft(day=day)


def test_a_spend_above_the_limit_names_its_resolution(committee):
    with pytest.raises(Refused, match="超过委员会"):
        committee.draft(amount=Decimal("2000.01"))
    committee.draft(amount=Decimal("2000.00"))
    voucher = committee.draft(amount=Decimal("2000.01"), resolution_ref="2025 年第 3 号业主决定")
    assert committee.post(voucher).is_posted


def test_income_and_moving_money_need_no_resolution(committee):
    big = Decimal("9999.00")
    bank, cash, fees = (committee.account(code) for code in ("1002", "1001", "430101"))
    committee.draft(kind="receipt", lines=entries.received([Item(fees, "fee", big)], bank))
    committee.draft(kind="transfer", lines=entries.moved([Item(cash, "fee", big)], bank))


def test_settling_asks_how_and_when(committee):
    voucher = reviewed(committee)
    ask = {"by": committee.cashier, "version": voucher.version}
    with pytest.raises(Refused, match="还缺"):
        actions.settle(voucher, **ask, settled_on=clock.today(), means="")
    with pytest.raises(Refused, match="今天以后"):
        actions.settle(voucher, **ask, settled_on=clock.today() + timedelta(days=1), means=Means.BANK)
    with pytest.raises(Refused, match="动了钱款账户"):
        actions.settle(voucher, **ask, settled_on=clock.today(), means=Means.NONE)
    with pytest.raises(Refused, match="怎样收付"):
        actions.settle(voucher, **ask, settled_on=clock.today(), means="beads")


def test_a_reversal_undoes_a_voucher_once(committee):
    posted = committee.post(amount=Decimal("12.34"))
    today = clock.today()
    with pytest.raises(Refused, match="为什么"):
        actions.reverse(posted, by=committee.bookkeeper, day=today, reason="")
    undoing = actions.reverse(posted, by=committee.bookkeeper, day=today, reason="记错科目")
    assert undoing.summary == "冲销 2025-09 记-1：记错科目"
    with pytest.raises(Refused, match="已经有人在冲销"):
        actions.reverse(posted, by=committee.bookkeeper, day=today, reason="记错科目")
    undone = committee.post(undoing)
    assert not any(row.closing for row in Account.objects.statement(posted.book, *_all_months()))
    with pytest.raises(Refused, match="不能再冲销"):
        actions.reverse(undone, by=committee.bookkeeper, day=today, reason="x")
    with pytest.raises(Refused, match="直接修改或作废"):
        actions.reverse(committee.draft(), by=committee.bookkeeper, day=today, reason="x")
    assert verify(posted.book).is_good


def _all_months():
    from core.quarters import Month

    return Month(2025, 1), Month.of(clock.today())


def test_a_voided_reversal_can_be_drafted_again(committee):
    posted = committee.post()
    draft = actions.reverse(posted, by=committee.bookkeeper, day=clock.today(), reason="记错")
    actions.void(draft, by=committee.bookkeeper)
    assert actions.reverse(posted, by=committee.bookkeeper, day=clock.today(), reason="记错").pk != draft.pk


GUARDED = [
    "UPDATE property_voucher SET summary = 'x' WHERE id = {voucher}",
    "UPDATE property_voucher SET state = 'draft' WHERE id = {voucher}",
    "DELETE FROM property_voucher WHERE id = {voucher}",
    "UPDATE property_posting SET debit = 1, credit = 0 WHERE voucher_id = {voucher}",
    "DELETE FROM property_posting WHERE voucher_id = {voucher}",
    "UPDATE property_voucherattachment SET line = 9 WHERE voucher_id = {voucher}",
    "DELETE FROM property_voucherattachment WHERE voucher_id = {voucher}",
]


@pytest.mark.parametrize("sql", GUARDED)
def test_the_database_keeps_what_is_posted(committee, sql):
    posted = committee.post(papers=[actions.Paper(b"%PDF-", "发票.pdf", "application/pdf")])
    key = f"'{posted.pk.hex if connection.vendor == 'sqlite' else posted.pk}'"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(voucher=key))


def test_the_database_takes_no_line_or_paper_into_a_posted_voucher(committee):
    posted = committee.post(papers=[actions.Paper(b"%PDF-", "发票.pdf", "application/pdf")])
    line = Posting.objects.filter(voucher=posted).first()
    line.pk, line.line = None, 9
    with pytest.raises(IntegrityError), transaction.atomic():
        line.save(force_insert=True)
    paper = posted.papers.first()
    paper.pk, paper.line = None, 9
    with pytest.raises(IntegrityError), transaction.atomic():
        paper.save(force_insert=True)
    other = committee.draft()
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.filter(voucher=other).update(voucher=posted, line=10)


def test_the_database_posts_only_what_balances_into_an_open_month(committee):
    voucher = reviewed(committee)
    signed = {
        "state": "posted",
        "number": 1,
        "sequence": 1,
        "hash": "0" * 64,
        "settled_by": committee.cashier,
        "settled_at": clock.now(),
        "settled_on": voucher.day,
    }
    posting = Posting.objects.filter(voucher=voucher, debit__gt=0)
    posting.update(debit=Decimal("99.99"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.filter(pk=voucher.pk).update(**signed)
    posting.update(debit=Decimal("100.00"))
    month = voucher.month
    LedgerMonth.objects.filter(pk=month.pk).update(
        state="closed", closed_at=clock.now(), closed_by=committee.bookkeeper
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.filter(pk=voucher.pk).update(**signed)
    with pytest.raises(Refused, match="已经结账"):
        actions.settle(
            voucher, by=committee.cashier, version=voucher.version, settled_on=clock.today(), means=Means.BANK
        )


def test_the_database_lets_nothing_be_born_posted(committee):
    posted = committee.post()
    posted.pk, posted.number, posted.sequence = None, 2, 2
    posted.id = Voucher._meta.pk.get_default()
    with pytest.raises(IntegrityError), transaction.atomic():
        posted.save(force_insert=True)


def test_every_state_is_reached_and_left_by_the_table():
    reached = {step.target for step in VOUCHER_STEPS}
    assert reached == set(State)
    assert {step.source for step in VOUCHER_STEPS} - {""} == set(State) - {State.POSTED, State.VOIDED}


def test_funds_are_the_four_of_the_rules():
    assert set(Fund) == {"fee", "public", "grant", "custody"}


def test_a_draft_may_wait_for_the_scan_of_its_resolution_and_is_not_handed_on_without(committee):
    bank, item = committee.account("1002"), Item(committee.account("510106"), "fee", Decimal("2500.00"))
    given = {"day": committee.book.opened_on, "summary": "修屋面", "lines": entries.paid([item], bank)}
    draft = actions.draft_voucher(
        committee.book, by=committee.bookkeeper, kind=Voucher.Kind.PAYMENT, resolution_ref="居民会议 3 号", **given
    )
    with pytest.raises(Refused, match="先附上决议"):
        actions.submit(draft, by=committee.bookkeeper)
    photo = small_photo()
    for is_resolution in (False, True):
        paper = actions.Paper(photo.content, "纸.jpg", photo.content_type, is_resolution=is_resolution)
        draft = actions.change_draft(
            draft,
            by=committee.bookkeeper,
            version=draft.version,
            resolution_ref="居民会议 3 号",
            papers=[paper],
            **given,
        )
        if not is_resolution:
            with pytest.raises(Refused, match="先附上决议"):
                actions.submit(draft, by=committee.bookkeeper)
    assert committee.post(draft).is_posted


def test_what_goes_back_to_households_needs_no_resolution():
    committee = full_committee_of()
    day = committee.book.opened_on
    pay(committee, home_of(committee), "-2500.00", day)
    voucher = draft_day(committee.book, day, by=committee.bookkeeper)
    assert voucher.amount == Decimal("2500.00")
    assert committee.post(voucher).is_posted
