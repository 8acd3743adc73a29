"""Who is not brought together: asked wherever stewards are chosen, and never told to either of the two."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q

from stewards.models import BlockedPair

if TYPE_CHECKING:
    from grids.models import Household

_WHY = "whom the portal does not bring together; no page tells it"


def blocked_with(steward_ids: Collection[UUID]) -> set[frozenset[UUID]]:
    """Pairs of stewards that are kept apart, of which at least one is among the given. One query."""
    rows = BlockedPair.objects.unscoped(reason=_WHY).filter(other__isnull=False)
    found = rows.filter(Q(steward__in=steward_ids) | Q(other__in=steward_ids))
    return {frozenset(pair) for pair in found.values_list("steward", "other")}


def blocked_households(household: Household) -> set[UUID]:
    """The stewards who are kept apart from a household. One query."""
    rows = BlockedPair.objects.unscoped(reason=_WHY).filter(home=household)
    return set(rows.values_list("steward", flat=True))
