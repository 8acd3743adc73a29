"""Reads of the places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from community.roles import Role
from community.search import Sought
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet
from grids.querysets.matching import door_matches
from grids.querysets.within import buildings_within, grids_within

if TYPE_CHECKING:
    from community.models import User
    from grids.models import Building


class EstateQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Estates are known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def in_duty_of(self, user: User) -> Self:
        """Estates whose owners the user looks after: the office, the committee, the leader of one of its buildings."""
        scope = user.scope
        seen = Q(community__in=scope.offices_communities) | Q(pk__in=scope.estates)
        return self.filter(seen | Q(Exists(_buildings().filter(estate=OuterRef("pk"), grid__in=scope.grids)))).scoped()

    def with_counts(self) -> Self:
        """Annotated with `houses`, `doors` and `living`: its buildings, dwellings and households."""
        return self.annotate(**_counts("estate"))

    def managed_by(self, user: User) -> Self:
        """Estates on whose committee the user sits."""
        return self.filter(pk__in=user.scope.estates).scoped()


class GridQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Grids are known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()

    def led_by(self, user: User) -> Self:
        """The grids that the user leads; for the office all of them."""
        return self.filter(Q(pk__in=user.scope.grids) | Q(community__in=user.scope.offices_communities)).scoped()

    def with_counts(self) -> Self:
        """Annotated with `houses`, `doors` and `living`, and with `leader`, the name of who leads it today."""
        from community.models import Appointment

        held = Appointment.objects.unscoped(reason="who leads a grid is on the notice board").current()
        leaders = held.filter(role=Role.GRID_LEADER, grid=OuterRef("pk")).order_by("-starts_on", "-pk")
        return self.annotate(leader=Subquery(leaders.values("user__name")[:1]), **_counts("grid"))


class BuildingQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Which buildings there are is no secret within the community; who lives in them is."""
        return self.filter(community__in=user.scope.communities).scoped()

    def in_duty_of(self, user: User) -> Self:
        """The buildings whose households the user looks after."""
        return self.filter(buildings_within(user.scope, "self")).scoped()

    def with_counts(self) -> Self:
        """Annotated with `living`: the households that live in each."""
        return self.annotate(living=Count("households", filter=Q(households__left_on__isnull=True)))

    def of_owners_seen_by(self, user: User) -> Self:
        """The buildings whose owners the user may see: the office, the leader's grid, the committee's estate."""
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities) | Q(grid__in=scope.grids) | Q(estate__in=scope.estates)
        ).scoped()

    def with_doors(self) -> Self:
        """Annotated with `doors`, `living` and `unmeasured`: its dwellings, households, dwellings without an area."""
        doors = _dwellings().filter(building=OuterRef("pk"))
        return self.annotate(
            doors=_number_of(doors, "building"),
            unmeasured=_number_of(doors.filter(area__isnull=True), "building"),
            living=_number_of(_households().filter(building=OuterRef("pk")), "building"),
        )


class BuildingInGridQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.communities).scoped()

    def for_list(self) -> Self:
        return self.select_related("building", "grid")


class UnitQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(community__in=user.scope.communities).scoped()

    def of(self, building: Building) -> Self:
        """The stairwells of a building found through its own scope, with `doors` and `unmeasured` counted."""
        return (
            self.filter(building=building)
            .annotate(doors=Count("dwellings"), unmeasured=Count("dwellings", filter=Q(dwellings__area__isnull=True)))
            .order_by("number", "pk")
            .scoped()
        )


class DwellingQuerySet(ScopedQuerySet[Any]):
    def to_decide(self, user: User) -> Self:
        """The doors at which the user registers who lives there: the leader's grid, for the office all."""
        return self.filter(community__in=user.scope.communities).filter(grids_within(user.scope, "")).scoped()

    def at_door(self, words: str) -> Self:
        """The door that the words mean, however it is written; none where they mean none."""
        door = door_matches(Sought.of(words))
        return self.none() if door is None else self.filter(door)

    def in_duty_of(self, user: User) -> Self:
        """The doors of the buildings whose households the user looks after."""
        return self.filter(buildings_within(user.scope)).scoped()

    def visible_to(self, user: User) -> Self:
        """The doors of the buildings in one's duty, and one's own."""
        return self.filter(buildings_within(user.scope) | Q(households__in=user.scope.households)).distinct().scoped()

    def owned_seen_by(self, user: User) -> Self:
        """The dwellings whose owners the user may see: the office, the leader's grid, the committee's estate."""
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities)
            | Q(building__grid__in=scope.grids)
            | Q(building__estate__in=scope.estates)
        ).scoped()

    def with_owners(self) -> Self:
        """With today's ownership of each, in `owned`: a list of one or none."""
        from grids.querysets.owners import OwnershipQuerySet

        return self.select_related("building__estate", "building__grid", "unit").prefetch_related(
            OwnershipQuerySet.open_as("owned")
        )

    def without_owner(self) -> Self:
        return self.filter(~Exists(_ownerships()))

    def without_area(self) -> Self:
        return self.filter(area__isnull=True)

    def with_door(self, words: str) -> Self:
        """Those whose door is the one in the words: `225-3-2-501`, `2单元501`, or a part of how it is written."""
        parts = words.split("-")
        if len(parts) == 4:
            estate, building, unit, room = parts
            return self.filter(
                building__estate__code=estate, building__number=building, unit__number=unit, room_no=room
            )
        return self.filter(label__contains="".join(words.split()))

    def sums(self) -> dict[str, int]:
        """How many there are, their area in 0.01 m², how many without an area, and how many without an owner."""
        return self.aggregate(
            doors=Count("pk"),
            measured=Coalesce(Sum("area"), Value(0)),
            unmeasured=Count("pk", filter=Q(area__isnull=True)),
            ownerless=Count("pk", filter=~Exists(_ownerships())),
        )


_WHY = "numbers of places that are in scope themselves"


def _buildings() -> Any:
    from grids.models import Building

    return Building.objects.unscoped(reason=_WHY)


def _dwellings() -> Any:
    from grids.models import Dwelling

    return Dwelling.objects.unscoped(reason=_WHY)


def _households() -> Any:
    from grids.models import Household

    return Household.objects.unscoped(reason=_WHY).living_here()


def _ownerships() -> Any:
    from grids.models import Ownership

    return Ownership.objects.unscoped(reason=_WHY).current().filter(dwelling=OuterRef("pk"))


def _counts(key: str) -> dict[str, Any]:
    """Buildings, dwellings and households of each place that buildings name by `key`."""
    return {
        "houses": _number_of(_buildings().filter(**{key: OuterRef("pk")}), key),
        "doors": _number_of(_dwellings().filter(**{f"building__{key}": OuterRef("pk")}), f"building__{key}"),
        "living": _number_of(_households().filter(**{f"building__{key}": OuterRef("pk")}), f"building__{key}"),
    }


def _number_of(rows: Any, key: str) -> Coalesce:
    counted = rows.order_by().values(key).annotate(found=Count("pk")).values("found")
    return Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
