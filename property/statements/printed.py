"""What a statement prints about itself: how many rows, and what they come to. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from property.statements.cells import IN, NEUTRAL, OUT

_SIDE_WORDS = {
    IN: "已收入|收入|贷方|转入|存入|收款|贷记",
    OUT: "已支出|支出|借方|转出|支取|付款|借记",
    NEUTRAL: "中性交易|不计收支",
}
_SIDE = "(?P<side>" + "|".join(_SIDE_WORDS.values()) + ")"
_SIDE_OF = {word: side for side, words in _SIDE_WORDS.items() for word in words.split("|")}
_MONEY = r"[¥￥]?\s*(?P<sum>-?\d[\d,]*(?:\.\d{1,2})?)"
_BOTH = re.compile(
    _SIDE
    + rf"(?:合计|总计|总额|交易)?\s*[:]?\s*(?P<count>\d+)\s*笔\s*[,、;]?\s*(?:共|合计|金额|计)?\s*[:]?\s*{_MONEY}\s*元?"
)
_COUNT = re.compile(_SIDE + r"(?:交易)?(?:总)?(?:笔数|条数)(?:合计)?\s*[:]?\s*(?P<count>\d+)")
_SUM = re.compile(
    _SIDE + rf"(?:发生额)?(?:合计|总计|总额|总金额|合计金额|金额合计|总发生额|总)\s*(?:\(元\))?\s*[:]?\s*{_MONEY}"
)
_ALL = re.compile(
    r"(?<!入)(?<!出)(?<!方)(?:^|[^\d笔])(?:共计?|总笔数|总条数|总记录数|记录数|交易笔数)\s*[:]?\s*(?P<count>\d+)\s*(?:笔|条|$|\s)"
)
_OPENING = re.compile(rf"(?:期初|上期|承前|上页|承上页|起始)(?:账户|结转|期末)?余额\s*[:]?\s*{_MONEY}")
_CLOSING = re.compile(rf"(?:期末|本期末?|截止|终止)(?:账户)?余额\s*[:]?\s*{_MONEY}")


@dataclass(slots=True)
class Printed:
    """Counts and sums as the statement prints them, by side; "" is all rows."""

    counts: dict[str, int] = field(default_factory=dict)
    sums: dict[str, Decimal] = field(default_factory=dict)
    opening: Decimal | None = None
    closing: Decimal | None = None

    def take(self, line: str) -> None:
        """Take up what a line outside of the table says; half-width characters."""
        for found in _BOTH.finditer(line):
            side = _SIDE_OF[found["side"]]
            self.counts.setdefault(side, int(found["count"]))
            self._sum(side, found["sum"])
        for found in _COUNT.finditer(line):
            self.counts.setdefault(_SIDE_OF[found["side"]], int(found["count"]))
        for found in _SUM.finditer(line):
            self._sum(_SIDE_OF[found["side"]], found["sum"])
        if (every := _ALL.search(line)) and "" not in self.counts:
            self.counts[""] = int(every["count"])
        if self.opening is None and (found_opening := _OPENING.search(line)):
            self.opening = _yuan(found_opening["sum"])
        if closing := _CLOSING.search(line):
            self.closing = _yuan(closing["sum"])

    def _sum(self, side: str, text: str) -> None:
        amount = _yuan(text)
        if amount is not None:
            self.sums.setdefault(side, abs(amount))


def _yuan(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return value.quantize(Decimal("0.01")) if abs(value) < Decimal(10) ** 12 else None
