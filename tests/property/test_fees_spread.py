"""Which bills a sum pays: whatever the bills, nothing is lost and nothing is paid twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from property.chart import Fund
from property.fees.spread import Position, cover, give_back, take_back

FEN = st.integers(-5_000, 20_000).filter(bool)
FUNDS = st.sampled_from(["fee", "public"])


@st.composite
def bills(draw):
    """Bills in their order, each paid in part; credits are below zero."""
    made = []
    for number, (fund, amount) in enumerate(draw(st.lists(st.tuples(FUNDS, FEN), max_size=12))):
        low, high = sorted((0, amount))
        made.append(Position(number, fund, amount, draw(st.integers(low, high))))
    return made


def after(positions, moves):
    return [Position(one.bill, one.fund, one.amount, one.paid + moves.get(one.bill, 0)) for one in positions]


def within(positions):
    """Nothing is paid beyond its amount, and nothing below zero."""
    return all(min(0, one.amount) <= one.paid <= max(0, one.amount) for one in positions)


def debts(positions, fund):
    return [one.left for one in positions if one.fund == fund and one.left > 0]


def credits_of(positions, fund):
    return sum(-one.left for one in positions if one.fund == fund and one.left < 0)


@given(bills(), st.integers(0, 30_000), st.integers(0, 30_000), FUNDS)
def test_money_goes_to_bills_or_is_prepaid(positions, prepaid, money, fund):
    spread = cover(positions, prepaid=prepaid, money=money, fund=fund)
    then = after(positions, spread.moves)
    assert within(then)
    assert spread.prepaid >= 0
    assert spread.total + spread.prepaid == prepaid + money, "not a fen is lost"
    outside = sum(moved for bill, moved in spread.moves.items() if positions[bill].fund != "fee")
    assert 0 <= outside <= money, "prepaid money pays no bill of another fund"
    assert credits_of(then, "fee") == 0
    assert not (spread.prepaid and debts(then, "fee")), "nothing is prepaid while a fee is owed"
    assert not (credits_of(then, "public") and debts(then, "public"))
    if debts(then, fund):
        given_elsewhere = sum(moved for bill, moved in spread.moves.items() if positions[bill].fund != fund)
        assert given_elsewhere <= (prepaid + credits_of(positions, "fee") if fund != "fee" else 0)


@given(bills(), st.integers(0, 30_000), st.integers(0, 30_000))
def test_the_oldest_first(positions, prepaid, money):
    spread = cover(positions, prepaid=prepaid, money=money)
    for fund in ("fee", "public"):
        left = [one.left for one in after(positions, spread.moves) if one.fund == fund and one.amount > 0]
        touched = [position for position, amount in enumerate(left) if amount]
        before = [one for one in positions if one.fund == fund and one.amount > 0]
        for place in touched[1:]:
            bill = before[place].bill
            assert spread.moves.get(bill, 0) == 0, "a later bill gets nothing while an earlier one is open"


@given(bills(), st.integers(0, 30_000), st.integers(0, 30_000))
def test_covering_again_moves_nothing(positions, prepaid, money):
    spread = cover(positions, prepaid=prepaid, money=money)
    again = cover(after(positions, spread.moves), prepaid=spread.prepaid)
    assert (again.moves, again.prepaid) == ({}, spread.prepaid)


@given(bills(), st.integers(0, 30_000), st.integers(1, 60_000))
def test_given_back_is_what_is_prepaid_and_credits_of_other_funds(positions, prepaid, amount):
    spread = give_back(positions, prepaid=prepaid, amount=amount)
    then = after(positions, spread.moves)
    assert within(then)
    assert spread.prepaid >= 0
    assert spread.total + spread.prepaid == prepaid - (amount - spread.short)
    assert spread.short == max(0, amount - prepaid - credits_of(positions, "public"))
    assert all(moved < 0 and positions[bill].fund != Fund.FEE for bill, moved in spread.moves.items())


@given(bills(), st.integers(0, 30_000), st.integers(1, 30_000), FUNDS)
def test_what_is_undone_at_once_is_as_before(positions, prepaid, money, fund):
    # As everything stands between two movements: credits set off, prepaid money used.
    settled = cover(positions, prepaid=prepaid)
    positions, prepaid = after(positions, settled.moves), settled.prepaid
    paid = cover(positions, prepaid=prepaid, money=money, fund=fund)
    then = after(positions, paid.moves)
    undone = take_back(then, paid.moves, prepaid=paid.prepaid, amount=money)
    assert undone.short == 0
    assert undone.prepaid == prepaid
    assert [one.paid for one in after(then, undone.moves)] == [one.paid for one in positions]


@given(bills(), st.lists(st.tuples(st.integers(1, 20_000), FUNDS), min_size=2, max_size=5), st.data())
def test_whatever_is_undone_nothing_is_lost(positions, sums, data):
    prepaid, made, held = 0, [], {}
    for number, (money, fund) in enumerate(sums):
        spread = cover(positions, prepaid=prepaid, money=money, fund=fund)
        positions, prepaid = after(positions, spread.moves), spread.prepaid
        made.append((money, spread.moves))
        held[number] = money
    order = data.draw(st.permutations(range(len(sums))))
    total = sum(money for money, _moves in made)
    allocated = sum(one.paid for one in positions) + prepaid
    for number in order:
        money, moves = made[number]
        spread = take_back(positions, moves, prepaid=prepaid, amount=money)
        if spread.short:
            # Only where fees were paid from the money that went to another fund's credit.
            pytest.fail(f"{spread.short} fen are missing")
        positions, prepaid = after(positions, spread.moves), spread.prepaid
        allocated -= money
        total -= money
        assert within(positions)
        assert prepaid >= 0
        assert sum(one.paid for one in positions) + prepaid == allocated
        assert not (prepaid and debts(positions, "fee"))
    assert total == 0


def test_a_refunded_sum_cannot_be_undone():
    spread = take_back([], {}, prepaid=20, amount=100)
    assert spread.short == 80
