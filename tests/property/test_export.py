"""The exported journal, read by the tools themselves: the same balances, to the fen."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from datetime import date
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Open, Transaction
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from property import actions
from property.export.journal import tidy
from property.models import Voucher
from property.posted import WINDOW
from tests.factories import committee_of
from tests.property.books import added_up, books, posted

pytestmark = pytest.mark.django_db

DAYS = (None, date(2025, 8, 30), date(2025, 8, 31), date(2025, 9, 30), date(2025, 10, 14), date(2025, 11, 1))
FORMATS = ("hledger", "beancount")


def journal(committee, how, until=None):
    said = io.StringIO()
    arguments = ["--estate", committee.book.estate.code, "--format", how]
    call_command("export_ledger", *arguments, *(["--to", until.isoformat()] if until else []), stdout=said)
    return said.getvalue()


def hledger(text, *arguments):
    """What hledger answers to a journal that it reads strictly."""
    if shutil.which("hledger") is None:
        pytest.skip("no hledger here: apt install hledger")
    done = subprocess.run(
        ["hledger", "-f", "-", "--strict", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_hledger(text):
    """The balances that hledger finds, and the accounts that are declared."""
    rows = list(csv.reader(io.StringIO(hledger(text, "balance", "--flat", "--empty", "--no-total", "-O", "csv"))))[1:]
    declared = hledger(text, "accounts", "--declared").split()
    return {key_of(path): Decimal(amount.removesuffix(" CNY")) for path, amount in rows}, list(map(key_of, declared))


def by_beancount(text):
    entries, errors, _options = loader.load_string(text)
    assert errors == []
    balances = {}
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            assert posting.units.currency == "CNY"
            key = key_of(posting.account)
            balances[key] = balances.get(key, Decimal("0.00")) + posting.units.number
    return balances, [key_of(entry.account) for entry in entries if isinstance(entry, Open)]


READERS = {"hledger": by_hledger, "beancount": by_beancount}


def key_of(path):
    _root, code, fund = path.split(":")
    return code, fund.lower()


@pytest.mark.parametrize("how", FORMATS)
@settings(max_examples=12)
@given(book=books, until=st.sampled_from(DAYS))
def test_the_tools_find_the_same_balances(how, book, until):
    committee = posted(book)
    wanted = added_up(committee, until)
    balances, declared = READERS[how](journal(committee, how, until))
    assert balances == wanted
    assert sorted(declared) == sorted(wanted)


@pytest.mark.parametrize("how", FORMATS)
def test_a_voucher_is_written_with_its_number_its_hash_and_a_masked_payee(how):
    committee = committee_of()
    first = committee.post(payee="王建国", summary="买纸; 笔", resolution_ref="第 3 号")
    committee.post(actions.reverse(first, by=committee.bookkeeper, day=clock.today(), reason="记错"))
    committee.draft(summary="还没入账")
    text = journal(committee, how)
    READERS[how](text)
    for words in ("2025-09 记-1", first.hash, "王＊＊", "第 3 号", "银行存款", "物业费"):
        assert words in text
    assert "王建国" not in text
    assert "还没入账" not in text


def test_hledger_reads_summary_and_notes_as_text():
    committee = posted(
        [
            {
                "day": 3,
                "summary": "买纸; date:2020-01-01 | 笔",
                "payee": "甲|乙店",
                "lines": [("510101", "1002", "fee", 5, "date:2020-01-01, [2020-01-02] ; 注")],
            }
        ]
    )
    text = journal(committee, "hledger")
    rows = list(csv.DictReader(io.StringIO(hledger(text, "print", "-O", "csv"))))
    last = rows[-1]
    assert (last["date"], last["code"]) == ("2025-09-04", "2025-09 记-1")
    assert last["description"] == "甲｜乙店 | 买纸； date:2020-01-01 ｜ 笔"
    assert {row["posting-comment"] for row in rows if row["txnidx"] == last["txnidx"]} == {
        "date：2020-01-01， ［2020-01-02］ ； 注",
        "",
    }


def test_beancount_reads_summary_payee_and_notes_as_they_are():
    summary, note = '买"纸"\\ 笔', 'n"o\\te; x'
    committee = posted([{"day": 3, "summary": summary, "payee": "x店", "lines": [("510101", "1002", "fee", 5, note)]}])
    entries, _errors, _options = loader.load_string(journal(committee, "beancount"))
    last = [entry for entry in entries if isinstance(entry, Transaction)][-1]
    assert (last.payee, last.narration, last.postings[0].meta["note"]) == ("x店", summary, note)
    assert last.meta["hash"] == Voucher.objects.get(book=committee.book, sequence=2).hash


@pytest.mark.parametrize("how", FORMATS)
def test_an_empty_book_is_an_empty_journal(how):
    assert READERS[how](journal(committee_of(), how)) == ({}, [])


def test_a_file_holds_what_the_terminal_would_show(tmp_path):
    committee = posted([])
    target = tmp_path / "book.journal"
    call_command(
        "export_ledger", "--estate", committee.book.estate.code, "--format", "hledger", "--output", str(target)
    )
    assert target.read_text(encoding="utf-8") == journal(committee, "hledger")


def test_more_vouchers_than_a_window_are_all_there(monkeypatch):
    assert WINDOW > 1
    monkeypatch.setattr("property.posted.WINDOW", 2)
    line = ("510101", "1002", "fee", 5, "")
    committee = posted([{"day": day, "summary": "x", "payee": "", "lines": [line]} for day in range(4)])
    assert by_beancount(journal(committee, "beancount"))[0] == added_up(committee)


def test_a_day_is_a_day():
    committee = committee_of()
    with pytest.raises(CommandError, match="2026-09-30"):
        call_command(
            "export_ledger", "--estate", committee.book.estate.code, "--format", "hledger", "--to", "2026-13-01"
        )


def test_text_is_one_line():
    assert tidy(" a\n\tb\u2028c\x00\u200b ") == "a b c"
