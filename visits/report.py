"""What somebody brings back from a door, as one value: made by the form, hashed, and recorded once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import search_hash
from core.hashing import digest
from core.ids import uuid7
from core.photos import CleanPhoto


class Handling(models.TextChoices):
    """What is done about a finding right away."""

    REQUEST = "request", _("登记成诉求，派人来办")
    FIXED = "fixed", _("当场解决了")
    NOTE = "note", _("先记下，我来跟进")


@dataclass(frozen=True)
class Answer:
    """What became of one field; `value` is the new one where it has changed."""

    result: str
    value: str = ""


@dataclass(frozen=True)
class Brought:
    """A problem brought back. `category` is the id of a category of requests, needed where one is opened.

    `how` and `satisfied` belong to what was mended on the spot: what was done, and whether the household is content.
    """

    text: str
    severity: str = "minor"
    handling: str = Handling.NOTE
    category: int | None = None
    how: str = ""
    satisfied: bool = False


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
    name is taken as it stands when the report arrives.
    """

    outcome: str
    visited_at: datetime
    uuid: UUID = field(default_factory=uuid7)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    base_version: int | None = None
    met_who: str = ""
    note: str = ""
    position: dict[str, str] | None = None
    findings: tuple[Brought, ...] = ()
    feedback: tuple[Told, ...] = ()
    photos: tuple[CleanPhoto, ...] = ()
    supersedes: UUID | None = None

    def content_hash(self, household_id: UUID, user_id: int) -> str:
        """One hash for the whole content: keyed, because a phone number alone could be guessed from a plain one."""
        content: dict[str, Any] = {
            "household": household_id,
            "by": user_id,
            "outcome": self.outcome,
            "visited_at": self.visited_at,
            "answers": {key: [answer.result, answer.value] for key, answer in self.answers.items()},
            "met_who": self.met_who,
            "note": self.note,
            "position": self.position,
            "findings": [_brought(one) for one in self.findings],
            "feedback": [[one.finding, one.told, one.answer] for one in self.feedback],
            "photos": [digest(photo.content) for photo in self.photos],
            "supersedes": self.supersedes,
        }
        return search_hash(digest(content))


def _brought(one: Brought) -> list[Any]:
    return [one.text, one.severity, one.handling, one.category, one.how, one.satisfied]
