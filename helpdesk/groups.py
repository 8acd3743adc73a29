"""What the work groups hear of single requests: an emergency, and what is late. Numbers, nobody's words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from community import messages
from helpdesk.deadlines import late_words
from helpdesk.models import ServiceRequest

EMERGENCY, LATE = "request_emergency", "request_late"


def tell_emergency(row: ServiceRequest) -> int:
    """An emergency has come in, told at any hour; how many groups heard of it."""
    words = {"number": row.number, "category": row.category.label}
    return _tell(row, EMERGENCY, _("%(number)s：来了一件紧急的事（%(category)s），请马上看看。") % words)


def tell_late(row: ServiceRequest) -> int:
    """A request has been late for days; how many groups heard of it."""
    text = _("%(number)s%(late)s，还没办好。") % {"number": row.number, "late": late_words(row.due_at)}
    return _tell(row, LATE, text)


def _tell(row: ServiceRequest, kind: str, text: str) -> int:
    """The groups of the community, and that of the grid; none of what is confidential or between two households."""
    if row.is_confidential or row.has_informant or row.has_parties:
        return 0
    said: dict[str, Any] = {"kind": kind, "text": text, "url": row.get_absolute_url(), "urgent": row.is_emergency}
    told = messages.tell_group(row.community, **said)
    return told + (messages.tell_group(row.community, grid=row.grid, **said) if row.grid_id else 0)
