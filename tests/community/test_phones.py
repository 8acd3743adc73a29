"""Mobile numbers as people write them."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from community.phones import clean_phone

DIGITS = st.from_regex(r"1[0-9]{10}", fullmatch=True)


@given(DIGITS, st.sampled_from(["", "+86", "0086", "86", "+86 "]), st.sampled_from(["", " ", "-", " - ", "　"]))
def test_any_spelling_gives_the_same_eleven_digits(digits, country, between):
    spelt = country + between.join((digits[:3], digits[3:7], digits[7:]))
    assert clean_phone(spelt) == digits


def test_full_width_digits_are_digits():
    assert clean_phone("１３８ ００１３ ８０００") == "13800138000"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1380013800", "11 位数字，您填了 10 位"),
        ("138001380001", "您填了 12 位"),
        ("23800138000", "以 1 开头"),
        ("0511-85001234", "座机"),
        ("1380013800o", "只有数字"),
        ("张三", "只有数字"),
        ("٣٨٠٠١٣٨٠٠٠٠", "只有数字"),
    ],
)
def test_what_is_wrong_is_said(text, says):
    with pytest.raises(ValidationError, match=says):
        clean_phone(text)


@given(st.text(max_size=30))
def test_nothing_else_comes_out_than_a_number_or_a_sentence(text):
    said, found = "。", "1" * 11
    try:
        found = clean_phone(text)
    except ValidationError as refused:
        said = refused.messages[0]
    assert said.endswith("。")
    assert len(found) == 11
    assert found.isascii()
