"""Reads of care."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q

from community.models import Appointment
from community.roles import Role
from core import clock
from core.terms import TermQuerySet
from grids.codes import MONTHLY_CARE, Cadence
from grids.querysets.within import grids_within, households_within

if TYPE_CHECKING:
    from community.models import User


class CareTagQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """Those who look after the household, and the household itself; not a steward of another building."""
        return self.filter(households_within(user.scope)).scoped()

    def in_duty_of(self, user: User) -> Self:
        """Whose care the user decides: the leader for the grid, the office for the community."""
        return self.filter(community__in=user.scope.communities).filter(grids_within(user.scope)).scoped()

    def open(self) -> Self:
        """What holds today in a household that lives here."""
        return self.current().filter(household__left_on__isnull=True)

    def for_list(self) -> Self:
        """With what a list shows already joined."""
        return self.select_related("resident", "household__dwelling", "household__building__grid")

    def visited(self, cadence: str) -> Self:
        """Those who are visited so often: chosen for this one, else asked by the category."""
        rule = Q(category__in=MONTHLY_CARE)
        by_category = rule if cadence == Cadence.MONTHLY else ~rule
        return self.filter(Q(cadence=cadence) | Q(cadence="") & by_category)

    def review_before(self, day: date) -> Self:
        """Those whose review is due before `day`."""
        return self.filter(review_due__lt=day)

    def left_behind(self) -> Self:
        """Open tags of somebody who has died, or belongs to the household no more, or of a household that has left."""
        from grids.models import Membership

        here = Membership.objects.unscoped(reason="a yes or no about tags that are in scope themselves").current()
        belongs = here.filter(household=OuterRef("household"), resident=OuterRef("resident"))
        return self.current().filter(
            Q(household__left_on__isnull=False)
            | Q(resident__deceased_on__lte=clock.today())
            | Q(resident__isnull=False) & ~Exists(belongs)
        )


class PairingQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """Those who look after the household, the household itself, and the steward of its building."""
        return self.filter(households_within(user.scope)).scoped()

    def in_duty_of(self, user: User) -> Self:
        """The pairings that the user makes and ends: the leader for the grid, the office for the community."""
        return self.filter(community__in=user.scope.communities).filter(grids_within(user.scope)).scoped()

    def in_care(self) -> Self:
        """Of households that are still cared for: a pairing may outlast the people who needed it."""
        from grids.models import CareTag

        tags = CareTag.objects.unscoped(reason="whether pairings in scope are of use").open()
        return self.filter(Exists(tags.filter(household=OuterRef("household"))))

    def with_holds(self) -> Self:
        """Annotated with `holds`: whether the person still fits today. This is the one place that says who fits.

        A steward holds the appointment for the household's building; a Party member is alive, and belongs to a
        primary household in that building that is not the household itself. `grids.care.tally` counts by the same
        conditions, written by hand for Today; a test holds the two together.
        """
        return self.annotate(holds=ExpressionWrapper(_is_steward() | _lives_there(), output_field=BooleanField()))

    def holding(self) -> Self:
        """The pairings of today whose person still fits."""
        return self.current().filter(_is_steward() | _lives_there())


def _is_steward() -> Q:
    appointed = Appointment.objects.unscoped(reason="whether pairings in scope hold").current()
    return Q(
        Exists(
            appointed.filter(
                community=OuterRef("community"),
                role=Role.BUILDING_STEWARD,
                building=OuterRef("household__building"),
                user=OuterRef("steward"),
            )
        )
    )


def _lives_there() -> Q:
    from grids.models import Membership

    belongs = Membership.objects.unscoped(reason="whether pairings in scope hold").current().party_members()
    return Q(
        Exists(
            belongs.filter(
                community=OuterRef("community"),
                household__building=OuterRef("household__building"),
                resident=OuterRef("member"),
            ).exclude(household=OuterRef("household"))
        )
    )
