"""Reads of the community's own rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Q

from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet

if TYPE_CHECKING:
    from community.models import User


class AppointmentQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        """One's own, and for the office all of the community."""
        scope = user.scope
        return self.filter(Q(user=user) | Q(community__in=scope.offices_communities)).scoped()


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

    def of_household(self, household: Any) -> Self:
        """Everything that touched a household, which the caller has found through its own `visible_to`."""
        return self.filter(community_id=household.community_id, household_id=household.pk).scoped()


class AttachmentQuerySet(ScopedQuerySet[Any]):
    """Never listed by itself: a view finds the record that carries the file and asks for `of_record`."""

    def visible_to(self, user: User) -> Self:
        return self.none().scoped()

    def of_record(self, **link: Any) -> Self:
        """The files that hang on a record the caller has found through its own `visible_to`."""
        return self.filter(**link).scoped()


class ActivationLetterQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """For those who hand letters out: the office, and the leader of the household's grid."""
        scope = user.scope
        return self.filter(
            Q(community__in=scope.offices_communities) | Q(household__building__grid__in=scope.grids)
        ).scoped()


class NoticeQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(user=user).scoped()

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)
