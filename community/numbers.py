"""Numbers that people read, given out without gaps."""

from django.db import transaction
from django.db.models import F

from community.models import Community, Sequence


def next_number(community: Community, *, kind: str, period: str = "") -> int:
    """The next number of this kind and period, from 1; the row stays locked until the transaction ends.

    Raises TransactionManagementError outside a transaction: a number whose record is not written leaves a gap.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is drawn in the transaction that uses it")
    rows = Sequence.objects.filter(community=community, kind=kind, period=period)
    if not rows.update(last=F("last") + 1):
        # The first of its kind: whoever comes at the same moment waits here for the same row.
        Sequence.objects.get_or_create(community=community, kind=kind, period=period)
        rows.update(last=F("last") + 1)
    return rows.values_list("last", flat=True).get()
