"""Sums over the book of hours."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Sum

from stewards.models import HoursEntry

if TYPE_CHECKING:
    from community.models import Community, User


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


def minutes_by_kind(volunteer: User, community: Community, first: date, last: date) -> dict[str, int]:
    """The minutes that somebody gave in a community from `first` to `last`, both included, by kind; those above zero,
    in the order of the kinds."""
    given = dict(
        HoursEntry.objects.unscoped(reason="the sums of a certificate, of a volunteer whom the caller found")
        .filter(community=community, volunteer=volunteer, day__range=(first, last))
        .order_by()
        .values_list("kind")
        .annotate(Sum("minutes"))
    )
    return {kind: given[kind] for kind in HoursEntry.Kind.values if given.get(kind)}
