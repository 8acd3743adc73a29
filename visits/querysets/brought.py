"""Reads of what was brought back from the doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery

from core.scoping import ScopedQuerySet
from grids.querysets import buildings_within
from visits.fields import VERIFIED
from visits.querysets.within import rows_within, settled_by

if TYPE_CHECKING:
    from community.models import User


class VisitQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The visits of one's duty, and those to one's own household."""
        return self.filter(rows_within(user.scope)).scoped()

    def standing(self) -> Self:
        """Without those that a later one corrects."""
        return self.filter(superseded_by__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("by", "household__dwelling")

    def for_page(self) -> Self:
        return self.select_related(
            "by", "household__dwelling", "building", "target__campaign", "supersedes", "superseded_by"
        )

    def with_counts(self) -> Self:
        """With how many fields were asked and verified, and how many problems brought back."""
        return self.annotate(
            asked=Count("verifications", distinct=True),
            verified=Count("verifications", filter=Q(verifications__result__in=VERIFIED), distinct=True),
            problems=Count("findings", distinct=True),
        )


def latest_visit() -> Subquery:
    """The id of a household's latest standing visit; for use inside a query on rows with a household."""
    from visits.models import Visit

    rows = Visit.objects.unscoped(reason="the last visit of households already in scope").standing()
    return Subquery(rows.filter(household=OuterRef("household")).order_by("-visited_at", "-pk").values("pk")[:1])


class VerificationQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(buildings_within(user.scope, "visit__") | Q(household__in=user.scope.households)).scoped()

    def not_learnt(self) -> Self:
        """The fields that the last visit of each household did not learn."""
        return self.filter(result__in=["unknown", "refused"], visit=latest_visit())


class ConflictQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who settle them: the grid's leader and the office."""
        return self.filter(settled_by(user.scope)).scoped()

    def waiting(self) -> Self:
        return self.filter(settled_at__isnull=True)

    def for_list(self) -> Self:
        return self.select_related("visit__by", "household__dwelling", "resident")


class VisitPhotoQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(
            buildings_within(user.scope, "visit__") | Q(visit__household__in=user.scope.households)
        ).scoped()


class FindingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The problems of one's duty, and those of one's own household."""
        return self.filter(rows_within(user.scope)).scoped()

    def in_duty_of(self, user: User) -> Self:
        """Those that the user may handle and answer for."""
        return self.filter(buildings_within(user.scope)).scoped()

    def open(self) -> Self:
        return self.exclude(state="closed")

    def for_list(self) -> Self:
        return self.select_related("household__dwelling", "building", "owner", "category", "request", "visit")

    def with_feedback(self, user: User) -> Self:
        from visits.models import Feedback

        return self.prefetch_related(
            Prefetch("feedback", Feedback.objects.visible_to(user).select_related("by"), to_attr="answers")
        )


class FeedbackQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(
            buildings_within(user.scope, "finding__") | Q(finding__household__in=user.scope.households)
        ).scoped()


class LateReportQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who decide about them: who has the door now, the grid's leader and the office."""
        settled = settled_by(user.scope)
        if not user.scope.buildings:
            # Whoever walks without a building of their own leads the grid or works in the office: nothing is added.
            return self.filter(settled).scoped()
        return self.filter(settled | Q(target__assignee=user) & buildings_within(user.scope)).scoped()

    def waiting(self) -> Self:
        return self.filter(state="waiting")

    def decided(self) -> Self:
        return self.exclude(state="waiting").order_by("-decided_at", "-pk")

    def for_list(self) -> Self:
        return self.select_related("by", "household__dwelling", "building", "target__campaign")


class LatePhotoQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        scope = user.scope
        led = Q(report__building__grid__in=scope.grids) | Q(community__in=scope.offices_communities)
        has_it_now = Q(report__target__assignee=user) & buildings_within(scope, "report__")
        return self.filter(led | has_it_now).scoped()


class CardQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The cards of one's duty; a household opens its own by its code."""
        return self.filter(buildings_within(user.scope)).scoped()
