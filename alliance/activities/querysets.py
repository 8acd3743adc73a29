"""Reads of activities: what is coming, who comes, what it was like before and after."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import IntegerField, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from alliance.activities.states import TOLD, State
from core import clock
from core.scoping import ScopedQuerySet
from core.sql import Now
from stewards.members.busy import Taken

if TYPE_CHECKING:
    from community.models import Community, User


def run_by(user: User, prefix: str = "") -> Q:
    """What the user runs: the office every activity, a unit its own, and whoever is named for it."""
    scope = user.scope
    held = {"community__in": scope.offices_communities, "partner__in": scope.partners, "organiser": user.pk}
    found = Q(pk__isnull=True)
    for name, value in held.items():
        if value:
            found |= Q(**{f"{prefix}{name}": value})
    return found


class ActivityQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What neighbours have been told of, and what the user runs."""
        told = Q(community__in=user.scope.communities, state__in=TOLD)
        return self.filter(told | run_by(user)).scoped()

    def run_by(self, user: User) -> Self:
        """What the user may change, check in for and report on."""
        return self.filter(run_by(user)).scoped()

    def waiting_for(self, user: User) -> Self:
        """For the office what waits to be announced or published; for who runs it what is over and not closed."""
        over = Q(state=State.OPEN, ends_at__lt=Now()) & run_by(user)
        held = Q(community__in=user.scope.offices_communities, state__in=(State.DRAFT, State.HELD))
        return self.filter(over | held if user.scope.offices_communities else over).scoped()

    def told(self) -> Self:
        """What everybody may read, without sign-in, wherever: what can be joined, and published results."""
        return self.filter(state__in=(State.OPEN, State.PUBLISHED)).scoped()

    def coming(self) -> Self:
        """What can still be joined or is going on, the next first."""
        return self.filter(state=State.OPEN, ends_at__gte=clock.now()).order_by("starts_at", "pk")

    def public(self, community: Community) -> Self:
        """Published results of a community, for everybody."""
        return self.filter(community=community, state=State.PUBLISHED).scoped()

    def for_list(self) -> Self:
        """With its unit, and how many are wanted and come."""
        return self.select_related("partner").annotate(
            wanted=_total("slots", "wanted"), coming_people=_total("signups", "people", state="joined")
        )


def _total(kind: str, column: str, **more: Any) -> Any:
    """The sum of a column over the rows of an activity, by a query of its own: joins would multiply them."""
    from alliance.models import ActivitySlot, SignUp

    model: Any = {"slots": ActivitySlot, "signups": SignUp}[kind]
    rows = model.objects.unscoped(reason="numbers of activities already narrowed").filter(
        activity=OuterRef("pk"), **more
    )
    summed = rows.order_by().values("activity").annotate(total=Sum(column)).values("total")
    return Coalesce(Subquery(summed, output_field=IntegerField()), 0)


class SlotQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        told = Q(community__in=user.scope.communities, activity__state__in=TOLD)
        return self.filter(told | run_by(user, "activity__")).scoped()


class SignUpQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, one's unit's, and everybody's to who runs it."""
        own = Q(user=user.pk)
        if user.scope.partners:
            own |= Q(partner__in=user.scope.partners)
        return self.filter(own | run_by(user, "activity__")).scoped()

    def standing(self) -> Self:
        """Those who come or wait."""
        return self.exclude(state="left")

    def busy(self, steward_ids: Collection[UUID], start: datetime, end: datetime) -> list[Taken]:
        """When these stewards have a place at an activity between two moments, in order; one query. Who waits for a
        place is not taken, and who comes as a guest gives no hours."""
        rows = self.unscoped(reason="whether stewards already found are elsewhere").filter(
            user__stewards__in=list(steward_ids),
            state="joined",
            activity__state=State.OPEN,
            activity__starts_at__lt=end,
            activity__ends_at__gt=start,
        )
        columns = ("user__stewards", "activity__starts_at", "activity__ends_at", "activity__title", "slot__is_helping")
        return [Taken(*row) for row in rows.order_by("activity__starts_at", "pk").values_list(*columns)]


class ActivityPhotoQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Of a published result to neighbours; before that to who runs it."""
        told = Q(community__in=user.scope.communities, activity__state=State.PUBLISHED)
        return self.filter(told | run_by(user, "activity__")).scoped()

    def told(self) -> Self:
        """Of published results, for everybody."""
        return self.filter(activity__state=State.PUBLISHED).scoped()


class FeedbackQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own words, and all of it to who runs the activity."""
        return self.filter(Q(user=user.pk) | run_by(user, "activity__")).scoped()
