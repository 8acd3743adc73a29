import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import chinese_capital, parse_yuan, yuan

amounts = st.decimals(min_value=-(10**12) + 1, max_value=10**12 - 1, places=2)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("1234.5"), "1,234.50"),
        (Decimal("-1234.5"), "-1,234.50"),
        (1234567, "1,234,567.00"),
        (0, "0.00"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("-0.004"), "0.00"),
        (Decimal("0.005"), "0.01"),
        (None, ""),
    ],
)
def test_yuan(amount: Decimal | int | None, text: str):
    assert yuan(amount) == text


def test_a_float_is_never_money():
    with pytest.raises(TypeError):
        yuan(1.5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.5", "1234.50"),
        ("¥1,234.50", "1234.50"),
        ("￥１，２３４．５０", "1234.50"),
        (" 1 234 元", "1234.00"),
        ("人民币1,234,567元", "1234567.00"),
        ("-3", "-3.00"),
        ("－３", "-3.00"),
        ("¥-3.20", "-3.20"),
        ("-¥3.20", "-3.20"),
        ("12。5", "12.50"),
        ("5.", "5.00"),
        ("-0", "0.00"),
        ("007", "7.00"),
    ],
)
def test_what_people_type(typed: str, amount: str):
    assert str(parse_yuan(typed)) == amount


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "请填写金额"),
        ("元", "请填写金额"),
        ("abc", "看不出"),
        ("1,23", "看不出"),
        ("1.5万", "看不出"),
        ("1e3", "看不出"),
        ("NaN", "看不出"),
        ("--1", "看不出"),
        ("١٢", "看不出"),
        ("1.234", "小数点后两位"),
        ("1000000000000", "太大"),
    ],
)
def test_what_cannot_be_an_amount_is_answered_with_a_sentence(typed: str, sentence: str):
    with pytest.raises(ValueError, match=sentence):
        parse_yuan(typed)


@given(amounts)
def test_what_is_shown_can_be_typed_again(amount: Decimal):
    assert parse_yuan(yuan(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "capitals"),
    [
        # The examples of the regulation; where it leaves a 零 to the writer, the form without.
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # Edges.
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("0.55", "伍角伍分"),
        ("10", "壹拾元整"),
        ("10000", "壹万元整"),
        ("10001", "壹万零壹元整"),
        ("100500", "壹拾万零伍佰元整"),
        ("100000005", "壹亿零伍元整"),
        ("100005000", "壹亿零伍仟元整"),
        ("1000500000", "壹拾亿零伍拾万元整"),
        ("1050000000", "壹拾亿伍仟万元整"),
        ("-88.80", "负捌拾捌元捌角整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_capitals(amount: str, capitals: str):
    assert chinese_capital(Decimal(amount)) == capitals


@pytest.mark.parametrize("amount", ["1.005", "1000000000000"])
def test_capitals_refuse_what_no_receipt_holds(amount: str):
    with pytest.raises(ValueError, match="not an amount"):
        chinese_capital(Decimal(amount))


def _read(capitals: str) -> Decimal:
    """Read capital numerals back, by the rules of the language alone."""
    sign = -1 if capitals.startswith("负") else 1
    whole, _, rest = capitals.removeprefix("负").rpartition("元")
    total = group = digit = 0
    for char in whole:
        if char in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(char)
        elif char in "拾佰仟":
            group, digit = group + digit * 10 ** ("拾佰仟".index(char) + 1), 0
        else:
            total, group, digit = total + (group + digit) * 10 ** (4 if char == "万" else 8), 0, 0
    fen = sum(
        "零壹贰叁肆伍陆柒捌玖".index(char) * (10 if unit == "角" else 1)
        for char, unit in re.findall("(.)([角分])", rest)
    )
    return sign * (Decimal(total + group + digit) + Decimal(fen) / 100)


@given(amounts)
def test_capitals_say_the_amount_and_keep_the_rules(amount: Decimal):
    capitals = chinese_capital(amount)
    assert _read(capitals) == amount
    assert "零零" not in capitals
    assert capitals.endswith("分") == (amount * 100 % 10 != 0)
    assert capitals.endswith("整") != capitals.endswith("分")
    assert "零元" not in capitals or amount == 0
