import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.hashing import canonical, chain, digest, link, quoted

texts = st.text(st.characters(exclude_categories=("Cs",)))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | texts
    | st.dates()
    | st.uuids()
    | st.decimals(-(10**9), 10**9, places=2),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.from_regex(r"\A[a-z]{1,6}\Z"), inner, max_size=4),
    max_leaves=12,
)


class Colour(StrEnum):
    RED = "red"


def test_the_form_is_fixed_to_the_byte():
    record = {
        "乙": 2,
        "a": Decimal("1.5"),
        "day": date(2026, 9, 30),
        "at": datetime(2026, 10, 1, 0, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
        "id": UUID("01234567-89ab-7def-8123-456789abcdef"),
        "list": (True, None, Colour.RED),
        "zero": Decimal("-0.00"),
    }
    assert canonical(record).decode() == (
        '{"a":"1.50","at":"2026-09-30T16:00:00.000000Z","day":"2026-09-30","id":"01234567-89ab-7def-8123-456789abcdef",'
        '"list":[true,null,"red"],"zero":"0.00","乙":2}'
    )


def test_two_ways_to_write_one_letter_hash_alike():
    assert digest({"name": "café"}) == digest({"name": "cafe\u0301"})


@pytest.mark.parametrize("value", [1.5, {"a": [0.0]}, {1: 2}, {1, 2}, object(), {"a": b"x"}])
def test_what_has_no_one_writing_is_refused(value: object):
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize(
    "value",
    [
        Decimal("1.005"),
        Decimal("NaN"),
        Decimal("Infinity"),
        datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        {"é": 1, "e\u0301": 2},
        "\ud800",
    ],
)
def test_what_would_lose_something_is_refused(value: object):
    with pytest.raises(ValueError, match=r".+"):
        canonical(value)


def test_digest_of_bytes_is_plain_sha256():
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()
    assert digest("abc") == hashlib.sha256(b'"abc"').hexdigest()


def test_a_chain_breaks_when_any_link_changes():
    first = chain("", {"no": 1})
    assert chain(first, {"no": 2}) != chain(chain("", {"no": 9}), {"no": 2})
    assert first == hashlib.sha256(b'\n{"no":1}').hexdigest()
    for bad in ("xyz", first.upper(), first[:-1]):
        with pytest.raises(ValueError, match="previous"):
            chain(bad, {})


@given(values)
def test_canonical_is_stable_and_json(value: object):
    once = canonical(value)
    again = json.loads(once)
    assert canonical(again) == once


@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,6}\Z"), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(record: dict[str, int]):
    assert digest(record) == digest(dict(reversed(record.items())))


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["Asia/Shanghai", "America/New_York"]))
def test_one_moment_hashes_alike_in_every_zone(moment: datetime, zone: str):
    if 1 < moment.year < 9999:
        assert digest(moment) == digest(moment.astimezone(ZoneInfo(zone)))


@given(texts)
def test_a_text_quoted_by_hand_is_canonical(text):
    assert quoted(text).encode() == canonical(text)


@given(values)
def test_a_link_of_bytes_is_that_of_what_they_say(value):
    assert link("0" * 64, canonical(value)) == chain("0" * 64, value)
