"""Words kept ready for a step: which there are, and how they go into a form without losing what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.sql import rows
from helpdesk.models import ReplyTemplate

if TYPE_CHECKING:
    from helpdesk.models import ServiceRequest

# The fields that ready words may go into: the first of these that a form has.
INTO = ("text", "turn_to")


class Ready(NamedTuple):
    """Words as a form offers them."""

    pk: int
    title: str
    text: str


# Read for every page on which a step is taken; they hold nobody's data.
_FITS = (
    f"SELECT id, title, text FROM {ReplyTemplate._meta.db_table} "  # noqa: S608 the name of a table
    "WHERE community_id = %s AND is_active AND (category_id = %s OR category_id IS NULL) AND action IN ('', %s) "
    'ORDER BY "order", id'
)


def ready_for(request: ServiceRequest, action: str) -> list[Ready]:
    """What fits this step and category, in order; no query where the community keeps none."""
    if not request.category.has_aids:
        return []
    return [Ready._make(row) for row in rows(_FITS, request.community_id, request.category_id, action)]


def added(typed: str, words: str) -> str:
    """The words behind what was typed; once."""
    typed = typed.rstrip()
    if words in typed:
        return typed
    return f"{typed}\n{words}" if typed else words
