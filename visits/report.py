"""What somebody brings back from a door, as one value: made by the form, hashed, and recorded once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import search_hash
from core.hashing import digest
from core.ids import uuid7
from core.photos import CleanPhoto

_TOKENS = frozenset({"csrfmiddlewaretoken", "submission", "photos"})


class Handling(models.TextChoices):
    """What is done about a finding right away."""

    REQUEST = "request", _("登记成诉求，派人来办")
    FIXED = "fixed", _("当场解决了")
    NOTE = "note", _("先记下，我来跟进")
    MEDIATION = "mediation", _("两家的矛盾，请人调解")
    HALL = "hall", _("请大家议一议")


@dataclass(frozen=True)
class Answer:
    """What became of one field; `value` is the new one where it has changed."""

    result: str
    value: str = ""


@dataclass(frozen=True)
class Brought:
    """A problem brought back. `category` is the id of a category of requests, needed where one is opened.

    `how` and `satisfied` belong to what was mended on the spot: what was done, and whether the household is content.
    `other` is the other household of what lies between two and is to be mediated.
    """

    text: str
    severity: str = "minor"
    handling: str = Handling.NOTE
    category: int | None = None
    how: str = ""
    satisfied: bool = False
    other: UUID | None = None


class Going(models.TextChoices):
    """Why somebody who is registered here lives here no longer."""

    MOVED = "moved", _("搬走了")
    DIED = "died", _("过世了")


@dataclass(frozen=True)
class Came:
    """Somebody who has come to live in the household, as far as it was told; `relation` is a code of GB/T 4761."""

    name: str
    relation: str
    birth_date: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Gone:
    """A member who lives here no longer: `how` is of Going, `since` the first day without them or that of the death."""

    resident: UUID
    how: str
    since: date | None = None


@dataclass(frozen=True)
class Told:
    """What the household was told about an earlier finding, and its answer."""

    finding: UUID
    told: str
    answer: str


@dataclass(frozen=True)
class Report:
    """One visit as it was filled in. `seen` are the fingerprints of the values that the form showed.

    A field whose value is no longer the one seen was changed by somebody else meanwhile; a field that `seen` does not
    name is taken as it stands when the report arrives. `announced` are the photos that travel apart, by the SHA-256 of
    their bytes. `sent` is the form as it came: a repeat is known by it, whatever the register says by then.
    """

    outcome: str
    visited_at: datetime
    uuid: UUID = field(default_factory=uuid7)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    base_version: int | None = None
    met_who: str = ""
    note: str = ""
    position: Mapping[str, float] | None = None
    findings: tuple[Brought, ...] = ()
    feedback: tuple[Told, ...] = ()
    came: tuple[Came, ...] = ()
    gone: tuple[Gone, ...] = ()
    photos: tuple[CleanPhoto, ...] = ()
    supersedes: UUID | None = None
    via: str = "form"
    announced: tuple[str, ...] = ()
    sent: Mapping[str, Sequence[str]] | None = None

    @property
    def photo_hashes(self) -> list[str]:
        """Each photo once, by the SHA-256 of its bytes as they lay on the phone."""
        return list(dict.fromkeys([*self.announced, *(hash_of(photo) for photo in self.photos)]))

    def content_hash(self, household_id: UUID, user_id: int) -> str:
        """One hash for the whole content: keyed, because a phone number alone could be guessed from a plain one."""
        if self.sent is not None:
            return hash_as_sent(self.sent, self.photo_hashes, household_id=household_id, user_id=user_id)
        content: dict[str, Any] = {
            "household": household_id,
            "by": user_id,
            "outcome": self.outcome,
            "visited_at": self.visited_at,
            "answers": {key: [answer.result, answer.value] for key, answer in self.answers.items()},
            "met_who": self.met_who,
            "note": self.note,
            "position": {name: str(value) for name, value in self.position.items()} if self.position else None,
            "findings": [_brought(one) for one in self.findings],
            "feedback": [[one.finding, one.told, one.answer] for one in self.feedback],
            "came": [[one.name, one.relation, one.birth_date, one.phone] for one in self.came],
            "gone": [[one.resident, one.how, one.since] for one in self.gone],
            "photos": self.photo_hashes,
            "supersedes": self.supersedes,
        }
        return search_hash(digest(content))


def read_position(given: Any) -> dict[str, float]:
    """A place on earth: `lat` and `lon` in degrees (WGS 84), `accuracy` in metres; raises ValueError for another."""
    try:
        lat, lon, accuracy = (float(given[name]) for name in ("lat", "lon", "accuracy"))
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError("not a position") from error
    # What is not a number compares false.
    if not (abs(lat) <= 90 and abs(lon) <= 180 and 0 < accuracy < math.inf):
        raise ValueError("not a position")
    return {"lat": round(lat, 6), "lon": round(lon, 6), "accuracy": max(1, round(accuracy))}


def hash_of(photo: CleanPhoto) -> str:
    """The name of a photo: the SHA-256 of its bytes as they were sent."""
    return photo.sent_as or digest(photo.content)


def as_sent(fields: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What was filled into a form: without its tokens, what was left blank, and the ways browsers end a line."""
    filled = {
        name: [value.replace("\r\n", "\n") for value in values if value]
        for name, values in fields.items()
        if name not in _TOKENS and name.isascii()
    }
    return {name: values for name, values in filled.items() if values}


def hash_as_sent(sent: Mapping[str, Sequence[str]], photos: Sequence[str], *, household_id: UUID, user_id: int) -> str:
    """The content hash of a form as it came from the page or the walk book; the same for both."""
    content = {"household": household_id, "by": user_id, "sent": sent, "photos": sorted(photos)}
    return search_hash(digest(content))


def _brought(one: Brought) -> list[Any]:
    return [one.text, one.severity, one.handling, one.category, one.how, one.satisfied, one.other]
