"""When the past of the invented community happened: on any day of any year it is as long ago."""

from __future__ import annotations

from datetime import date, timedelta

from core.quarters import Quarter

PUBLISHED = 8
"""So many quarters are published; those after them are in the making."""
SIGNED_AFTER = timedelta(days=14)
"""So long after its end a quarter is signed by all and published."""
FOUNDED_BEFORE = timedelta(days=29)
"""So long before its books were opened the community was there."""


def published_quarters(today: date) -> list[Quarter]:
    """The quarters that are published by now, the last of them as soon as its signatures are there."""
    found = [Quarter.of(today - SIGNED_AFTER).previous()]
    while len(found) < PUBLISHED:
        found.insert(0, found[0].previous())
    return found


def opened_on(today: date) -> date:
    """The first day of the books."""
    return published_quarters(today)[0].start


def voted_on(opened: date) -> date:
    """The day on which the owners agreed to the fee, shortly before the books were opened."""
    return opened - timedelta(days=10)


def founded_on(today: date) -> date:
    """The day on which the community was entered."""
    return opened_on(today) - FOUNDED_BEFORE
