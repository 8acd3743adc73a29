"""Single cells of a statement, read by what they mean. Pure; what cannot be read raises ValueError and nothing else."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from core.spreadsheets import Cell

FEN = Decimal("0.01")
ZERO = Decimal("0.00")
IN, OUT, NEUTRAL = "in", "out", "neutral"

_MINUS = str.maketrans(dict.fromkeys("−–—﹣－", "-"))
_INVISIBLE = str.maketrans(dict.fromkeys("\ufeff\u200b\u200c\u200d\u200e\u200f", " ") | {"\x00": None})
# Every cell is looked at several times while its row is read.
_KEPT = 4096
_BLANKS = frozenset({"", "-", "--", "---", "/", "\\", "无", "null", "none", "nan", "n/a", "nil", "空"})
_SPACE = re.compile(r"\s+")
_AS_FORMULA = re.compile(r'=\s*"(.*)"', re.DOTALL)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+|\d+")
_MONEY_WORDS = re.compile(r"[¥$]|人民币|cny|rmb|元|圆整?|\s")
_SIDE = re.compile(r"^(借|贷|收入|支出|dr|cr)[.:]?|(借|贷|dr|cr)\.?$")
_LARGEST = Decimal(10) ** 12
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_EPOCH = date(1899, 12, 30)

_YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)|(\d{4})(\d{2})(\d{2})(?=\d{6}(?!\d))")
_DMY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?!\d)")
_NAMED = re.compile(r"(\d{1,2})[-/ ]([a-z]{3})[a-z]*[-/ ,]+(\d{4})(?!\d)")
_SHORT = re.compile(r"(\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_SERIAL = re.compile(r"\d{5}(\.\d{1,12})?", re.ASCII)
_CLOCK = re.compile(
    r"(上午|下午|am|pm)?\s*(\d{1,2})\s*[:时点.]\s*(\d{1,2})(?:\s*[:分.]\s*(\d{1,2}))?(?:\.\d+)?\s*[分秒]?\s*(am|pm)?"
)
_DIGITS = re.compile(r"\d{5,6}")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}

_DIRECTIONS = {
    IN: "收入|收|入|进|贷|贷方|转入|存入|入账|进账|来账|汇入|收款|收方|流入|cr|c|credit|in|+|贷cr|贷c|deposit",
    OUT: "支出|支|出|付|借|借方|转出|支取|取出|出账|往账|汇出|付款|付方|流出|dr|d|debit|out|-|借dr|借d|withdrawal",
    NEUTRAL: "/|不计收支|中性|中性交易|其他|其它|资金转移|不计|冻结|解冻",
}
_SAYS_IN = re.compile(r"收入|贷|转入|存入|入账|来账|汇入|credit")
_SAYS_OUT = re.compile(r"支出|借|转出|支取|出账|往账|汇出|debit")
_LONGEST_SIDE = 8
_DIRECTION_OF = {word: side for side, words in _DIRECTIONS.items() for word in words.split("|")}


@dataclass(frozen=True, slots=True)
class Amount:
    """Yuan, and whether the cell itself says in or out by a sign, brackets or a word."""

    value: Decimal
    is_signed: bool


def words(cell: Cell) -> str:
    """The text of a cell as it was written, on one line, without the marks that exports put around it."""
    if cell is None or isinstance(cell, bool):
        return ""
    if isinstance(cell, float):
        return f"{cell:.6f}".rstrip("0").rstrip(".")
    return _bare(cell) if isinstance(cell, str) else str(cell)


@lru_cache(maxsize=_KEPT)
def _bare(text: str) -> str:
    bare = text.translate(_INVISIBLE).strip()
    if found := _AS_FORMULA.fullmatch(bare):
        bare = found[1]
    return _SPACE.sub(" ", bare.strip("`'\t \"")).strip()


def plain(cell: Cell) -> str:
    """The text of a cell in half-width characters and small letters, for comparing; "" for all that means nothing."""
    return _plain(words(cell))


@lru_cache(maxsize=_KEPT)
def _plain(text: str) -> str:
    bare = unicodedata.normalize("NFKC", text).translate(_MINUS).strip().lower()
    return "" if bare in _BLANKS else bare


def amount(cell: Cell) -> Amount | None:
    """Yuan to the fen; None for an empty cell. Raises ValueError for what is no amount."""
    if isinstance(cell, bool | date):
        raise ValueError("no amount")
    if isinstance(cell, int):
        return _checked(Decimal(cell), is_signed=cell < 0)
    if isinstance(cell, float):
        return _of_float(cell)
    text = plain(cell)
    if not text:
        return None
    text = _MONEY_WORDS.sub("", text)
    side = _SIDE.search(text)
    text = _SIDE.sub("", text)
    negative = text.startswith("(") and text.endswith(")")
    text = text.strip("()") if negative else text
    signs = [mark for mark in (text[:1], text[-1:]) if mark in ("+", "-")]
    text = text.removeprefix("+").removeprefix("-").removesuffix("+").removesuffix("-")
    whole, point, rest = text.partition(".")
    if not _GROUPED.fullmatch(whole or "0") or (rest and not rest.isdecimal()) or not (whole or rest):
        raise ValueError("no amount")
    try:
        value = Decimal(f"{(whole or '0').replace(',', '')}{point}{rest or ('0' if point else '')}")
    except InvalidOperation:
        raise ValueError("no amount") from None
    out_by_word = side is not None and (side[1] or side[2]) in ("借", "支出", "dr")
    minus = negative or "-" in signs or out_by_word
    return _checked(-value if minus else value, is_signed=minus or bool(signs) or bool(side))


def _of_float(number: float) -> Amount:
    if number != number or abs(number) >= float(_LARGEST):
        raise ValueError("no amount")
    exact = Decimal(f"{number:.6f}")
    nearest = exact.quantize(FEN)
    return _checked(nearest if abs(nearest - exact) <= Decimal("0.00001") else exact, is_signed=number < 0)


def _checked(value: Decimal, *, is_signed: bool) -> Amount:
    if abs(value) >= _LARGEST or value != value.quantize(FEN):
        raise ValueError("no amount to the fen")
    return Amount(value.quantize(FEN) + ZERO, is_signed)


def moment(cell: Cell, *, day_first: bool | None = None) -> tuple[date, time | None] | None:
    """A day, with the time where the cell says it; None for an empty cell.

    `day_first` says how 03/04/2024 is meant; while that is unknown, such a cell raises ValueError, as does every other
    that names no day between 1990 and 2100.
    """
    if isinstance(cell, datetime):
        return _sane(cell.date()), cell.time().replace(microsecond=0, tzinfo=None)
    if isinstance(cell, date):
        return _sane(cell), None
    if isinstance(cell, bool):
        raise ValueError("no day")
    if isinstance(cell, int | float) and 20_000 <= cell < 80_000:
        return _of_serial(float(cell))
    text = plain(cell)
    if not text:
        return None
    if _SERIAL.fullmatch(text) and 36_526 <= float(text) < 55_000:
        return _of_serial(float(text))
    for pattern, order in ((_YMD, "ymd"), (_COMPACT, "ymd"), (_NAMED, "dmy"), (_DMY, ""), (_SHORT, "ymd")):
        if found := pattern.match(text):
            day = _day([part for part in found.groups() if part], order, day_first)
            return day, clock_time(text[found.end() :].strip(" t日,"))
    raise ValueError("no day")


def _of_serial(number: float) -> tuple[date, time | None]:
    days, seconds = divmod(round(number * 86_400), 86_400)
    at = _after_midnight(seconds)
    return _sane(_EPOCH + timedelta(days=days)), at if seconds else None


def _after_midnight(seconds: int) -> time:
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _day(parts: list[str], order: str, day_first: bool | None) -> date:
    if order == "ymd":
        year, month, day = (int(part) for part in parts)
        return _sane(date(year + 2000 if year < 100 else year, month, day))
    if order == "dmy":
        if parts[1] not in _MONTHS:
            raise ValueError("no month")
        return _sane(date(int(parts[2]), _MONTHS[parts[1]], int(parts[0])))
    one, two, year = (int(part) for part in parts)
    if one > 12 or day_first or (one == two):
        return _sane(date(year, two, one))
    if two > 12 or day_first is False:
        return _sane(date(year, one, two))
    raise ValueError("day or month first?")


def _sane(day: date) -> date:
    if not _FIRST_YEAR <= day.year < _LAST_YEAR:
        raise ValueError("no day of our times")
    return day


def clock_time(cell: Cell) -> time | None:
    """A time of the day; None for what is none."""
    if isinstance(cell, datetime):
        return cell.time().replace(microsecond=0, tzinfo=None)
    if isinstance(cell, float) and 0 <= cell < 1:
        return _after_midnight(round(cell * 86_400) % 86_400)
    text = plain(cell)
    digits = text.zfill(6) if _DIGITS.fullmatch(text) else ""
    found = _CLOCK.match(text)
    if digits:
        parts = (digits[:2], digits[2:4], digits[4:])
    elif found:
        parts = (found[2], found[3], found[4] or "0")
    else:
        return None
    hour, minute, second = (int(part) for part in parts)
    half = (found[1] or found[5] or "") if found and not digits else ""
    hour += 12 if half in ("下午", "pm") and hour < 12 else -12 if half == "am" and hour == 12 else 0
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def direction(cell: Cell) -> str:
    """Whether the cell says that money came in, went out, or neither counts; "" where it says nothing of the kind."""
    bare = unicodedata.normalize("NFKC", words(cell)).translate(_MINUS).lower()
    bare = re.sub(r"[\s.()（）]", "", bare)
    known = _DIRECTION_OF.get(bare)
    if known is not None or len(bare) > _LONGEST_SIDE:
        return known or ""
    into, out = bool(_SAYS_IN.search(bare)), bool(_SAYS_OUT.search(bare))
    return "" if into == out else IN if into else OUT
