"""Photos from before the work beside those from after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpdesk.models import UpdatePhoto
from helpdesk.timeline import Photo, photo_of

if TYPE_CHECKING:
    from helpdesk.models import ServiceRequest, Update

# Of each; the others stand in the course.
AT_MOST = 3
Moment = UpdatePhoto.Moment


@dataclass(frozen=True)
class BeforeAfter:
    """What it looked like, and what it looks like now."""

    before: list[Photo]
    after: list[Photo]


def before_after(found: ServiceRequest, told: Iterable[Update]) -> BeforeAfter | None:
    """The first photos from before and those of the newest report; None where one of the two is missing.

    `told` is what the reader may read, with its photos; a mediation has no before and after.
    """
    if found.has_parties:
        return None
    taken = [one.pictures for one in told]
    before = [photo for photos in taken for photo in photos if photo.moment == Moment.BEFORE]
    reports = [[photo for photo in photos if photo.moment == Moment.AFTER] for photos in taken]
    after: list[UpdatePhoto] = next((photos for photos in reversed(reports) if photos), [])
    if not before or not after:
        return None
    return BeforeAfter(
        [photo_of(found, photo) for photo in before[:AT_MOST]], [photo_of(found, photo) for photo in after[:AT_MOST]]
    )
