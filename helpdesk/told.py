"""What has happened to a request, with its photos, as far as its reader may know of it: what its page is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from community.questions import parts_for
from core.sql import Given
from core.whole import Whole
from helpdesk.models import Update

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest


def told(found: ServiceRequest, reader: User) -> list[Update]:
    """The updates of a request that was found for the reader, oldest first; one query, of a mediation two."""
    if found.has_parties:
        return list(Update.objects.told(found, reader))
    updates: dict[object, Update] = {}
    for update, by, photo in parts_for(reader, _course, found.community_id, found.pk):
        one = updates.setdefault(update.pk, update)
        if one is update:
            one.by, one.pictures = by, []
        if photo is not None:
            one.pictures.append(photo)
    return list(updates.values())


def _course(_reader: User) -> Whole:
    """A row for each photo of an update, one for an update without."""
    rows = Update.objects.unscoped(reason="updates of a request already found")
    course = rows.filter(community=Given(0), request=Given(1)).order_by("at", "pk", "photos__order", "photos__pk")
    return Whole(course, ("by", "photos"))
