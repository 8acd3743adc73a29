"""Reads of jobs, offers and what parts have cost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db.models import Q

from community.roles import Office, Role
from core.scoping import ScopedQuerySet
from helpdesk.querysets import led
from stewards.members.busy import Taken

if TYPE_CHECKING:
    from community.models import User


def leads(user: User, prefix: str = "") -> Q:
    """The condition that the user triages the request that the job comes from."""
    return reduce(or_, led(user.scope, f"{prefix}request__"), Q(pk__in=[]))


def goes(user: User, prefix: str = "") -> Q:
    """The condition that the user has taken the job on, and did not hand it on."""
    from stewards.models import JobSteward

    own = JobSteward.objects.unscoped(reason="the own jobs").filter(steward__user=user, handed_on=False)
    return Q(**{f"{prefix}pk__in": own.values("job")})


class JobQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For who goes, who leads the request, and who asked; what is only offered is seen through the offer."""
        own = Q(request__reporter=user)
        return self.filter(goes(user) | leads(user) | own, community__in=user.scope.communities).scoped()

    def led_by(self, user: User) -> Self:
        """Those of the requests that the user triages."""
        return self.filter(leads(user), community__in=user.scope.communities).scoped()

    def taken_by(self, user: User) -> Self:
        """Those that the user has taken on and did not hand on."""
        return self.filter(goes(user), community__in=user.scope.communities).scoped()

    def busy(self, steward_ids: Iterable[UUID], start: datetime, end: datetime) -> list[Taken]:
        """When these stewards are taken by jobs between two moments, in order; one query."""
        from stewards.models import JobSteward

        held = JobSteward.objects.unscoped(reason="when stewards already found are taken")
        rows = held.filter(
            steward__in=list(steward_ids), left_at__isnull=True, starts_at__lt=end, ends_at__gt=start
        ).order_by("starts_at", "pk")
        columns = ("steward_id", "starts_at", "ends_at", "job__what")
        return [Taken(*row) for row in rows.values_list(*columns)]

    def for_page(self) -> Self:
        """With what a page of a job shows already joined."""
        return self.select_related("request__category", "skill", "building__estate", "steward__user", "asked_by")


class JobStewardQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Of the jobs that the user goes to, leads or has asked for."""
        from stewards.models import Job

        return self.filter(job__in=Job.objects.visible_to(user).values("pk")).scoped()


class JobOfferQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own, and for who leads the request all of them."""
        own = Q(steward__user=user)
        return self.filter(own | leads(user, "job__"), community__in=user.scope.communities).scoped()

    def asked_of(self, user: User) -> Self:
        """One's own."""
        return self.filter(steward__user=user, community__in=user.scope.communities).scoped()


class PartsClaimQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For who paid, who leads the request, and the committee's bookkeeper who pays it back."""
        kept = [one.estate for one in user.scope.held if one.role == Role.COMMITTEE and one.office == Office.BOOKKEEPER]
        mine = Q(steward__user=user) | Q(estate__in=kept) | leads(user, "job__")
        return self.filter(mine, community__in=user.scope.communities).scoped()
