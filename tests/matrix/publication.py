"""What residents and the committee have added to the published quarter of the own place."""

from __future__ import annotations

from typing import Any

from community.roles import Office, Role
from core import clock
from property.publication import asking, petitioning, posting
from property.publication.lines import line_of
from tests.factories import small_photo
from tests.matrix.world import World


def quarter_records(world: World, published: Any) -> dict[str, Any]:
    """A question, a photo of the sheet, a petition."""
    resident, bookkeeper = (
        world.actor(Role.RESIDENT, "own"),
        world.actor(f"{Role.COMMITTEE}:{Office.BOOKKEEPER}", "own"),
    )
    assert resident is not None and bookkeeper is not None  # noqa: PT018
    line = line_of(published, 0, 0)
    assert line is not None
    photos = posting.add_photos(
        published, by=bookkeeper, place="公告栏", posted_on=clock.today(), photos=[small_photo("green")]
    )
    return {
        "question": asking.ask(line, by=resident, text=world.secret),
        "posting_photo": photos[0],
        "petition": petitioning.begin(published, by=resident, reason=world.secret),
    }
