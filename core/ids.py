"""Identifiers that sort by the time they were made and cannot be guessed."""

import os
import threading
import time
from uuid import UUID

_COUNTER_BITS = 42


class _Ticks:
    """The millisecond and a counter that only grows within it, even when the clock is set back."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.millisecond = 0
        self.counter = 0

    def next(self) -> tuple[int, int]:
        with self.lock:
            now = time.time_ns() // 1_000_000
            if now > self.millisecond:
                self.millisecond = now
                # The top bit starts at 0, so that 2**41 ids fit before the counter runs over.
                self.counter = int.from_bytes(os.urandom(6), "big") >> (48 - _COUNTER_BITS + 1)
            elif self.counter + 1 < 1 << _COUNTER_BITS:
                self.counter += 1
            else:
                self.millisecond, self.counter = self.millisecond + 1, 0
            return self.millisecond, self.counter


_ticks = _Ticks()


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7; counter of section 6.2, method 1), increasing within a process."""
    millisecond, counter = _ticks.next()
    value = (millisecond & 0xFFFF_FFFF_FFFF) << 80
    value |= 0x7 << 76 | (counter >> 30) << 64
    value |= 0b10 << 62 | (counter & 0x3FFF_FFFF) << 32
    return UUID(int=value | int.from_bytes(os.urandom(4), "big"))
