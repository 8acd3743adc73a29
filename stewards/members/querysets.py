"""Reads of the red stewards."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q

from community.access import Permission
from community.models import Appointment
from community.roles import Role
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Skill

_YES_OR_NO = "a yes or no about stewards that are in scope themselves"

WAITS = Q(skill__needs_evidence=True, returned="") & (
    Q(confirmed_at__isnull=True) | Q(new_paper__isnull=False) | Q(new_until__isnull=False)
)


def own_or_managed(user: User, prefix: str = "steward__") -> Q:
    """What belongs to a steward: their own to themselves, all of the community's to its office."""
    return Q(**{f"{prefix}user": user.pk}) | Q(community__in=user.scope.offices_communities)


class SkillQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What stewards can do is known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()


class StewardQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The stewards of the communities in which the user works with them."""
        if not user.scope.may(Permission.STEWARDS_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()

    def serving(self, day: date) -> Self:
        """Those who are red stewards on that day, and not paused."""
        from stewards.models import StewardPause

        pauses = StewardPause.objects.unscoped(reason=_YES_OR_NO).at(day).filter(steward=OuterRef("pk"))
        return self.appointed(day).exclude(Exists(pauses))

    def appointed(self, day: date) -> Self:
        """Those who are red stewards on that day, paused or not."""
        held = Appointment.objects.unscoped(reason=_YES_OR_NO).at(day).filter(role=Role.RED_STEWARD)
        here = held.filter(user=OuterRef("user"), community=OuterRef("community"))
        return self.filter(Exists(here), user__is_active=True)

    def with_skill(self, skill: Skill, day: date) -> Self:
        """Those who have the skill and may use it on that day."""
        from stewards.models import StewardSkill

        held = StewardSkill.objects.unscoped(reason=_YES_OR_NO).usable(day)
        return self.filter(Exists(held.filter(steward=OuterRef("pk"), skill=skill)))


class StewardSkillQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Who can what is known to those who work with stewards."""
        if not user.scope.may(Permission.STEWARDS_VIEW):
            return self.none().scoped()
        return self.filter(community__in=user.scope.communities).scoped()

    def with_papers_for(self, user: User) -> Self:
        """Those whose certificates the user may see: one's own, and all of the community's for its office."""
        return self.visible_to(user).filter(own_or_managed(user))

    def usable(self, day: date) -> Self:
        """What counts on that day: until its last day, and looked at by the office where evidence is needed."""
        lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        return self.filter(lasting, Q(skill__needs_evidence=False) | Q(confirmed_at__isnull=False))

    def to_look_at(self) -> Self:
        """What waits for the office: evidence that nobody has looked at yet, and has not been sent back."""
        return self.filter(WAITS)


class AvailabilityQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class ExceptionQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class PauseQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class BlockedPairQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Only the office: neither of the two learns of it."""
        return self.filter(community__in=user.scope.offices_communities).scoped()


class TwoTogetherQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Only the office."""
        return self.filter(community__in=user.scope.offices_communities).scoped()
