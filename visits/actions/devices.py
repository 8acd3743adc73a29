"""What a phone says about itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core import clock
from visits.models import Device

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from community.models import User

_NAMED_BY = ("community", "device", "user")
_OWN = "what a user's own phone says about itself"


@transaction.atomic
def note_device(device: UUID, *, user: User, name: str, held: int, unsent: int, oldest: datetime | None) -> None:
    """Keep what a phone has told: how many doors it holds, how many visits it has not sent, the oldest of them."""
    now = clock.now()
    told = {
        "name": name,
        "held": held,
        "unsent": unsent,
        "oldest_unsent_at": min(oldest, now) if oldest and unsent else None,
        "seen_at": now,
    }
    known = Device.objects.unscoped(reason=_OWN).filter(device=device, user=user).update(**told)
    community = min(user.scope.communities, default=None)
    if not known and community is not None:
        row = Device(community_id=community, device=device, user=user, **told)
        Device.objects.bulk_create([row], update_conflicts=True, unique_fields=_NAMED_BY, update_fields=[*told])


def seen(device: UUID, *, user: User, unsent: int) -> None:
    """A visit has come from this phone, and so many are left there."""
    rows = Device.objects.unscoped(reason=_OWN).filter(device=device, user=user)
    told = {"unsent": unsent, "seen_at": clock.now()}
    rows.update(**told if unsent else told | {"oldest_unsent_at": None})
