"""Numbers that people read, given out without gaps."""

from django.db import transaction

from community.models import Community, Sequence
from core import clock
from core.sql import rows

# Whoever comes at the same moment waits for the row, also where it is not there yet: nothing fails and is tried again.
_NEXT = (
    f"INSERT INTO {Sequence._meta.db_table} AS given (community_id, kind, period, last, created_at) "  # noqa: S608
    "VALUES (%s, %s, %s, 1, %s) "
    "ON CONFLICT (community_id, kind, period) DO UPDATE SET last = given.last + 1 RETURNING last"
)

_PREFIX = f"SELECT short_name FROM {Community._meta.db_table} WHERE id = %s"  # noqa: S608


def prefix_of(community_id: int) -> str:
    """What the numbers of a community begin with."""
    return str(rows(_PREFIX, community_id)[0][0])


def next_number(community_id: int, *, kind: str, period: str = "") -> int:
    """The next number of this kind and period, from 1; the row stays locked until the transaction ends.

    Raises TransactionManagementError outside a transaction: a number whose record is not written leaves a gap.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is drawn in the transaction that uses it")
    return int(rows(_NEXT, community_id, kind, period, clock.now())[0][0])
