"""A statement of any bank or wallet, read: rows with their sides, what they come to, and what is doubtful.

Pure and total: rubbish is Refused with a sentence or becomes a doubt, and nothing else is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal

from django.utils.translation import gettext as _

from core import clock
from core.money import yuan
from core.refusal import Refused
from property.statements import cells, formats, refine, sides
from property.statements import headings as columns
from property.statements.balances import Followed
from property.statements.cells import IN, NEUTRAL, OUT, ZERO
from property.statements.formats import Format
from property.statements.headings import Column as C
from property.statements.headings import Headings
from property.statements.lines import Line, Lines, read_lines
from property.statements.printed import Printed
from property.statements.sides import Side
from property.statements.tables import Doubt, File, Table, open_file

_RENMINBI = frozenset(
    {"人民币", "人民币元", "cny", "rmb", "156", "001", "01", "¥", "cnh", "元", "人民币(cny)", "人民币cny"}
)
_FAILED = re.compile(
    r"失败|关闭|撤销|撤单|取消|作废|未支付|待支付|待付款|等待付款|未付款|未成功|无效|notpay|closed|revoked|payerror|fail|cancel"
)
_REFUND = re.compile(r"退款")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: `amount` is what it moved, in yuan, in positive; `kind` how the statement itself counts it."""

    line: int
    sheet: str
    day: date
    at: time | None
    kind: str
    amount: Decimal
    balance: Decimal | None
    counterparty: str
    counter_account: str
    remark: str
    reference: str


@dataclass
class Reading:
    """What a file says. `entries` go from the oldest to the newest; `left_out` counts rows that moved nothing."""

    format: Format
    headings: Headings
    entries: list[Entry]
    rows: int
    left_out: int
    followed: Followed
    doubts: list[Doubt] = field(default_factory=list)

    @property
    def money_in(self) -> Decimal:
        """What the statement itself counts as income, in yuan."""
        return sum((one.amount for one in self.entries if one.kind == IN), ZERO)

    @property
    def money_out(self) -> Decimal:
        return -sum((one.amount for one in self.entries if one.kind == OUT), ZERO)

    @property
    def neutral(self) -> Decimal:
        """What rows that count as neither moved on the account."""
        return sum((one.amount for one in self.entries if one.kind == NEUTRAL), ZERO)

    @property
    def first(self) -> date | None:
        return min((one.day for one in self.entries), default=None)

    @property
    def last(self) -> date | None:
        return max((one.day for one in self.entries), default=None)

    @property
    def balance_checked(self) -> bool:
        return self.followed.agrees

    def summary(self) -> dict[str, object]:
        """As JSON: the answer of `import_statement --json`."""
        return {
            "format": self.format.name,
            "rows": self.rows,
            "money_in": str(self.money_in),
            "money_out": str(self.money_out),
            "neutral": str(self.neutral),
            "left_out": self.left_out,
            "first": self.first.isoformat() if self.first else None,
            "last": self.last.isoformat() if self.last else None,
            "balance_checked": self.balance_checked,
            "opening_balance": _text(self.followed.opening if self.balance_checked else None),
            "closing_balance": _text(self.followed.closing if self.balance_checked else None),
            "doubts": [doubt.as_kept() for doubt in self.doubts],
        }


# What was said about a layout before, by its digest.
Remembered = Callable[[str], Mapping[str, str]]


class ColumnsUnknown(Refused):
    """A table whose columns somebody has to name once; `headings` are what it has."""

    def __init__(self, found: Headings) -> None:
        super().__init__(_("看不出哪一栏是日期、哪一栏是金额，请先说明每一栏是什么。"))
        self.headings = found


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def read(
    content: bytes, name: str = "", *, mapping: Mapping[str, str] | None = None, remembered: Remembered | None = None
) -> Reading:
    """Read a statement. `mapping` (normal heading → meaning) is what somebody said about its columns; `remembered`
    gives what was said before about a layout, by its digest.

    Raises Refused for what is no statement, ColumnsUnknown where somebody has to name the columns.
    """
    file = open_file(content, name)
    found = _tables(file, mapping)
    if remembered is not None and not mapping:
        known = remembered(found[0][1].digest)
        found = _tables(file, known) if known else found
    whole = [(table, refine.by_content(table, heads)) for table, heads in found]
    usable = [(table, heads) for table, heads in whole if not heads.missing]
    if not usable:
        raise ColumnsUnknown(whole[0][1])
    lines = _all_lines(usable, named=len(file.ways[0]) > 1)
    if file.damaged:
        lines.doubts.insert(0, Doubt(0, _("文件里有 %(n)d 个字读不出来，可能没有下载完整。") % {"n": file.damaged}))
    return _understood(lines, usable[0][1], _around(usable[0][0], usable[0][1]))


def _tables(file: File, mapping: Mapping[str, str] | None) -> list[tuple[Table, Headings]]:
    """The sheets that hold a table, in the way of reading the file that understands most."""
    ways = []
    for way in file.ways:
        found = [(table, heads) for table in way if (heads := columns.find(table.rows, mapping)) is not None]
        if found:
            ways.append((max(columns.weight(heads) for _table, heads in found), found))
    if not ways:
        raise Refused(_("没有找到一张有日期和金额的表。请在网上银行、微信或支付宝里重新导出对账单。"))
    return max(ways, key=lambda way: way[0])[1]


def _around(table: Table, heads: Headings) -> str:
    return " ".join(cells.words(cell) for row in table.rows[: max(heads.row, 0)] for cell in row if cell is not None)


def _all_lines(tables: list[tuple[Table, Headings]], *, named: bool) -> Lines:
    """The rows of all sheets as one statement."""
    whole = Lines()
    for number, (table, heads) in enumerate(tables):
        day_first = refine.day_first(table, heads)
        lines = read_lines(table, heads, sheet=table.name if named else "", day_first=day_first)
        whole.rows += lines.rows
        whole.doubts += lines.doubts
        whole.totals += lines.totals
        whole.printed = lines.printed if number == 0 else Printed()
    return whole


def _understood(lines: Lines, heads: Headings, around: str) -> Reading:
    kept, doubts = _without_failed(lines)
    format_found = formats.recognise(heads, around)
    if not lines.rows and lines.doubts:
        raise Refused(_("这张表里没有一笔读得懂的收支：%(why)s") % {"why": lines.doubts[0].text})
    told, followed, sentence = sides.sides_of(kept)
    doubts += [Doubt(0, sentence)] if sentence else []
    told = _with_refunds(kept, told)
    entries = [_entry(kept[place], *told[place]) for place in followed.order]
    reading = Reading(format_found, heads, entries, len(lines.rows), len(lines.rows) - len(kept), followed)
    reading.doubts = [
        *lines.doubts,
        *doubts,
        *_of_balance(kept, heads, followed),
        *_of_accounts(kept),
        *_of_days(entries),
    ]
    reading.doubts += _of_totals(lines, kept, told, reading)
    return reading


def _without_failed(lines: Lines) -> tuple[list[Line], list[Doubt]]:
    """The rows in yuan that came about. A closed order whose refund is in the file stays: both took place."""
    kept, doubts = [], []
    refunds = {
        (row.day, row.text(C.COUNTERPARTY), abs(row.single.value)): row
        for row in lines.rows
        if _is_refund(row) and row.single
    }
    for row in lines.rows:
        currency, state = cells.plain(row.text(C.CURRENCY)), cells.plain(row.text(C.STATE))
        if currency and currency not in _RENMINBI:
            words = {"currency": row.text(C.CURRENCY)}
            doubts.append(Doubt(row.number, _("这一笔是%(currency)s，不是人民币，没有算进来。") % words, row.sheet))
        elif _FAILED.search(state) and not (row.says == OUT and _refunded(row, refunds)):
            words = {"state": row.text(C.STATE)}
            doubts.append(Doubt(row.number, _("这一笔的状态是“%(state)s”，没有算进来。") % words, row.sheet))
        else:
            kept.append(row)
    return kept, doubts


def _is_refund(row: Line) -> bool:
    return row.says == NEUTRAL and bool(_REFUND.search(row.text(C.KIND) + row.text(C.STATE)))


def _refunded(row: Line, refunds: dict[tuple[date, str, Decimal], Line]) -> bool:
    """Whether the file shows that a closed order was paid and given back: same amount and party, the same day, or an
    order number that begins alike."""
    if row.single is None:
        return False
    if (row.day, row.text(C.COUNTERPARTY), abs(row.single.value)) in refunds:
        return True
    number = row.text(C.REFERENCE)
    return len(number) >= 8 and any(
        one.text(C.REFERENCE).startswith(number) and one.single and abs(one.single.value) == abs(row.single.value)
        for one in refunds.values()
    )


def _with_refunds(rows: list[Line], told: list[Side]) -> list[Side]:
    """A closed order that was given back counts as neither, as its refund does; together they move nothing."""
    return [
        (NEUTRAL, moved) if _FAILED.search(cells.plain(row.text(C.STATE))) else (kind, moved)
        for row, (kind, moved) in zip(rows, told, strict=True)
    ]


def _entry(row: Line, kind: str, moved: Decimal) -> Entry:
    payer, payee = row.text(C.PAYER), row.text(C.PAYEE)
    other = row.text(C.COUNTERPARTY) or (payer if moved >= 0 else payee)
    account = row.text(C.COUNTER_ACCOUNT) or row.text(C.PAYER_ACCOUNT if moved >= 0 else C.PAYEE_ACCOUNT)
    remark = " ".join(part for part in (row.text(C.REMARK), row.text(C.KIND)) if part)
    reference = row.text(C.REFERENCE)
    return Entry(
        row.number,
        row.sheet,
        row.day,
        row.at,
        kind,
        moved,
        row.balance,
        other,
        account[:60],
        remark[:240],
        reference[:80],
    )


def _of_balance(rows: list[Line], heads: Headings, followed: Followed) -> list[Doubt]:
    doubts = [
        Doubt(
            rows[place].number,
            _("这一笔之后的余额 %(balance)s 元，和上一笔的余额接不上。")
            % {"balance": yuan(rows[place].balance or ZERO)},
            rows[place].sheet,
        )
        for place in followed.breaks
    ]
    if heads.of(C.BALANCE) and len(rows) > 1 and not any(row.balance is not None for row in rows):
        doubts.append(Doubt(0, _("对账单里没有读得懂的余额，没法逐笔核对余额。")))
    return doubts


def _of_accounts(rows: list[Line]) -> list[Doubt]:
    own = {text for row in rows if (text := cells.plain(row.text(C.OWN_ACCOUNT)))}
    if len(own) < 2:
        return []
    return [Doubt(0, _("文件里有 %(n)d 个账号的收支。请一个账号导出一份，分别导入。") % {"n": len(own)})]


def _of_days(entries: list[Entry]) -> list[Doubt]:
    later = [one for one in entries if one.day > clock.today()]
    return [Doubt(one.line, _("日期 %(day)s 在今天以后。") % {"day": one.day}, one.sheet) for one in later]


def _of_totals(lines: Lines, kept: list[Line], told: list[Side], reading: Reading) -> list[Doubt]:
    """Where what the statement prints about itself is not what its rows come to."""
    counts, sums = _come_to(told)
    counts[""] = reading.rows
    printed = lines.printed
    doubts = []
    labels = {IN: _("收入"), OUT: _("支出"), NEUTRAL: _("不计收支"), "": _("全部")}
    for side, count in printed.counts.items():
        if count not in (counts.get(side, 0), counts.get(side, 0) + reading.left_out):
            words = {"side": labels[side], "printed": count, "read": counts.get(side, 0)}
            doubts.append(Doubt(0, _("%(side)s：对账单上印的是 %(printed)d 笔，读到 %(read)d 笔。") % words))
    for side, total in [*printed.sums.items(), *_totals_of(lines)]:
        if side != NEUTRAL and total != sums.get(side, ZERO):
            words = {"side": labels[side], "printed": yuan(total), "read": yuan(sums.get(side, ZERO))}
            doubts.append(
                Doubt(0, _("%(side)s：对账单上印的合计是 %(printed)s 元，逐笔加起来是 %(read)s 元。") % words)
            )
    ends = ((printed.opening, reading.followed.opening), (printed.closing, reading.followed.closing))
    for says, found in ends:
        if says is not None and found is not None and says != found:
            words = {"printed": yuan(says), "read": yuan(found)}
            doubts.append(Doubt(0, _("对账单上印的余额是 %(printed)s 元，按逐笔推算是 %(read)s 元。") % words))
    return doubts


def _come_to(told: list[Side]) -> tuple[dict[str, int], dict[str, Decimal]]:
    counts: dict[str, int] = {}
    sums: dict[str, Decimal] = {}
    for kind, moved in told:
        counts[kind] = counts.get(kind, 0) + 1
        sums[kind] = sums.get(kind, ZERO) + (-moved if kind == OUT else moved)
    return counts, sums


def _totals_of(lines: Lines) -> list[tuple[str, Decimal]]:
    """The one total row of the table; several are of months or pages and say nothing about the whole."""
    if len(lines.totals) != 1:
        return []
    return [(side, amount) for side, amount in lines.totals[0].items() if side in (IN, OUT)]
