"""Reads of the community's own rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber

from core import clock
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet

if TYPE_CHECKING:
    from community.models import User


class AppointmentQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own, and for the office all of the community."""
        scope = user.scope
        return self.filter(Q(user=user) | Q(community__in=scope.offices_communities)).scoped()

    def not_ended(self) -> Self:
        """What holds today or will hold later."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()))

    def with_duty(self, homes: list[Any]) -> list[Any]:
        """The given residents' appointments, each with `leader`: who leads the grid of the household. One query.

        Who leads a grid is on the notice board; it is told to everybody who lives there.
        """
        from community.roles import Role

        grids = {home.household.building.grid_id for home in homes}
        leaders = (
            self.model.objects.unscoped(reason="who leads a grid is on the notice board")
            .current()
            .filter(role=Role.GRID_LEADER, grid__in=grids)
        )
        names = dict(leaders.values_list("grid_id", "user__name"))
        for home in homes:
            home.leader = names.get(home.household.building.grid_id, "")
        return homes


class AuditEventQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What touched one's own household, and for the secretary all of the community."""
        from community.roles import Role

        scope = user.scope
        return self.filter(
            Q(household_id__in=scope.households) | Q(community__in=scope.ids("community", Role.SECRETARY))
        ).scoped()

    def of(self, target: Any) -> Self:
        """The history of one record, which the caller has found through its own `visible_to`."""
        return self.filter(
            community_id=target.community_id, target_type=target._meta.label_lower, target_id=str(target.pk)
        ).scoped()

    def of_household(self, household: Any, *, also: Iterable[Any] = ()) -> Self:
        """Everything that touched a household, which the caller has found through its own `visible_to`; and what
        touched those that were merged into it (`also`, their ids)."""
        touched = [household.pk, *also]
        return self.filter(community_id=household.community_id, household_id__in=touched).scoped()

    def at_work(self) -> Self:
        """Without what is between a household and those who keep its money."""
        from community.history import rooms_apart

        found = self
        for room in rooms_apart():
            found = found.exclude(target_type__startswith=f"{room}.")
        return found

    def readings(self) -> Self:
        """Who looked at something in plain, or took it away."""
        from community.history import reading_verbs

        return self.filter(verb__in=reading_verbs())

    def newest_of_each(self, most: int) -> Self:
        """The newest readings and the newest changes, `most` of each, marked by `is_reading`; one query."""
        from community.history import reading_verbs

        is_reading = Case(When(verb__in=reading_verbs(), then=Value(True)), default=Value(False))
        newest = Window(RowNumber(), partition_by=[F("is_reading")], order_by=[F("at").desc(), F("pk").desc()])
        return self.annotate(is_reading=is_reading).annotate(place=newest).filter(place__lte=most)

    def changes(self) -> Self:
        """Everything else."""
        from community.history import reading_verbs

        return self.exclude(verb__in=reading_verbs())


class AttachmentQuerySet(ScopedQuerySet[Any]):
    """Never listed by itself: a view finds the record that carries the file and asks for `of_record`."""

    def visible_to(self, user: User) -> Self:
        return self.none().scoped()

    def of_record(self, **link: Any) -> Self:
        """The files that hang on a record the caller has found through its own `visible_to`."""
        return self.filter(**link).scoped()


class ActivationLetterQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who hand letters out: the office, the leader of the household's grid, and who issued it."""
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities)
            | Q(household__building__grid__in=scope.grids)
            | Q(issued_by=user)
        ).scoped()

    def narrow(self, households: Any, which: str) -> Any:
        """Of the given households, those without an account ("closed"), and without a letter either ("new")."""
        from community.models import Appointment

        if which == "all":
            return households
        accounts = Appointment.objects.unscoped(reason="whether households in scope have an account").current()
        letters = self.unscoped(reason="whether households in scope have a letter").open()
        rows = households.exclude(Exists(accounts.filter(household=OuterRef("pk"))))
        return rows.exclude(Exists(letters.filter(household=OuterRef("pk")))) if which == "new" else rows

    def open(self) -> Self:
        """What can still be redeemed."""
        return self.filter(redeemed_at__isnull=True, voided_at__isnull=True, expires_at__gt=clock.now())


class NoticeQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user).scoped()

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)
