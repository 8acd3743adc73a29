"""A book read again: every change behind the portal's back is found and named."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import BooleanField, CharField, DateField, DateTimeField, DecimalField, ForeignKey, UUIDField

from community.files import path_of, store
from community.models import User
from core import clock
from core.fields import plain_of
from core.ids import uuid7
from property import actions
from property.models import Account, Book, LedgerMonth, MonthlyBalance, Posting, Voucher, VoucherAttachment
from property.verification import _stretch, verify
from tests.factories import CommunityFactory, UserFactory, committee_of, small_photo

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
            cursor.execute(
                f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if connection.vendor == "postgresql" else "")
            )


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
    actions.close_month(LedgerMonth.objects.get(month="2025-08"), by=committee.bookkeeper)
    assert verify(committee.book).is_good
    lift_guards()
    return committee


def second(committee):
    return Voucher.objects.get(book=committee.book, sequence=3)


SECOND, THIRD = "2025-09 记-2", "冲销"
# What nothing rests on: the version counts changes of a draft, and balances and months are looked up by what they say.
FREE = {
    (Voucher, "version"),
    (MonthlyBalance, "id"),
    (MonthlyBalance, "created_at"),
    (LedgerMonth, "id"),
    (LedgerMonth, "created_at"),
}
COLUMNS = [
    (model, field.attname)
    for model in (Voucher, Posting, VoucherAttachment, MonthlyBalance, LedgerMonth)
    for field in model._meta.concrete_fields
    if (model, field.attname) not in FREE
]
# Where the row itself is gone from its place, the next one is the first that is wrong.
NAMED = {
    (Voucher, "sequence"): THIRD,
    (Voucher, "book_id"): THIRD,
    (Voucher, "number"): "2025-09 记-1002",
    (Voucher, "month_id"): "2025-10 记-2",
    (VoucherAttachment, "voucher_id"): "2025-09 记-1",
    (MonthlyBalance, "month"): "2024-01 1002",
    (LedgerMonth, "month"): "2024-01",
}
# What the database refuses by its constraints, without its triggers: below, these are changed together with another.
REFUSED = {
    (Voucher, "state"),
    (Voucher, "reverses_id"),
    (Voucher, "returned_by_id"),
    (Voucher, "returned_at"),
    (Posting, "voucher_id"),
    (LedgerMonth, "state"),
}
OWN = {Voucher: SECOND, Posting: SECOND, VoucherAttachment: SECOND, LedgerMonth: "2025-08"}


def other(committee, row, field):
    """A value for this column that the database itself takes and that the row did not have."""
    if isinstance(field, ForeignKey):
        return other_row(committee, row, field).pk
    value = field.value_from_object(row)
    match field:
        case BooleanField():
            return not value
        case DateTimeField():
            return (value or clock.now()) + timedelta(hours=1)
        case DateField():
            return value + timedelta(days=1)
        case UUIDField():
            return uuid7()
        case DecimalField():
            return value + Decimal("0.01")
        case CharField(choices=choices) if choices:
            return next(key for key, _word in choices if key not in {value, "reversal", "closed", "draft"})
        case CharField() if field.name == "month":
            return "2024-01"
        case CharField():
            return "0" * 64 if field.max_length == 64 else f"{plain_of(value)}x"
    return value + 1000


def other_row(committee, row, field):
    if field.related_model is User:
        return UserFactory()
    if field.related_model in {Book, LedgerMonth} and row._meta.model is not Voucher:
        return committee_of().book
    match field.related_model.__name__:
        case "Community":
            return CommunityFactory()
        case "Book":
            return committee_of().book
        case "LedgerMonth":
            return LedgerMonth.objects.get(book=committee.book, month="2025-10")
        case "Account":
            return committee.account("520102")
        case "Voucher":
            return Voucher.objects.get(book=committee.book, sequence=2)
    photo = small_photo("black")
    return store(
        photo.content,
        name="别的.jpg",
        content_type=photo.content_type,
        community=committee.book.community,
        by=committee.bookkeeper,
        width=photo.width,
        height=photo.height,
    )


def row_of(committee, model, column):
    found = {
        Voucher: Voucher.objects.filter(pk=second(committee).pk),
        Posting: Posting.objects.filter(voucher=second(committee)),
        VoucherAttachment: VoucherAttachment.objects.filter(voucher=second(committee)),
        MonthlyBalance: MonthlyBalance.objects.filter(book=committee.book, month="2025-09", account__code="1002"),
        LedgerMonth: LedgerMonth.objects.filter(book=committee.book, month="2025-08"),
    }[model]
    # The last: a change in its number leaves the order of the lines as it was.
    return found.order_by("pk").first() if column == "debit" else found.order_by("pk").last()


def write(row, column, value):
    """Change one column of a row by direct SQL; its lines follow a voucher that gets another id."""
    field = next(field for field in row._meta.concrete_fields if field.attname == column)
    with connection.cursor() as cursor, transaction.atomic():
        if (type(row), column) == (Voucher, "id"):
            for lines in (Posting, VoucherAttachment):
                voucher = lines._meta.get_field("voucher").get_db_prep_save(value, connection)
                old = field.get_db_prep_save(row.pk, connection)
                cursor.execute(
                    f"UPDATE {lines._meta.db_table} SET voucher_id = %s WHERE voucher_id = %s", [voucher, old]
                )
        given = [field.get_db_prep_save(value, connection), row._meta.pk.get_db_prep_save(row.pk, connection)]
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", given)


@pytest.mark.parametrize(("model", "column"), COLUMNS)
def test_a_change_of_any_column_is_found_and_named(committee, model, column):
    row = row_of(committee, model, column)
    field = next(field for field in model._meta.concrete_fields if field.attname == column)
    try:
        write(row, column, other(committee, row, field))
    except IntegrityError:
        assert (model, column) in REFUSED
        return
    verdict = verify(committee.book)
    assert not verdict.is_good
    named = NAMED.get((model, column), OWN.get(model, "2025-09 1002"))
    reversal = Voucher.objects.filter(summary__startswith="冲销").get()
    assert verdict.row.startswith(reversal.label if named == THIRD else named)


def test_columns_that_only_change_together_are_found_too(committee):
    voucher = Voucher.objects.filter(pk=second(committee).pk)
    for change in (
        {"returned_by": UserFactory(), "returned_at": clock.now()},
        {"kind": "reversal", "reverses": Voucher.objects.get(sequence=1)},
    ):
        before = voucher.values(*change).get()
        voucher.update(**change)
        assert verify(committee.book).row == SECOND
        voucher.update(**before)
    assert verify(committee.book).is_good
    Posting.objects.filter(voucher=second(committee), line=2).update(voucher=Voucher.objects.get(sequence=2), line=3)
    assert verify(committee.book).row == "2025-09 记-1"


def test_a_voucher_taken_back_to_a_draft_is_missed(committee):
    empty = {"number": None, "sequence": None, "settled_by": None, "settled_at": None, "hash": "", "previous_hash": ""}
    Voucher.objects.filter(pk=second(committee).pk).update(state="reviewed", **empty)
    assert verify(committee.book).row == Voucher.objects.get(sequence=4).label


def test_the_first_wrong_row_is_named(committee):
    Voucher.objects.filter(sequence__gte=2).update(summary="改了")
    assert verify(committee.book).row == "2025-09 记-1"


def test_which_voucher_is_undone_is_under_the_seal(committee):
    Voucher.objects.filter(sequence=4).update(reverses=second(committee))
    assert verify(committee.book).row == Voucher.objects.get(sequence=4).label


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


def test_a_month_opened_again_behind_everybody_is_found(committee):
    LedgerMonth.objects.filter(month="2025-08").update(state="open", closed_at=None, closed_by=None)
    assert verify(committee.book).row == "2025-08"


@pytest.mark.parametrize("change", [{"kind": "expense"}, {"is_money": False}, {"normal_side": "credit"}])
def test_what_an_account_counts_as_follows_from_its_code(committee, change):
    Account.objects.filter(book=committee.book, code="1002").update(**change)
    assert verify(committee.book).row == "1002"


def test_a_balance_of_an_account_without_lines_is_found(committee):
    row = MonthlyBalance.objects.filter(month="2025-09", account__code="1002").get()
    row.pk, row.account, row.debit = None, committee.account("5401"), Decimal("0.01")
    row.save(force_insert=True)
    assert verify(committee.book).row == "2025-09 5401 fee"


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("property_voucher", "amount", 2500.001),
        ("property_voucher", "amount", '2500.00","x'),
        ("property_voucher", "drafted_at", "then"),
        ("property_voucher", "day", "2025-09-99"),
        ("property_voucher", "summary", b"x"),
        ("property_posting", "debit", 2500.001),
        ("property_posting", "line", 1.5),
        ("property_posting", "created_at", "2025-09-01"),
    ],
)
def test_what_is_no_value_of_its_column_is_found(committee, table, column, value):
    """SQLite takes whatever it is given. PostgreSQL refuses it, or makes a value of it; then that is what is found."""
    key = "id" if table == "property_voucher" else "voucher_id"
    rows = f"{key} = %s" + ("" if key == "id" else " AND debit > 0")
    on_sqlite, pk = connection.vendor == "sqlite", second(committee).pk
    own = pk.hex if on_sqlite else str(pk)

    def kept() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT CAST({column} AS text) FROM {table} WHERE {rows}", [own])
            return cursor.fetchall()

    before = kept()
    with contextlib.suppress(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        if on_sqlite:
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE {table} SET {column} = %s WHERE {rows}", [value, own])
    if on_sqlite:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    changed = kept() != before
    assert changed or not on_sqlite
    assert verify(committee.book).row == (SECOND if changed else "")


def test_months_closed_out_of_order_are_found(committee):
    LedgerMonth.objects.filter(month="2025-10").update(
        state="closed", closed_at=clock.now(), closed_by=committee.bookkeeper
    )
    assert verify(committee.book).row == "2025-10"


def test_a_stretch_of_the_chain_begins_where_the_one_before_ends(committee):
    whole = verify(committee.book)
    parts = [_stretch(committee.book.pk, *ends) for ends in ((None, 1), (1, 2), (2, None))]
    assert [part.vouchers for part in parts] == [1, 2, 4]
    assert sum(part.postings for part in parts) == whole.postings
    assert (parts[-1].head, parts[-1].numbers) == (whole.head, whole.numbers)
    Voucher.objects.filter(sequence=2).update(summary="x")
    assert [part.row for part in (_stretch(committee.book.pk, *ends) for ends in ((None, 1), (1, 3), (3, None)))] == [
        "",
        "2025-09 记-1",
        "",
    ]
    Voucher.objects.filter(sequence=2).update(sequence=77)
    assert _stretch(committee.book.pk, 2, None).row == "2025-09 记-2"


@pytest.mark.django_db(transaction=True)
def test_several_processes_find_what_one_finds(monkeypatch):
    monkeypatch.setattr("property.verification.WORTH", 1)
    committee = committee_of()
    for _turn in range(4):
        committee.post()
    one, several = verify(committee.book), verify(committee.book, processes=3)
    assert several == one
    assert several.is_good
    lift_guards()
    Voucher.objects.filter(sequence__gte=3).update(summary="x")
    assert verify(committee.book, processes=3).row == "2025-09 记-3"


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
