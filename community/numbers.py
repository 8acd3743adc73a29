"""Numbers that people read, given out without gaps."""

from django.db import transaction

from community.models import Community, Sequence


def next_number(community: Community, *, kind: str, period: str = "") -> int:
    """The next number of this kind and period, from 1; the row stays locked until the transaction ends.

    Raises TransactionManagementError outside a transaction: a number whose record is not written leaves a gap.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a number is drawn in the transaction that uses it")
    rows = Sequence.objects.select_for_update().filter(community=community, kind=kind, period=period)
    row = rows.first()
    if row is None:
        # The first of its kind: whoever comes at the same moment waits here for the same row.
        Sequence.objects.get_or_create(community=community, kind=kind, period=period)
        row = rows.get()
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
