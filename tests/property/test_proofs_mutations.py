"""Whatever of a published quarter, of what lies under its root and of what stands behind it is changed in the database
behind the portal's back, `verify_publication` finds it and names it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from community.files import path_of
from core.quarters import Quarter
from property.models import Publication, Voucher
from property.proofs.verification import verify
from property.publication import actions
from tests.factories import full_committee_of, small_photo
from tests.property.fee_payments import home_of, pay, publish, unguarded

pytestmark = pytest.mark.django_db
AUTUMN = Quarter(2025, 4)
DAY = date(2025, 10, 8)


@pytest.fixture
def published():
    """Two versions of a quarter with income, a payment with a paper, three of four households that paid."""
    from property import actions as books

    committee = full_committee_of(opened_on=date(2025, 10, 1), opening=[("1002", "fee", Decimal("5000.00"))])
    committee.post(Voucher.objects.get(book=committee.book, kind="opening"))
    photo = small_photo()
    paper = books.Paper(photo.content, "发票.jpg", photo.content_type)
    committee.post(day=DAY, item="510106", amount=Decimal("300.00"), payee="王建国", summary="修门禁", papers=[paper])
    homes = [home_of(committee) for _number in range(4)]
    for home, amount in zip(homes[:3], ("360.00", "120.50", "-45.00"), strict=True):
        pay(committee, home, amount)
    first = publish(committee, AUTUMN, notes="门禁换了主板。")
    second = actions.correct(first, by=committee.chair, reason="漏写电话")
    second = actions.publish(committee.sign_all(second), by=committee.chair)
    return Publication.objects.for_page().get(pk=second.pk)


def test_nothing_is_wrong_with_what_nobody_changed(published):
    verdict = verify(published.book, AUTUMN)
    assert (verdict.row, verdict.wrong) == ("", "")
    assert (verdict.versions, verdict.leaves, verdict.vouchers) == (2, 12, 3)
    assert verdict.hash == published.hash
    said = StringIO()
    call_command("verify_publication", published.book.estate.code, "2025Q4", stdout=said)
    assert "全部一致" in said.getvalue()
    said = StringIO()
    call_command("verify_publication", published.book.estate.code, "2025Q4", "--json", stdout=said)
    assert json.loads(said.getvalue())["ok"] is True


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("x", "2025Q4"), 2, "没有编号为"),
        (("{code}", "2025Q5"), 2, "季度要写成"),
        (("{code}", "2026Q1"), 2, "还没有公示"),
        (("{code}", "2025Q4", "--community", "000000000000"), 2, "没有编号为"),
    ],
)
def test_what_is_not_there_is_said(published, arguments, status, words):
    arguments = [argument.format(code=published.book.estate.code) for argument in arguments]
    with pytest.raises(CommandError, match=words) as refused:
        call_command("verify_publication", *arguments)
    assert refused.value.returncode == status


V2 = "version = 2"
LINE = (
    "UPDATE property_publicationline SET {} "
    "WHERE publication_id = (SELECT id FROM property_publication WHERE version = 2) AND section = {}"
)
# What is changed, and what the verdict must name.
MUTATIONS = [
    *(
        (f"UPDATE property_publication SET {name} = '{value}' WHERE {V2}", words)
        for name, value, words in [
            ("title", "x", "第 2 版"),
            ("issuer", "x", "第 2 版"),
            ("reason", "x", "第 2 版"),
            ("places", "x", "第 2 版"),
            ("contact", "x", "第 2 版"),
            ("inspection_hours", "x", "第 2 版"),
            ("notes", "x", "第 2 版"),
            ("content_hash", "0" * 64, "第 2 版"),
            ("hash", "0" * 64, "第 2 版"),
            ("check_code", "000000000000", "查验码"),
            ("notice_from", "2025-01-01", "第 2 版"),
            ("notice_to", "2099-01-01", "第 2 版"),
            ("published_at", "2099-01-01 00:00:00+00:00", "第 2 版"),
            ("version", "3", "缺了一版"),
        ]
    ),
    ("UPDATE property_publication SET title = 'x' WHERE version = 1", "第 1 版"),
    ("UPDATE property_publication SET quarter = '2025Q3' WHERE version = 1", "缺了一版"),
    ("UPDATE property_publication SET supersedes_id = id WHERE version = 2", "不是前一版"),
    ("UPDATE property_publication SET state = 'superseded'", "状态应该是"),
    *(
        (
            LINE.format(f"cells = REPLACE(cells, '{old}', '{new}')", section),
            f"第 2 版第 {section} 部分第 1 行",
        )
        for section, old, new in [
            (1, "5000.00", "5000.01"),
            (2, "510106", "510107"),
            (3, "修门禁", "修大门"),
            (3, "王＊＊", "李＊＊"),
            (3, "300.00", "30.00"),
            (3, '"papers":1', '"papers":2'),
            (3, '"digests":["', '"digests":["0'),
            (4, "5135.50", "5135.00"),
            (5, "435.50", "435.49"),
            (5, '"due":0', '"due":1'),
            (13, "300.00", "301.00"),
        ]
    ),
    (LINE.format("cells = 'null'", 3), "第 3 部分第 1 行"),
    (LINE.format("position = 7", 3), "第 3 部分第 7 行"),
    (LINE.format("section = 6", 13), "第 6 部分第 1 行"),
    (LINE.format(f"hash = '{'0' * 64}'", 1), "第 1 部分第 1 行"),
    ("DELETE FROM property_publicationline WHERE section = 3", "行，现在是"),
    *(
        (f"UPDATE property_publicationsignature SET {change} WHERE office = 'reviewer'", words)
        for change, words in [
            ("name = 'x'", "第 1 版"),
            ("at = '2025-01-01 00:00:00+00:00'", "第 1 版"),
            ("at = '2099-01-01 00:00:00+00:00'", "第 1 版"),
            (f"content_hash = '{'0' * 64}'", "审核"),
            ("office = 'x'", "第 1 版"),
        ]
    ),
    ("DELETE FROM property_publicationsignature WHERE office = 'reviewer'", "第 1 版"),
    *(
        (f"UPDATE property_publicationleaf SET {change} WHERE paid > 0 AND part = 1", words)
        for change, words in [
            ("paid = paid + 0.01", "不一样"),
            ("back = back + 0.01", "不一样"),
            ("door = 'x'", "不一样"),
            ("part = 3", "不一样"),
            (f"salt = '{'0' * 64}'", "不一样"),
        ]
    ),
    (
        "UPDATE property_publicationleaf SET hash = SUBSTR(hash, 2, 63) || SUBSTR(hash, 1, 1) WHERE part = 1",
        "不一样",
    ),
    (
        "UPDATE property_publicationleaf SET household_id = (SELECT id FROM grids_household "
        "WHERE id NOT IN (SELECT household_id FROM property_publicationleaf)) WHERE back > 0 AND part = 1",
        "不一样",
    ),
    ("DELETE FROM property_publicationleaf WHERE part = 2", "总根和每户的对不上"),
    ("DELETE FROM property_publicationleaf", "总根和每户的对不上"),
    *(
        (f"UPDATE property_publicationroot SET {change}", words)
        for change, words in [
            ("line_count = 1", "签字时是 1 行"),
            (f"line_hash = '{'0' * 64}'", "有一行被换过"),
            ("count = 1", "总根"),
            (f"hash = '{'0' * 64}'", "总根"),
            ("paid = paid + 1", "合计"),
            ("back = back + 1", "合计"),
        ]
    ),
    ("DELETE FROM property_publicationroot", "总根不见了"),
    *(
        (f"UPDATE property_voucher SET {change} WHERE summary = '修门禁'", "2025-10 记-1")
        for change in ("summary = 'x'", "amount = 301", "payee = '李'", "resolution_ref = 'x'", "day = '2025-10-09'")
    ),
    ("UPDATE property_posting SET debit = debit + 1, credit = credit + 1", "2025-09 记-1"),
    ("UPDATE property_posting SET note = 'x'", "2025-09 记-1"),
    ("DELETE FROM property_voucherattachment", "2025-10 记-1"),
    ("UPDATE property_monthlybalance SET debit = debit + 1, credit = credit + 1", "2025-09 1002 fee"),
    ("UPDATE property_cashproof SET balance = balance - 1, explanation = 'x'", "第 4 部分第 1 行"),
    ("UPDATE property_payment SET amount = amount + 1 WHERE amount = 360", "收据相加是 361.00 元"),
    ("UPDATE property_payment SET paid_on = '2026-01-01' WHERE amount = 360", "收据相加是 0.00 元"),
    (
        "UPDATE property_payment SET household_id = (SELECT id FROM grids_household "
        "WHERE id NOT IN (SELECT household_id FROM property_publicationleaf)) WHERE amount = 360",
        "收据相加是",
    ),
]


def test_every_change_behind_the_back_is_found_and_named(published):
    unguarded()
    missed = []
    for sql, words in MUTATIONS:
        with transaction.atomic():
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    _without_checks(cursor)
                cursor.execute("PRAGMA ignore_check_constraints = ON" if connection.vendor == "sqlite" else "SELECT 1")
                cursor.execute(sql)
                assert cursor.rowcount, sql
            verdict = verify(published.book, AUTUMN)
            if verdict.is_good or words not in f"{verdict.row} {verdict.wrong}":
                missed.append((sql, verdict.row, verdict.wrong))
            transaction.set_rollback(True)
    assert not missed, "\n".join(map(str, missed))


def _without_checks(cursor):
    """Drop what else would refuse the change: check and unique constraints of the money's tables."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint "
        "WHERE contype IN ('c', 'u') AND conrelid::regclass::text LIKE 'property_%'"
    )
    for table, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')


def test_a_paper_that_was_exchanged_is_found(published):
    path = path_of(published.pdf.sha256)
    whole = path.read_bytes()
    path.write_bytes(whole + b" ")
    assert "张贴的文件被换过" in verify(published.book, AUTUMN).wrong
    path.write_bytes(whole)
    assert verify(published.book, AUTUMN).is_good
    with connection.cursor() as cursor:
        unguarded()
        cursor.execute(
            "UPDATE property_publication SET pdf_id = (SELECT pdf_id FROM property_publication WHERE version = 1)"
        )
    assert "不是公示时的那一份" in verify(published.book, AUTUMN).wrong


def test_the_command_names_the_first_wrong_thing(published):
    unguarded("UPDATE property_publicationleaf SET paid = paid + 1 WHERE paid > 0 AND part = 1")
    with pytest.raises(CommandError, match="这一户交的钱和公示时不一样") as found:
        call_command("verify_publication", published.book.estate.code, "2025Q4")
    assert found.value.returncode == 1
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("verify_publication", published.book.estate.code, "2025Q4", "--json", stdout=said)
    answer = json.loads(said.getvalue())
    assert answer["ok"] is False
    assert answer["row"].startswith("第 1 版")


def test_a_receipt_that_is_under_no_root_is_named_by_its_door(published):
    from grids.models import Household
    from property.models import Payment, PublicationLeaf

    unguarded()
    left = Household.objects.exclude(pk__in=PublicationLeaf.objects.values("household")).get()
    paid = Payment.objects.get(amount=360)
    paid.pk, paid.number, paid.household = None, 99, left
    paid.save(force_insert=True)
    verdict = verify(published.book, AUTUMN)
    assert str(left) in verdict.row
    assert "收据相加是 360.00 元" in verdict.wrong
