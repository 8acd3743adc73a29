"""Words kept ready for a step: which there are, and how they go into a form without losing what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from helpdesk.models import ReplyTemplate

if TYPE_CHECKING:
    from helpdesk.models import ServiceRequest

# The fields that ready words may go into: the first of these that a form has.
INTO = ("text", "turn_to")


def ready_for(request: ServiceRequest, action: str) -> list[ReplyTemplate]:
    """What fits this step and category, in order; no query where the community keeps none."""
    if not request.category.has_aids:
        return []
    rows = ReplyTemplate.objects.unscoped(reason="words kept ready hold nobody's data").in_use()
    fits = rows.filter(Q(category=request.category_id) | Q(category__isnull=True), community=request.community_id)
    return list(fits.filter(action__in=("", action)).only("title", "text"))


def added(typed: str, words: str) -> str:
    """The words behind what was typed; once."""
    typed = typed.rstrip()
    if words in typed:
        return typed
    return f"{typed}\n{words}" if typed else words
