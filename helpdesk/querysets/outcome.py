"""Reads of what came of requests."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q

from community.models import Appointment
from community.roles import Role
from core import clock
from core.scoping import ScopedQuerySet
from core.sql import Now
from grids.querysets.within import any_held
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import Community, User

# A letter that nobody has published in this time stays as it is, and is not asked about any more.
ASKED_DAYS = 30


class StoryQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.communities).scoped()

    def public(self, community: Community) -> Self:
        """What everybody may read, without sign-in."""
        return self.filter(community=community).out()

    def out(self) -> Self:
        """What everybody may read, wherever; not what is being done once more, nor what its reporter finds undone."""
        from helpdesk.models import Rating

        done = [State.RESOLVED, State.CLOSED]
        ratings = Rating.objects.unscoped(reason="whether somebody says that it is not solved")
        undone = ratings.filter(request=OuterRef("request"), round=OuterRef("request__round"), solved="no")
        return self.filter(~Exists(undone), withdrawn_at__isnull=True, request__state__in=done).scoped()

    def for_page(self) -> Self:
        """With what a page shows already joined."""
        return self.select_related("request__category", "before__attachment", "after__attachment")


class ThanksLetterQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, those to oneself, what the office has to pass on or to publish, and what was published."""
        scope = user.scope
        own = Q(writer=user) | Q(to_user=user) | Q(logged_by=user)
        told = Q(published_at__isnull=False, withdrawn_at__isnull=True, community__in=scope.communities)
        office = Q(community__in=scope.offices_communities) & (~Q(consent="private") | Q(to_user__isnull=True))
        kept = Q(withdrawn_at__isnull=True) | Q(writer=user) | Q(logged_by=user)
        return self.filter(kept & (own | told | office)).scoped()

    def concerning(self, user: User) -> Self:
        """Those that the user wrote, wrote down for somebody, or was sent."""
        return self.visible_to(user).filter(Q(writer=user) | Q(to_user=user) | Q(logged_by=user))

    def public(self, community: Community) -> Self:
        """What everybody may read, without sign-in."""
        return self.filter(community=community).out()

    def out(self) -> Self:
        """What everybody may read, wherever."""
        return self.filter(published_at__isnull=False, withdrawn_at__isnull=True).scoped()

    def to_publish(self, user: User) -> Self:
        """What its writer would have others read, and the office has not put out yet."""
        offices = user.scope.offices_communities
        waiting = self.filter(community__in=offices, published_at__isnull=True, withdrawn_at__isnull=True)
        return waiting.exclude(consent="private").scoped()

    def asked_about(self, user: User) -> Self:
        """Those of them that are still new."""
        return self.to_publish(user).filter(written_at__gte=Now(-timedelta(days=ASKED_DAYS)))


class RecurringSpotQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who lead the grid or work in the office."""
        scope = user.scope
        led = any_held({"building__grid__in": scope.grids, "community__in": scope.offices_communities})
        return self.filter(led).scoped()

    def open(self) -> Self:
        return self.filter(settled_at__isnull=True)

    def for_list(self) -> Self:
        """With what a list shows already joined."""
        return self.select_related("building__grid", "category", "planned_by", "settled_by")

    def waiting_for(self, user: User) -> Self:
        """Those that the user has to think about, or has said to be done with by today.

        A grid's leader thinks about its buildings; where nobody leads it the office does.
        """
        scope = user.scope
        desk = any_held({"building__grid__in": scope.grids})
        if scope.offices_communities:
            leads = Appointment.objects.unscoped(reason="who leads a grid is no secret").current()
            led = leads.filter(role=Role.GRID_LEADER, grid=OuterRef("building__grid"))
            desk |= Q(community__in=scope.offices_communities) & ~Q(Exists(led))
        due = Q(planned_by=user, plan_until__lte=clock.today())
        return self.visible_to(user).open().filter(Q(plan="") & desk | due)
