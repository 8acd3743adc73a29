"""Shifts that begin within two days without enough people: the office and the leaders are told, once a shift."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from django.db import transaction

from core import clock
from stewards.duty.telling import tell_gaps
from stewards.models import Shift

WITHIN = timedelta(hours=48)
_WHY = "shifts that begin soon, looked at by the clock and not by a person"


def alert() -> int:
    """Tell of the gaps that nobody was told of yet; gives how many shifts they are. Run every few minutes."""
    found: dict[int, list[Shift]] = defaultdict(list)
    for shift in Shift.objects.unscoped(reason=_WHY).short(WITHIN).filter(alerted_at__isnull=True):
        found[shift.community_id].append(shift)
    return sum(_tell(shifts) for shifts in found.values())


@transaction.atomic
def _tell(shifts: list[Shift]) -> int:
    """Tell a community of its gaps, unless another worker just did."""
    rows = Shift.objects.unscoped(reason=_WHY).filter(pk__in=[shift.pk for shift in shifts], alerted_at__isnull=True)
    told = list(rows.select_for_update().order_by("starts_at", "pk"))
    if told:
        rows.update(alerted_at=clock.now())
        tell_gaps(told)
    return len(told)
