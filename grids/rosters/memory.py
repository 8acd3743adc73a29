"""How a community's rosters name their columns: kept once somebody has said it, used for the next file, forgotten on
demand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction

from community import audit
from community.models import Community
from core.scoping import locked
from grids.models import RosterHeading

if TYPE_CHECKING:
    from community.models import User

_WHY = "how the office of this community understands its columns"
_LONGEST = 80


def remembered(community: Community) -> dict[str, str]:
    """Normal heading → what its column holds, as somebody of this community has said."""
    kept = RosterHeading.objects.unscoped(reason=_WHY).filter(community=community)
    return dict(kept.values_list("heading", "column"))


@transaction.atomic
def remember(community: Community, mapping: Mapping[str, str], *, by: User) -> None:
    """Keep what somebody said about headings (normal heading → meaning); what was said before of the same gives way."""
    locked(community)
    before = remembered(community)
    for heading, column in mapping.items():
        if len(heading) > _LONGEST or before.get(heading) == column:
            continue
        row, _made = RosterHeading.objects.unscoped(reason=_WHY).update_or_create(
            community=community, heading=heading, defaults={"column": column}
        )
        audit.record("roster_heading_kept", row, by=by, changes={"column": [before.get(heading), column]})


@transaction.atomic
def forget(heading: RosterHeading, *, by: User) -> None:
    """Understand this heading by the portal's own rules again."""
    audit.record("roster_heading_forgotten", heading, by=by, changes={"column": [heading.column, None]})
    heading.delete()
