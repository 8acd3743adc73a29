"""Whether two go to a household together: for its own safety and that of who comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q

from grids.models import CareTag
from stewards.models import TwoTogether

if TYPE_CHECKING:
    from grids.models import Household

_WHY = "whether two go to a household already found"


def needs_two(household: Household) -> bool:
    """Whether nobody goes there alone: one of its care tags asks for it, or the office said so of this door.

    Nobody learns which of the two it was. One query.
    """
    tags = CareTag.objects.unscoped(reason=_WHY).current().filter(household=household)
    rules = TwoTogether.objects.unscoped(reason=_WHY).filter(community=household.community_id)
    asked = Q(home=household) | Exists(tags.filter(category=OuterRef("category")))
    return bool(rules.filter(asked).exists())
