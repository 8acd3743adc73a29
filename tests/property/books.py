"""Random books: posted through the three offices like every other, with texts as people and machines write them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from property import actions
from property.entries import Line
from property.models import Posting, Voucher
from tests.factories import Committee, committee_of

FIRST = date(2025, 9, 1)
CODES = ("1001", "1002", "1121", "2203", "3101", "430101", "510101", "530101")
# What a journal might take for a word of its own.
TRICKY = (
    "; 注",
    "a|b",
    "date:2020-01-01",
    "[2020-01-01]",
    '"引"\\',
    "甲\n乙",
    "  = 5 ",
    "{1} @ 2 CNY",
    "#a ^b",
    "e\u0301\u200b",
)

texts = st.sampled_from(TRICKY) | st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20
)
fen = st.integers(1, 10**11) | st.integers(1, 99)
lines = st.tuples(
    st.sampled_from(CODES), st.sampled_from(CODES), st.sampled_from(("fee", "public", "grant", "custody")), fen, texts
)
vouchers = st.fixed_dictionaries(
    {"day": st.integers(0, 90), "summary": texts, "payee": texts, "lines": st.lists(lines, min_size=1, max_size=3)}
)
books = st.lists(vouchers, max_size=4)


def posted(book: list[dict[str, Any]]) -> Committee:
    """A committee that has posted these vouchers, opening balances first."""
    committee = committee_of(
        opening=[("1002", "fee", Decimal("50000.10")), ("2203", "fee", Decimal("0.07"))],
        spending_limit=Decimal("99999999999.99"),
    )
    committee.post(Voucher.objects.get(book=committee.book))
    parent = committee.account("5301")
    own = actions.add_account(committee.book, by=committee.bookkeeper, parent=parent, name='"转; 账:\\费')
    assert own.code == "530101"
    for voucher in book:
        committee.post(
            kind="journal",
            day=FIRST + timedelta(days=voucher["day"]),
            summary=voucher["summary"].strip()[:120] or "空",
            payee=voucher["payee"].strip(),
            lines=[line for spec in voucher["lines"] for line in _both(committee, *spec)],
        )
    return committee


def _both(committee: Committee, debit: str, credit: str, fund: str, amount: int, note: str) -> list[Line]:
    yuan = Decimal(amount).scaleb(-2)
    return [
        Line(committee.account(debit), fund, debit=yuan, note=note.strip()),
        Line(committee.account(credit), fund, credit=yuan),
    ]


def added_up(committee: Committee, until: date | None = None) -> dict[tuple[str, str], Decimal]:
    """What every account and fund comes to, line by line."""
    totals: dict[tuple[str, str], Decimal] = {}
    for line in Posting.objects.filter(voucher__book=committee.book, voucher__state="posted").select_related(
        "account", "voucher"
    ):
        if until is None or line.voucher.day <= until:
            key = line.account.code, line.fund
            totals[key] = totals.get(key, Decimal("0.00")) + line.debit - line.credit
    return totals
