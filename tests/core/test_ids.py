import time
from concurrent.futures import ThreadPoolExecutor
from uuid import RFC_4122

import pytest

from core import ids


def test_layout_follows_rfc_9562():
    before = time.time_ns() // 1_000_000
    value = ids.uuid7()
    assert value.version == 7
    assert value.variant == RFC_4122
    assert before <= value.int >> 80 <= time.time_ns() // 1_000_000 + 1


def test_a_thousand_in_a_row_are_sorted_and_distinct():
    values = [ids.uuid7() for _ in range(1000)]
    assert values == sorted(set(values))


def test_threads_never_share_one():
    with ThreadPoolExecutor(8) as pool:
        values = list(pool.map(lambda _: ids.uuid7(), range(4000)))
    assert len(set(values)) == 4000


def test_a_clock_set_back_keeps_the_order(monkeypatch: pytest.MonkeyPatch):
    first = ids.uuid7()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 0)
    assert ids.uuid7() > first


def test_a_full_counter_borrows_the_next_millisecond(monkeypatch: pytest.MonkeyPatch):
    first = ids.uuid7()
    monkeypatch.setattr(ids.time, "time_ns", lambda: 0)
    monkeypatch.setattr(ids._ticks, "counter", 2**42 - 1)
    second = ids.uuid7()
    assert second > first
    assert second.int >> 80 == (first.int >> 80) + 1
