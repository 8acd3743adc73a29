"""Reads of the duty roster."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from community.access import Permission
from core.scoping import ScopedQuerySet
from core.sql import Now
from stewards.duty.states import LIVE, PROMISED, RosterState, SeatState
from stewards.members.busy import Taken

if TYPE_CHECKING:
    from community.models import User

# What a person has not said yes or no to yet keeps the time free all the same; a mere draft does not.
BUSY = (SeatState.ASKED, SeatState.HELD, SeatState.SWAPPING)

_COUNTED = "counted for shifts that are in scope themselves"


def on_duty(user: User, prefix: str = "") -> Q:
    """What belongs to rosters that the user may read: drafts are the office's, the rest those' who work with them."""
    if not user.scope.may(Permission.STEWARDS_VIEW):
        return Q(pk__in=[])
    out = Q(community__in=user.scope.communities) & ~Q(**{f"{prefix}state": RosterState.DRAFT})
    return out | Q(community__in=user.scope.offices_communities)


class ShiftTemplateQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        if not user.scope.may(Permission.STEWARDS_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()


class TemplateSlotQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        if not user.scope.may(Permission.STEWARDS_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()


class ShiftWishQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and for the office the community's."""
        return self.filter(Q(steward__user=user.pk) | Q(community__in=user.scope.offices_communities)).scoped()


class RosterQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(on_duty(user)).scoped()


class ShiftQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(on_duty(user, "roster__")).scoped()

    def short(self, within: timedelta) -> Self:
        """Those of rosters that are out which begin within that time from now, and for which too few have said yes."""
        from stewards.models import Assignment, ShiftSlot

        yes = Assignment.objects.unscoped(reason=_COUNTED).filter(slot=OuterRef("pk"), is_reserve=False)
        held = yes.filter(state__in=PROMISED).order_by().values("slot").annotate(n=Count("pk")).values("n")
        slots = ShiftSlot.objects.unscoped(reason=_COUNTED).filter(shift=OuterRef("pk"))
        short = slots.filter(minimum__gt=Coalesce(Subquery(held), 0))
        soon = self.filter(starts_at__gt=Now(), starts_at__lte=Now(within))
        return soon.filter(Exists(short)).exclude(roster__state=RosterState.DRAFT).order_by("starts_at", "pk")


class ShiftSlotQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(on_duty(user, "shift__roster__")).scoped()


class AssignmentQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Who takes which seat; that somebody declined is between them and the office."""
        own = Q(steward__user=user.pk) & ~Q(slot__shift__roster__state=RosterState.DRAFT)
        others = on_duty(user, "slot__shift__roster__")
        seen = Q(state__in=LIVE) | Q(community__in=user.scope.offices_communities)
        return self.filter(own | others & seen).scoped()

    def live(self) -> Self:
        """The seats that are somebody's."""
        return self.filter(state__in=LIVE)

    def busy(self, steward_ids: Collection[UUID], start: datetime, end: datetime) -> list[Taken]:
        """The seats of these stewards that touch the time from `start` to `end`, in order; one query."""
        rows = self.filter(steward__in=steward_ids, state__in=BUSY, starts_at__lt=end, ends_at__gt=start)
        found = rows.unscoped(reason="whether somebody is on duty is asked before they are asked for something else")
        columns = ("steward_id", "starts_at", "ends_at", "slot__shift__name")
        return [Taken(*row) for row in found.order_by("starts_at", "pk").values_list(*columns)]
