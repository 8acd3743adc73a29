"""On which side each row stands: by its column, its sign, its words, and in the end by the running balance. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from property.statements.balances import Followed, follow
from property.statements.cells import IN, NEUTRAL, OUT, ZERO
from property.statements.headings import Column as C
from property.statements.lines import Line

Side = tuple[str, Decimal]

_COMES = re.compile(r"到零钱$|-到零钱|零钱充值|^充值|赎回|卖出|退款|转出到余额|收益发放|解冻")
_LEAVES = re.compile(r"提现|来自零钱|转出到银行|还款|申购|买入|购买|转入余额宝|转入理财|冻结")
_ELSEWHERE = re.compile(r"银行|信用卡|储蓄卡|花呗|零钱通")
_SAYS_IN = re.compile(r"收入|转入|存入|来账|汇入|入账|收款|贷记|利息|结息|补贴|缴款|现金存")
_SAYS_OUT = re.compile(r"支出|转出|支取|往账|汇出|扣款|付款|消费|借记|手续费|取款|代扣|缴费")


def sides_of(rows: Sequence[Line]) -> tuple[list[Side], Followed, str]:
    """(kind, what it moved) of every row, how the balance follows, and a sentence where the side was inferred.

    Which of several ways of reading the sides is right, the running balance says; without one, the words do.
    """
    plain = _by_words(rows)
    followed = _followed(rows, plain)
    if followed.agrees:
        return plain, followed, ""
    if followed.links < 2:
        return plain, followed, _unsaid(rows)
    for way, sentence in _other_ways(rows, plain):
        other = _followed(rows, way)
        if other.agrees:
            return way, other, sentence
    return plain, followed, _unsaid(rows)


def _followed(rows: Sequence[Line], sides: Sequence[Side]) -> Followed:
    steps = [(moved, row.balance) for row, (_kind, moved) in zip(rows, sides, strict=True)]
    return follow(steps, [_moment(row) for row in rows])


def _moment(row: Line) -> tuple[str, str]:
    return row.day.isoformat(), row.at.isoformat() if row.at else ""


def _other_ways(rows: Sequence[Line], plain: Sequence[Side]) -> list[tuple[list[Side], str]]:
    swapped = {IN: OUT, OUT: IN, NEUTRAL: NEUTRAL}
    ways = [([(swapped[kind], -moved) for kind, moved in plain], _("收支两边按余额看是反着写的，已经按余额读。"))]
    if all(row.single for row in rows):
        for order in (rows, rows[::-1]):
            way = _by_balance(order)
            ways.append((way if order is rows else way[::-1], _("没有写收支方向，是按余额的增减推出来的。")))
    return ways


def _by_balance(rows: Sequence[Line]) -> list[Side]:
    """Each row on the side to which the balance went; the first, of which nobody knows, by its words."""
    sides: list[Side] = []
    for before, row in zip([None, *rows[:-1]], rows, strict=True):
        value = abs(row.single.value) if row.single else ZERO
        up = _SAYS_OUT.search(_words(row)) is None
        if before is not None and before.balance is not None and row.balance is not None:
            up = row.balance >= before.balance
        sides.append((IN, value) if up else (OUT, -value))
    return sides


def _by_words(rows: Sequence[Line]) -> list[Side]:
    in_two_columns = any(row.into or row.out for row in rows)
    fix_out = _redundant([row.out.value for row in rows if row.out])
    fix_in = _redundant([-row.into.value for row in rows if row.into], most=True)
    fix_said = _redundant([row.single.value for row in rows if row.single and row.says == OUT])
    is_signed = any(row.single and row.single.is_signed for row in rows)
    is_said = any(row.says for row in rows)
    sides = []
    for row in rows:
        if in_two_columns and (row.into or row.out):
            sides.append(_of_columns(row, fix_in, fix_out))
        else:
            sides.append(_of_single(row, fix_said, is_signed=is_signed, is_said=is_said))
    return sides


def _redundant(values: Sequence[Decimal], *, most: bool = False) -> Callable[[Decimal], Decimal]:
    """Minus signs that stand before every amount of a column of expenses say nothing new; single ones take back.

    In a column of income they would all be taken back, which nobody prints: then (`most`) they say nothing as well.
    """
    filled = [value for value in values if value]
    if most:
        return abs if filled and all(value > 0 for value in filled) else lambda value: value
    return abs if filled and all(value < 0 for value in filled) else lambda value: value


def _of_columns(row: Line, fix_in: Callable[[Decimal], Decimal], fix_out: Callable[[Decimal], Decimal]) -> Side:
    into = fix_in(row.into.value) if row.into else ZERO
    out = fix_out(row.out.value) if row.out else ZERO
    moved = into - out
    if into and out:
        return (IN if moved >= 0 else OUT), moved
    return (IN if into or not row.out else OUT), moved


def _of_single(row: Line, fix_said: Callable[[Decimal], Decimal], *, is_signed: bool, is_said: bool) -> Side:
    value = row.single.value if row.single else ZERO
    if row.says == IN:
        return IN, value
    if row.says == OUT:
        return OUT, -fix_said(value)
    if row.says == NEUTRAL or (is_said and not is_signed):
        return NEUTRAL, _neutral(row, value)
    if is_signed:
        return (OUT, value) if value < 0 else (IN, value)
    kind = row.text(C.KIND)
    return (OUT, -value) if _SAYS_OUT.search(kind) and not _SAYS_IN.search(kind) else (IN, value)


def _neutral(row: Line, value: Decimal) -> Decimal:
    """What a row that counts as neither moved on the wallet itself: withdrawn, topped up, given back, or nothing."""
    if value < 0:
        return value
    words = _words(row)
    if _COMES.search(words):
        return value
    if re.search(r"提现|来自零钱", words):
        return -value
    return (
        -value if _LEAVES.search(words) and not _ELSEWHERE.search(row.text(C.METHOD)) and row.text(C.METHOD) else ZERO
    )


def _words(row: Line) -> str:
    return f"{row.text(C.KIND)} {row.text(C.REMARK)}".strip()


def _unsaid(rows: Sequence[Line]) -> str:
    """A sentence where neither column, sign nor words say on which side rows stand."""
    unsaid = [row for row in rows if row.single and row.single.value and not row.says]
    if not unsaid or any(row.says or (row.single and row.single.is_signed) or row.out for row in rows):
        return ""
    return _("有 %(n)d 笔没有写是收入还是支出，是按交易类型猜的，请核对。") % {"n": len(unsaid)}
