"""A book read again: every change behind the portal's back is found and named."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from community.files import path_of
from core import clock
from property import actions
from property.models import Book, LedgerMonth, MonthlyBalance, Posting, Voucher, VoucherAttachment
from property.verification import verify
from tests.factories import UserFactory, committee_of

pytestmark = pytest.mark.django_db

GUARDS = [
    ("property_voucher", "voucher_posted_no_update"),
    ("property_voucher", "voucher_posted_no_delete"),
    ("property_posting", "posting_no_insert"),
    ("property_posting", "posting_no_update"),
    ("property_posting", "posting_no_delete"),
    ("property_voucherattachment", "paper_no_insert"),
    ("property_voucherattachment", "paper_no_update"),
    ("property_voucherattachment", "paper_no_delete"),
    ("property_ledgermonth", "month_closed_no_update"),
    ("property_ledgermonth", "month_closed_no_delete"),
    ("property_ledgermonth", "month_closes_in_order"),
]


def lift_guards():
    """Drop the triggers, as somebody with the database's password could."""
    with connection.cursor() as cursor:
        for table, name in GUARDS:
            cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))


@pytest.fixture
def committee():
    """A committee with three posted vouchers, the second with a paper and a resolution, the third undoing the first."""
    committee = committee_of(opening=[("1002", "fee", Decimal("50000"))])
    opening = Voucher.objects.get()
    committee.post(opening)
    first = committee.post(payee="王建国")
    paper = actions.Paper(b"%PDF-1.7 an invoice", "发票.pdf", "application/pdf")
    committee.post(amount=Decimal("2500.00"), resolution_ref="第 3 号", papers=[paper])
    committee.post(actions.reverse(first, by=committee.bookkeeper, day=clock.today(), reason="记错"))
    assert verify(committee.book).is_good
    lift_guards()
    return committee


def second(committee):
    return Voucher.objects.get(book=committee.book, sequence=3)


CHANGES = {
    "day": "2025-09-30",
    "summary": "买别的",
    "payee": "李四",
    "amount": Decimal("2500.01"),
    "kind": "journal",
    "resolution_ref": "第 4 号",
    "drafted_at": "2025-09-01T00:00:00Z",
    "reviewed_at": "2025-09-01T00:00:00Z",
    "settled_at": "2025-09-01T00:00:00Z",
    "settled_on": "2025-09-02",
    "means": "cash",
    "settled_ref": "1",
    "sequence": 9,
    "number": 9,
    "previous_hash": "0" * 64,
    "hash": "0" * 64,
}


@pytest.mark.parametrize("field", CHANGES)
def test_every_field_of_a_voucher_is_under_the_seal(committee, field):
    voucher = second(committee)
    Voucher.objects.filter(pk=voucher.pk).update(**{field: CHANGES[field]})
    verdict = verify(committee.book)
    assert not verdict.is_good
    named = {"sequence": Voucher.objects.get(summary__startswith="冲销").label, "number": "2025-09 记-9"}
    assert verdict.row == named.get(field, "2025-09 记-2")


def test_the_first_wrong_row_is_named(committee):
    Voucher.objects.filter(sequence__gte=2).update(summary="改了")
    assert verify(committee.book).row == "2025-09 记-1"


@pytest.mark.parametrize("field", ["drafted_by", "reviewed_by", "settled_by"])
def test_who_signed_is_under_the_seal(committee, field):
    Voucher.objects.filter(pk=second(committee).pk).update(**{field: UserFactory()})
    assert verify(committee.book).row == "2025-09 记-2"


def test_which_month_is_under_the_seal(committee):
    other = LedgerMonth.objects.get(book=committee.book, month="2025-10")
    Voucher.objects.filter(pk=second(committee).pk).update(month=other)
    assert verify(committee.book).row == "2025-10 记-2"


def test_which_voucher_is_undone_is_under_the_seal(committee):
    Voucher.objects.filter(sequence=4).update(reverses=second(committee))
    assert verify(committee.book).row == Voucher.objects.get(sequence=4).label


POSTING_CHANGES = [
    {"account": "520102"},
    {"fund": "grant"},
    {"debit": Decimal("2499.99")},
    {"note": "x"},
    {"line": 7},
]


@pytest.mark.parametrize("change", POSTING_CHANGES)
def test_every_field_of_a_line_is_under_the_seal(committee, change):
    if "account" in change:
        change = {"account": committee.account(change["account"])}
    Posting.objects.filter(voucher=second(committee), debit__gt=0).update(**change)
    assert verify(committee.book).row == "2025-09 记-2"


def test_both_sides_changed_together_are_found_by_the_seal(committee):
    voucher = second(committee)
    Posting.objects.filter(voucher=voucher, debit__gt=0).update(debit=Decimal("1.00"))
    Posting.objects.filter(voucher=voucher, credit__gt=0).update(credit=Decimal("1.00"))
    Voucher.objects.filter(pk=voucher.pk).update(amount=Decimal("1.00"))
    verdict = verify(committee.book)
    assert (verdict.row, verdict.wrong) == ("2025-09 记-2", "内容和入账时的校验码对不上")


def test_lines_added_or_gone_are_found(committee):
    posting = Posting.objects.filter(voucher=second(committee)).first()
    posting.delete()
    assert verify(committee.book).row == "2025-09 记-2"


def test_papers_are_under_the_seal_with_their_bytes(committee):
    paper = VoucherAttachment.objects.select_related("attachment").get(line=1)
    path = path_of(paper.attachment.sha256)
    content = path.read_bytes()
    path.write_bytes(content + b"!")
    assert verify(committee.book).wrong == "附件“发票.pdf”的文件被换过"
    path.unlink()
    assert verify(committee.book).wrong == "附件“发票.pdf”的文件不见了"
    path.write_bytes(content)
    assert verify(committee.book).is_good
    for change in ({"name": "收据.pdf"}, {"sha256": "0" * 64}):
        attachment = type(paper.attachment).objects.filter(pk=paper.attachment.pk)
        before = attachment.values(*change).get()
        attachment.update(**change)
        assert verify(committee.book).row == "2025-09 记-2"
        attachment.update(**before)
    paper.delete()
    assert verify(committee.book).row == "2025-09 记-2"


def test_a_voucher_taken_out_is_missed(committee):
    last = Voucher.objects.get(sequence=4)
    Posting.objects.filter(voucher=last).delete()
    last.delete()
    assert verify(committee.book).row == str(committee.book)


def test_a_chain_cut_short_with_its_head_is_missed_in_the_months(committee):
    last = Voucher.objects.get(sequence=4)
    Posting.objects.filter(voucher=last).delete()
    Book.objects.update(last_sequence=3, last_hash=last.previous_hash)
    last.delete()
    assert verify(committee.book).row == last.month.month


@pytest.mark.parametrize("change", [{"debit": Decimal("0.01")}, {"credit": Decimal("0.01")}, {"fund": "grant"}])
def test_balances_are_compared_with_the_lines(committee, change):
    row = MonthlyBalance.objects.filter(month="2025-09", account__code="1002").get()
    MonthlyBalance.objects.filter(pk=row.pk).update(**change)
    verdict = verify(committee.book)
    assert verdict.row.startswith("2025-09 1002")


def test_months_closed_out_of_order_are_found(committee):
    LedgerMonth.objects.filter(month="2025-10").update(
        state="closed", closed_at=clock.now(), closed_by=committee.bookkeeper
    )
    assert verify(committee.book).row == "2025-10"


def test_the_command_says_so_and_exits(committee, capsys):
    estate, community = committee.book.estate.code, committee.book.community.code
    call_command("verify_books", "--estate", estate)
    assert "4 张凭证、8 行分录、2 份附件，全部一致" in capsys.readouterr().out
    said = io.StringIO()
    call_command("verify_books", "--estate", estate, "--community", community, "--json", stdout=said)
    answer = json.loads(said.getvalue())
    assert (answer["ok"], answer["vouchers"], answer["postings"]) == (True, 4, 8)
    Voucher.objects.filter(sequence=1).update(summary="x")
    said = io.StringIO()
    with pytest.raises(CommandError, match="记-1") as wrong:
        call_command("verify_books", "--estate", estate, "--json", stdout=said)
    assert wrong.value.returncode == 1
    assert json.loads(said.getvalue())["ok"] is False


def test_the_command_wants_one_book(committee):
    with pytest.raises(CommandError, match="没有编号") as wrong:
        call_command("verify_books", "--estate", "none")
    assert wrong.value.returncode == 2
    other = committee_of()
    other.book.estate.code = committee.book.estate.code
    other.book.estate.save()
    with pytest.raises(CommandError, match="--community"):
        call_command("verify_books", "--estate", committee.book.estate.code)
