"""What somebody reads whose request follows another one: the steps of those who handle it, and nothing of who asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from helpdesk import words
from helpdesk.models import ServiceRequest, Update, UpdatePhoto
from helpdesk.parties import asked
from helpdesk.querysets import leaders_of
from helpdesk.states import State
from helpdesk.timeline import Entry, Photo, photo_of

if TYPE_CHECKING:
    from community.models import User

# Steps that are told, and among them those whose words are for everybody whom the matter concerns.
STEPS = (
    "accept", "reject", "dispatch", "reassign", "hand_on", "recall", "sign", "hand_back", "ask_info", "suspend",
    "prolong", "resume", "extend", "refer", "checked", "take_back", "reply", "report_back", "send_back", "resolve",
    "reopen",
)  # fmt: skip
WORDS_OF = frozenset({"reject", "suspend", "prolong", "extend", "refer", "checked", "reply", "report_back"})
WORK_DONE = ("reply", "report_back")

_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}")


def followed_lines(found: ServiceRequest, master: ServiceRequest, viewer: User) -> list[Entry]:
    """The course of the request that this one follows, as its reporter may read it."""
    updates = Update.objects.of(master).filter(kind=Update.Kind.STEP, action__in=STEPS)
    return [_entry(one, found, master, viewer) for one in updates]


def course_of_both(own: Iterable[Entry], others: Iterable[Entry], upcoming: str) -> list[Entry]:
    """Both courses as one, and what comes next."""
    lines = sorted((one for one in (*own, *others) if one.at), key=attrgetter("at"))
    return [*lines, Entry(title=upcoming, state="next")] if upcoming else lines


def upcoming(found: ServiceRequest, master: ServiceRequest, viewer: User) -> str:
    """What comes next for who follows: of the end of the other one, that they are asked to rate it."""
    if master.state == State.RESOLVED and not found.asks_rating:
        return ""
    you = _("您") if asked(found, viewer) else found.reporter_name
    return words.next_step(master, leaders_of(master), viewer, you=you)


def _entry(update: Update, found: ServiceRequest, master: ServiceRequest, viewer: User) -> Entry:
    return Entry(
        title=words.headline_for_follower(update, viewer),
        at=update.at,
        text=_without_who_asked(update.public_text, master) if update.action in WORDS_OF else "",
        photos=_photos(update, found, master),
    )


def _photos(update: Update, found: ServiceRequest, master: ServiceRequest) -> list[Photo]:
    if master.place_kind == ServiceRequest.Place.HOME or update.action not in WORK_DONE:
        return []
    return [photo_of(found, photo) for photo in update.pictures if photo.moment == UpdatePhoto.Moment.AFTER]


def _without_who_asked(text: str, master: ServiceRequest) -> str:
    """The words without the name, the door and any phone number of who asked for the same."""
    taken = [master.reporter_name]
    if master.place_kind == ServiceRequest.Place.HOME:
        taken.append(master.place)
    for one in taken:
        text = text.replace(one, _("（已隐去）")) if one else text
    return _PHONE.sub(_("（已隐去）"), text)
