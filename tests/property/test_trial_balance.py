"""What every account and fund comes to on any day, from kept totals and the lines of one month."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from core import clock
from property import actions
from tests.factories import committee_of
from tests.property.books import added_up, books, posted

pytestmark = pytest.mark.django_db


def trial(committee, *arguments):
    said = io.StringIO()
    call_command("trial_balance", "--estate", committee.book.estate.code, "--json", *arguments, stdout=said)
    return json.loads(said.getvalue())


@settings(max_examples=20)
@given(book=books, days=st.lists(st.integers(-2, 92), max_size=3))
def test_balances_are_what_the_lines_add_up_to(book, days):
    committee = posted(book)
    for until in (None, *(date(2025, 9, 1) + timedelta(days=day) for day in days)):
        wanted = added_up(committee, until)
        answer = trial(committee, *(["--to", until.isoformat()] if until else []))
        rows = answer["accounts"]
        assert [(row["code"], row["fund"]) for row in rows] == sorted(wanted)
        assert {(row["code"], row["fund"]): row["balance"] for row in rows} == {
            key: str(balance) for key, balance in wanted.items()
        }
        assert sum(Decimal(row["balance"]) for row in rows) == 0


def test_drafts_are_no_part_of_it_and_a_balance_of_nothing_is_shown():
    committee = committee_of()
    committee.draft()
    assert trial(committee)["accounts"] == []
    posted_one = committee.post()
    assert {row["code"]: row["balance"] for row in trial(committee)["accounts"]} == {
        "1002": "-100.00",
        "520101": "100.00",
    }

    committee.post(actions.reverse(posted_one, by=committee.bookkeeper, day=clock.today(), reason="记错"))
    assert {row["balance"] for row in trial(committee)["accounts"]} == {"0.00"}


def test_people_read_a_list(capsys):
    committee = committee_of()
    committee.post()
    call_command("trial_balance", "--estate", committee.book.estate.code)
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["1002", "fee", "-100.00"],
        ["520101", "fee", "100.00"],
    ]
