"""Reads of what those who handle requests work with."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from core import clock
from core.scoping import ScopedQuerySet
from helpdesk.querysets.requests import seen, works_on

if TYPE_CHECKING:
    from community.models import User
    from helpdesk.models import ServiceRequest


class PauseQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(seen(user, "request__")).scoped()

    def of(self, request: ServiceRequest) -> Self:
        """Those of a request that was found through `visible_to`, oldest first."""
        return self.filter(community_id=request.community_id, request=request).scoped()

    def spans_of(self, request: ServiceRequest) -> list[tuple[datetime, datetime]]:
        """When the clock of a request already found stood still; what is still open ends when the answer is due.

        Asks nothing where nothing was ever asked.
        """
        if not request.questions:
            return []
        rows = self.filter(request=request).unscoped(reason="pauses of a request already found")
        last = request.answer_due_at or clock.now()
        return [(began, ended or last) for began, ended in rows.values_list("began_at", "ended_at")]


class ApprovalQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Those who work on the request know what was asked for."""
        return self.filter(works_on(user, "request__")).scoped()

    def open_of(self, request: ServiceRequest) -> Any:
        """What waits for the secretary's word on a request already found, or None."""
        rows = self.filter(request=request, decided_at__isnull=True)
        return rows.unscoped(reason="what was asked for a request already found").select_related("asked_by").first()


class _OfTheDesk(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For everybody with a duty in the community; it holds nobody's data but names of those who handle."""
        return self.filter(community__in=user.scope.communities).scoped()

    def in_use(self) -> Self:
        return self.filter(is_active=True)


class RoutingRuleQuerySet(_OfTheDesk):
    pass


class ReplyTemplateQuerySet(_OfTheDesk):
    pass
