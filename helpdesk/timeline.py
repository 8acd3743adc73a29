"""The course of a request as the lines of a timeline, told to the one who reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from helpdesk import words
from helpdesk.models import ServiceRequest, Update, UpdatePhoto
from helpdesk.parties import WORKING
from helpdesk.states import INTERNAL

if TYPE_CHECKING:
    from community.models import User


# A signed agreement may be a PDF, and has a place of its own on the page.
AGREEMENT = UpdatePhoto.Moment.AGREEMENT


@dataclass(frozen=True)
class Photo:
    """A photo of the strip; `url` opens the whole picture."""

    url: str
    thumbnail: str
    caption: str


@dataclass(frozen=True)
class Entry:
    """One line, as the component draws it."""

    title: str
    at: datetime | None = None
    text: str = ""
    who: str = ""
    state: str = "done"
    photos: list[Photo] = field(default_factory=list)


def entries(
    request: ServiceRequest, updates: Iterable[Update], *, viewer: User, parties: Collection[str], upcoming: str
) -> list[Entry]:
    """What has happened and what comes next; internal notes only for those who work on it. Asks no database."""
    works = not WORKING.isdisjoint(parties)
    told = [one for one in updates if works or not (one.kind == Update.Kind.NOTE or one.action in INTERNAL)]
    last = max((at for at, one in enumerate(told) if one.kind == Update.Kind.STEP), default=0)
    lines: list[Entry] = []
    for at, one in enumerate(told):
        state = "now" if upcoming and at == last else "done"
        lines.append(
            Entry(
                title=words.headline(one, viewer),
                at=one.at,
                text=one.internal_note if one.kind == Update.Kind.NOTE else one.public_text,
                state=state,
                photos=[photo_of(request, photo) for photo in one.pictures if photo.moment != AGREEMENT],
            )
        )
        if works and one.internal_note and one.kind == Update.Kind.STEP:
            title = str(words.HEADLINES["note"]) % {"who": words.who_of(one, viewer)}
            lines.append(Entry(title=title, at=one.at, text=one.internal_note))
    if upcoming:
        lines.append(Entry(title=upcoming, state="next"))
    return lines


def photo_of(request: ServiceRequest, photo: UpdatePhoto) -> Photo:
    """A photo with its addresses."""
    url = reverse("helpdesk:photo", args=[request.pk, photo.pk])
    return Photo(url=url, thumbnail=f"{url}?size=small", caption=photo.get_moment_display())
