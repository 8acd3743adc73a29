"""Identifiers that sort by the time they were made and cannot be guessed."""

import os
import threading
import time
from uuid import UUID

_COUNTER_BITS = 42
_lock = threading.Lock()
_last_millisecond = 0
_counter = 0


def _tick() -> tuple[int, int]:
    """The millisecond and a counter that only grows within it, even when the clock is set back."""
    global _last_millisecond, _counter
    with _lock:
        millisecond = time.time_ns() // 1_000_000
        if millisecond > _last_millisecond:
            _last_millisecond = millisecond
            # The top bit starts at 0, so that at least 2**41 ids fit before the counter runs over.
            _counter = int.from_bytes(os.urandom(6), "big") >> (48 - _COUNTER_BITS + 1)
        else:
            _counter += 1
            if _counter >> _COUNTER_BITS:
                _last_millisecond += 1
                _counter = 0
        return _last_millisecond, _counter


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7; counter of section 6.2, method 1), increasing within a process."""
    millisecond, counter = _tick()
    value = (millisecond & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (counter >> 30) << 64
    value |= 0b10 << 62 | (counter & 0x3FFF_FFFF) << 32
    return UUID(int=value | int.from_bytes(os.urandom(4), "big"))
