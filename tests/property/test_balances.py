"""Balances that are kept with every month: whatever is posted, in whatever order, each is what the lines add up to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.html import format_html_join
from hypothesis import given, settings
from hypothesis import strategies as st

from core.money import yuan
from core.quarters import Month
from property.chart import Fund
from property.drawn_accounts import drawn_accounts, side_of
from property.models import Account, Book, MonthlyBalance, Posting
from property.querysets import StatementRow
from property.verification import verify
from tests.factories import committee_of
from tests.property.books import books, posted

pytestmark = pytest.mark.django_db
ZERO = Decimal("0.00")
MONTHS = [Month(2025, 8), Month(2025, 9), Month(2025, 10), Month(2025, 11), Month(2025, 12)]


def lines_of(book):
    """The posted lines of a book: account, fund, month, debit, credit."""
    found = Posting.objects.filter(voucher__book=book, voucher__state="posted").select_related("account")
    months = found.values_list("pk", "voucher__month__month")
    in_month = dict(months)
    return [(line.account, line.fund, in_month[line.pk], line.debit, line.credit) for line in found]


def added_up(lines, first, last):
    """The statement of these months, line by line: by account and fund opening, debit and credit."""
    sums: dict = {}
    for account, fund, month, debit, credit in lines:
        opening, debits, credits_ = sums.get((account.code, fund), (ZERO, ZERO, ZERO))
        if month < str(first):
            opening += debit - credit
        elif month <= str(last):
            debits, credits_ = debits + debit, credits_ + credit
        sums[account.code, fund] = opening, debits, credits_
    return {key: found for key, found in sums.items() if any(found)}


@settings(max_examples=25)
@given(book=books, period=st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS)).map(sorted))
def test_every_balance_is_what_was_posted_up_to_its_month(book, period):
    committee = posted(book)
    lines = lines_of(committee.book)
    kept = MonthlyBalance.objects.filter(book=committee.book).select_related("account")
    assert {(row.account.code, row.fund, row.month) for row in kept} == {
        (account.code, fund, month) for account, fund, month, _debit, _credit in lines
    }
    for row in kept:
        own = [line for line in lines if (line[0], line[1]) == (row.account, row.fund) and line[2] <= row.month]
        assert row.balance == sum(debit - credit for *_key, debit, credit in own)
    assert verify(committee.book).is_good

    accounts, (first, last) = Account.objects.of_book(committee.book), period
    statement = accounts.statement(committee.book, first, last)
    told = {(row.account.code, row.fund): (row.opening, row.debit, row.credit) for row in statement}
    assert told == added_up(lines, first, last)
    assert [(row.account.code, row.fund) for row in statement] == sorted(told)
    closing = {key: sum((d - c for a, f, m, d, c in lines if (a.code, f) == key and m <= str(last)), ZERO) for key in {
        (account.code, fund) for account, fund, month, _debit, _credit in lines if month <= str(last)
    }}  # fmt: skip
    assert accounts.balances(last) == closing
    money = {str(fund): ZERO for fund in Fund}
    for (code, fund), balance in closing.items():
        money[fund] += balance if code in {"1001", "1002"} else ZERO
    assert accounts.money_by_fund(last) == money


def test_what_is_posted_into_an_earlier_month_moves_the_later_ones():
    committee = committee_of(opening=[("1002", "fee", Decimal("500.10"))])
    committee.post(committee.book.vouchers.get())
    for day, amount in ((date(2025, 11, 3), "0.10"), (date(2025, 9, 3), "0.20"), (date(2025, 10, 3), "100")):
        committee.post(day=day, amount=Decimal(amount))
    kept = MonthlyBalance.objects.filter(account__code="1002").order_by("month").values_list("month", "balance")
    assert dict(kept) == {
        "2025-08": Decimal("500.10"),
        "2025-09": Decimal("499.90"),
        "2025-10": Decimal("399.90"),
        "2025-11": Decimal("399.80"),
    }
    assert verify(committee.book).is_good
    MonthlyBalance.objects.filter(account__code="1002", month="2025-10").update(balance=Decimal("399.91"))
    verdict = verify(committee.book)
    assert verdict.row == "2025-10 1002 fee"
    assert "月末 399.91" in verdict.wrong
    assert "月末 399.90" in verdict.wrong
    MonthlyBalance.objects.filter(account__code="1002", month="2025-10").delete()
    assert "没有这一行" in verify(committee.book).wrong


def test_a_statement_is_one_query_and_its_accounts_are_whole(django_assert_num_queries):
    committee = committee_of(opening=[("1002", "fee", Decimal("50000"))])
    committee.post(committee.book.vouchers.get())
    committee.post()
    with django_assert_num_queries(1):
        statement = Account.objects.statement(committee.book, Month(2025, 9), Month(2025, 12))
        said = [(str(row.account), row.account.kind, row.account.is_money, row.normal_closing) for row in statement]
    assert said[0] == ("1002 银行存款", "asset", True, Decimal("49900.00"))
    for row in statement:
        whole = Account.objects.get(pk=row.account.pk)
        assert row.account == tuple(getattr(whole, name) for name in row.account._fields)
        assert (str(row.account), row.account.label) == (str(whole), whole.label)
    other = committee_of()
    assert Account.objects.statement(other.book, Month(2025, 9), Month(2025, 12)) == []


def drawn_cell_by_cell(book, month, rows):
    """The same rows with every cell escaped by itself."""
    pages = reverse("property:accounts", args=[book.pk])
    return format_html_join(
        "",
        '<tr><th scope="row"><a href="{}?month={}">{}</a></th><td data-label="{}">{}</td>'
        '<td data-label="{}" class="num">{}</td><td data-label="{}" class="num">{}</td>'
        '<td data-label="{}" class="num">{}</td>'
        '<td data-label="{}" class="num"><span class="nowrap"><span class="soft">{}</span> {}</span></td></tr>',
        [
            (
                *(f"{pages}{row.account.code}/", month, row.account, "资金", Fund(row.fund).label),
                *("期初（元）", yuan(row.normal_opening), "借方（元）", yuan(row.debit) if row.debit else ""),
                *("贷方（元）", yuan(row.credit) if row.credit else ""),
                *("期末（元）", side_of(row.closing), yuan(row.normal_closing)),
            )
            for row in rows
        ],
    )


amounts = st.integers(-(10**14), 10**14).map(lambda fen: Decimal(fen).scaleb(-2)) | st.just(ZERO)
names = st.text(st.sampled_from("<>&'\"{}%甲a"), min_size=1, max_size=12)


@settings(max_examples=30)
@given(rows=st.lists(st.tuples(names, st.sampled_from(Fund), amounts, amounts, amounts), max_size=5))
def test_the_rows_are_drawn_as_if_every_cell_were_escaped(rows):
    book, month = Book(pk=7), Month(2025, 9)
    made = [
        StatementRow(
            Account(code=name[:12], name=name, normal_side="debit"), str(fund), opening, abs(debit), abs(credit)
        )
        for name, fund, opening, debit, credit in rows
    ]
    assert drawn_accounts(book, month, made) == drawn_cell_by_cell(book, month, made)
