"""Which bills a sum of money pays. Pure, in whole fen; nothing is stored here.

Of each fund the oldest bill is paid first. What a bill was made smaller by (`left` below zero) is set off within its
fund; in the fee fund what is over becomes prepaid. Prepaid money is of the fee fund and pays its bills alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from property.chart import Fund


@dataclass(frozen=True, slots=True)
class Position:
    """A bill, oldest first: its amount and what was paid of it, in fen; an amount below zero is a credit."""

    bill: int
    fund: str
    amount: int
    paid: int = 0

    @property
    def left(self) -> int:
        """What is still owed; below zero, what the household has to its credit."""
        return self.amount - self.paid


@dataclass(slots=True)
class Spread:
    """Fen to allocate to each bill, what is prepaid afterwards, and what could not be placed."""

    moves: dict[int, int] = field(default_factory=dict)
    prepaid: int = 0
    short: int = 0

    def move(self, bill: int, fen: int) -> None:
        """Add to what is allocated to a bill."""
        self.moves[bill] = self.moves.get(bill, 0) + fen

    @property
    def total(self) -> int:
        return sum(self.moves.values())


def cover(positions: Sequence[Position], *, prepaid: int = 0, money: int = 0, fund: str = Fund.FEE) -> Spread:
    """Pay bills from what is prepaid and from `money`, the bills of `fund` first, then the fee fund's, then others.

    What is over is prepaid. Neither amount is below zero.
    """
    spread = Spread(prepaid=prepaid)
    for one in dict.fromkeys([fund, str(Fund.FEE), *Fund.values]):
        own = [position for position in positions if position.fund == one]
        if one == Fund.FEE:
            money = _cover_fees(spread, own, money)
        else:
            money -= _cover_fund(spread, own, money)
    spread.prepaid += money
    return _clean(spread)


def give_back(positions: Sequence[Position], *, prepaid: int, amount: int) -> Spread:
    """Return `amount` to the household: from what is prepaid, then from credits of other funds, oldest first.

    `short` is what there was nothing to return of.
    """
    taken = min(prepaid, amount)
    spread = Spread(prepaid=prepaid - taken, short=amount - taken)
    for position in positions:
        if position.fund != Fund.FEE and position.left < 0 and spread.short:
            back = min(-position.left, spread.short)
            spread.move(position.bill, -back)
            spread.short -= back
    return _clean(spread)


def take_back(positions: Sequence[Position], own: Mapping[int, int], *, prepaid: int, amount: int) -> Spread:
    """Undo a movement of `amount` (signed as it was) that had allocated `own`: its bills are open again.

    Where the money has gone on meanwhile, the newest paid fees are open again; where money is left, the oldest open
    ones are paid from it. `short` is what is missing even then: it was given back already.
    """
    spread = Spread()
    for position in positions:
        if own.get(position.bill):
            spread.move(position.bill, _towards(position, -own[position.bill]))
    left = prepaid - amount - spread.total
    if left < 0:
        left = _reopen(spread, positions, left)
    spread.short = max(-left, 0)
    again = cover(_after(positions, spread.moves), prepaid=max(left, 0))
    for bill, fen in again.moves.items():
        spread.move(bill, fen)
    spread.prepaid = again.prepaid
    return _clean(spread)


def _cover_fees(spread: Spread, own: Sequence[Position], money: int) -> int:
    """Pay the fee fund's bills from prepaid money first; all its credits become prepaid. Gives what money is left."""
    credit = sum(-position.left for position in own if position.left < 0)
    held = spread.prepaid + credit
    paid = min(sum(position.left for position in own if position.left > 0), held + money)
    _use_credit(spread, own, credit)
    _pay(spread, own, paid)
    spread.prepaid = max(held - paid, 0)
    return money - max(paid - held, 0)


def _cover_fund(spread: Spread, own: Sequence[Position], money: int) -> int:
    """Pay bills of another fund from its own credits and from money; gives the money used."""
    credit = sum(-position.left for position in own if position.left < 0)
    paid = min(sum(position.left for position in own if position.left > 0), credit + money)
    used = min(credit, paid)
    _use_credit(spread, own, used)
    _pay(spread, own, paid)
    return paid - used


def _pay(spread: Spread, own: Iterable[Position], fen: int) -> None:
    for position in own:
        part = min(max(position.left, 0), fen)
        spread.move(position.bill, part)
        fen -= part


def _use_credit(spread: Spread, own: Iterable[Position], fen: int) -> None:
    for position in own:
        part = min(max(-position.left, 0), fen)
        spread.move(position.bill, -part)
        fen -= part


def _towards(position: Position, fen: int) -> int:
    """As much of `fen` as keeps what is paid between nothing and the whole bill."""
    low, high = sorted((0, position.amount))
    return min(max(position.paid + fen, low), high) - position.paid


def _reopen(spread: Spread, positions: Sequence[Position], left: int) -> int:
    """Take back what was paid of the newest fees until nothing is missing; gives what is left over or missing."""
    for position in reversed(_after(positions, spread.moves)):
        if position.fund == Fund.FEE and position.paid > 0 and left < 0:
            back = min(position.paid, -left)
            spread.move(position.bill, -back)
            left += back
    return left


def _after(positions: Iterable[Position], moves: Mapping[int, int]) -> list[Position]:
    return [Position(one.bill, one.fund, one.amount, one.paid + moves.get(one.bill, 0)) for one in positions]


def _clean(spread: Spread) -> Spread:
    spread.moves = {bill: fen for bill, fen in spread.moves.items() if fen}
    return spread
