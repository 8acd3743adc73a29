"""Reads of the partner units, and of what is needed, offered, done together and pledged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Q

from alliance.partners.states import NeedState, PledgeState, ProjectState
from community.access import Permission
from community.models import Appointment
from community.roles import Role
from core import clock
from core.scoping import ScopedQuerySet
from core.terms import holds_on

if TYPE_CHECKING:
    from community.models import User


def led_in(user: User) -> frozenset[int]:
    """Communities in which the user works with every unit: the office, and those who lead a grid."""
    return user.scope.ids("community", Role.COMMUNITY_STAFF, Role.SECRETARY, Role.GRID_LEADER)


class PartnerQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Partners are known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def active(self) -> Self:
        """Those that have not left."""
        today = clock.today()
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gte=today), joined_on__lte=today)

    def counted(self) -> Self:
        """With how many speak for each (`contacts`), and its open pledges (`pledged`), the late ones (`late`)."""
        today = clock.today()
        speaks = Q(appointments__role=Role.PARTNER_CONTACT) & holds_on(today, "appointments__")
        is_open = Q(pledges__state=PledgeState.OPEN)
        return self.annotate(
            contacts=Count("appointments", filter=speaks, distinct=True),
            pledged=Count("pledges", filter=is_open, distinct=True),
            late=Count("pledges", filter=is_open & Q(pledges__until__lt=today), distinct=True),
        )


class NeedQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who work with the alliance; a need names nobody."""
        if not user.scope.may(Permission.ALLIANCE_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()

    def open(self) -> Self:
        return self.filter(state=NeedState.OPEN)


class ResourceQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who work with the alliance."""
        if not user.scope.may(Permission.ALLIANCE_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()

    def offered(self) -> Self:
        """What can be had today or later."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=clock.today()), withdrawn_at__isnull=True)


class ProjectQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office, those who lead, and the unit itself; what was done together, for the whole alliance."""
        scope = user.scope
        if not scope.may(Permission.ALLIANCE_VIEW):
            return self.none().scoped()
        own = Q(community__in=led_in(user)) | Q(partner__in=scope.partners)
        return self.filter(own | Q(community__in=scope.communities, state=ProjectState.DONE)).scoped()

    def open(self) -> Self:
        return self.exclude(state__in=(ProjectState.DONE, ProjectState.DROPPED))

    def waiting_for(self, user: User) -> Self:
        """Proposed to the user's side, and not answered yet."""
        scope, proposed = user.scope, Q(state=ProjectState.PROPOSED)
        to_us = Q(community__in=scope.offices_communities, by_partner=True)
        return self.filter(proposed & (to_us | Q(partner__in=scope.partners, by_partner=False))).scoped()


class PledgeQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For the office, those who lead, and the unit itself."""
        scope = user.scope
        if not scope.may(Permission.ALLIANCE_VIEW):
            return self.none().scoped()
        return self.filter(Q(community__in=led_in(user)) | Q(partner__in=scope.partners)).scoped()

    def waiting_for(self, user: User, *, soon: date) -> Self:
        """A unit's own that are to be kept by that day; for the office those reported and those late."""
        office = user.scope.offices_communities
        late = Q(state=PledgeState.OPEN, until__lt=clock.today())
        own = Q(partner__in=user.scope.partners, state=PledgeState.OPEN, until__lte=soon)
        return self.filter(own | Q(community__in=office) & (Q(state=PledgeState.REPORTED) | late)).scoped()

    def open(self) -> Self:
        return self.filter(state=PledgeState.OPEN)

    def late(self) -> Self:
        return self.open().filter(until__lt=clock.today())


def contacts_of(partner_id: int) -> list[User]:
    """Who speaks for a unit already found, today."""
    held = Appointment.objects.unscoped(reason="who speaks for a unit already found").current()
    rows = held.filter(role=Role.PARTNER_CONTACT, partner=partner_id, user__is_active=True)
    return list(dict.fromkeys(one.user for one in rows.select_related("user").order_by("pk")))


def office_of(community_id: int) -> list[User]:
    """Who works in the office of a community already found, today."""
    held = Appointment.objects.unscoped(reason="who of the office is told").current()
    roles = (Role.COMMUNITY_STAFF, Role.SECRETARY)
    rows = held.filter(role__in=roles, community=community_id, user__is_active=True)
    return list(dict.fromkeys(one.user for one in rows.select_related("user").order_by("pk")))
