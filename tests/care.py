"""What the hand-written count of care must say, put together from the rows that the ORM reads."""

from __future__ import annotations

from core import clock
from grids.care.gaps import MEMBER, STEWARD, Look
from grids.care.tally import Tally
from grids.models import CareTag


def counted_from(looked: Look) -> list[Tally]:
    """The tallies of the buildings of these households, in the order of the doors."""
    found = []
    for building, label in dict.fromkeys((home.building, home.building_label) for home in looked.homes):
        broken = [tie for tie in looked.broken if tie.home.building == building]
        homes = [home.pk for home in looked.homes if home.building == building]
        tags = CareTag.objects.unscoped(reason="test").current().filter(household__in=homes)
        due = [day for day in tags.values_list("review_due", flat=True) if day is not None and day <= clock.today()]
        found.append(
            Tally(
                building,
                label,
                len({tie.home.pk for tie in broken}),
                sum(tie.kind == STEWARD for tie in broken),
                sum(tie.kind == MEMBER for tie in broken),
                len(due),
                min(due, default=None),
            )
        )
    return found
