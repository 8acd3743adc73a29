"""What somebody has begun to write and not sent: kept on the server, one a person, without photos."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.http import QueryDict

from core.fields import plain_of
from helpdesk.models import Draft

if TYPE_CHECKING:
    from community.models import User

# A form that is begun again asks for these anew: photos are not kept, and consent is for what is sent.
ANEW = frozenset({"csrfmiddlewaretoken", "submission", "photos", "consent", "draft", "same_as"})
OWN, BEHALF = "own", "behalf"
DAYS = 30


@dataclass(frozen=True)
class Kept:
    """A draft as a form takes it up: what was typed, by field."""

    fields: dict[str, str]
    saved_at: datetime

    @property
    def sign(self) -> str:
        """The code of the sign that was scanned, or ""."""
        return self.fields.get("sign", "")


def typed(sent: QueryDict) -> dict[str, str]:
    """What is worth keeping of a form that was sent."""
    return {name: str(value) for name, value in sent.items() if value and name not in ANEW}


def draft_of(user: User, kind: str) -> Kept | None:
    """What the user has begun on this form, or None. One query."""
    found = Draft.objects.visible_to(user).first()
    if found is None:
        return None
    kept = json.loads(plain_of(found.fields))
    return Kept(kept["fields"], found.saved_at) if kept["form"] == kind else None
