"""Sums over the book of hours."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Sum

from stewards.models import HoursEntry


def minutes_since(user_ids: Collection[int], day: date) -> dict[int, int]:
    """The minutes that each of these people gave on `day` or later, zero for who gave none; one query."""
    given = (
        HoursEntry.objects.unscoped(reason="how much each did, for sharing out work fairly; no single entry is shown")
        .filter(volunteer__in=user_ids, day__gte=day)
        .order_by()
        .values_list("volunteer")
        .annotate(Sum("minutes"))
    )
    return dict.fromkeys(user_ids, 0) | dict(given)
