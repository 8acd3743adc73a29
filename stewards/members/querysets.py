"""Reads of the red stewards."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q

from community.access import OF_ROLE, Permission
from community.models import Appointment
from community.roles import Role
from core import clock
from core.scoping import ScopedQuerySet
from core.terms import TermQuerySet

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Skill

_WORK_WITH = [role for role, granted in OF_ROLE.items() if Permission.STEWARDS_VIEW in granted]
_YES_OR_NO = "a yes or no about stewards that are in scope themselves"

SOON_DAYS = 30
"""So many days before a certificate or an insurance ends, the steward and the office are told."""


def managed(user: User) -> Q:
    """What the user keeps in the office."""
    return Q(community__in=user.scope.offices_communities)


def own_or_managed(user: User, prefix: str = "steward__") -> Q:
    """What belongs to a steward: their own to themselves, all of the community's to its office."""
    return Q(**{f"{prefix}user": user.pk}) | managed(user)


def works_with(user: User) -> frozenset[int]:
    """The communities in which the user works with stewards; not those where they only live."""
    return user.scope.ids("community", *_WORK_WITH) if user.scope.may(Permission.STEWARDS_VIEW) else frozenset()


def hands_out(user: User) -> frozenset[int]:
    """The communities in which the user gives work to stewards: sees when they are free, not only what they can."""
    return user.scope.ids("community", Role.GRID_LEADER, Role.COMMUNITY_STAFF, Role.SECRETARY)


def _appointments(day: date, prefix: str = "") -> Any:
    """The appointments that make somebody a red steward on a day; of the steward that the outer row is or names."""
    held = Appointment.objects.unscoped(reason=_YES_OR_NO).at(day).filter(role=Role.RED_STEWARD)
    return held.filter(user=OuterRef(f"{prefix}user"), community=OuterRef(f"{prefix}community"))


def soon() -> date:
    """The day up to which an end is told."""
    return clock.today() + timedelta(days=SOON_DAYS)


def waits(prefix: str = "") -> Q:
    """The condition that the evidence of a skill waits for the office; what was sent back waits for the steward."""
    new = Q(**{f"{prefix}new_paper__isnull": False}) | Q(**{f"{prefix}new_until__isnull": False})
    unseen = new | Q(**{f"{prefix}confirmed_at__isnull": True})
    return unseen & Q(**{f"{prefix}skill__needs_evidence": True, f"{prefix}returned": ""})


def ends(prefix: str = "") -> Q:
    """The condition that the evidence of a skill is over, or will be soon, and nothing newer waits to be looked at."""
    conditions = {
        "skill__needs_evidence": True,
        "confirmed_at__isnull": False,
        "new_paper__isnull": True,
        "new_until__isnull": True,
        "valid_until__lte": soon(),
    }
    return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})


class SkillQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """What stewards can do is known to everybody who belongs to the community."""
        return self.filter(community__in=user.scope.communities).scoped()


class StewardQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The stewards of the communities in which the user works with them."""
        return self.filter(community__in=works_with(user)).scoped()

    def serving(self, day: date) -> Self:
        """Those who are red stewards on that day, and not paused."""
        from stewards.models import StewardPause

        pauses = StewardPause.objects.unscoped(reason=_YES_OR_NO).at(day).filter(steward=OuterRef("pk"))
        return self.appointed(day).exclude(Exists(pauses))

    def appointed(self, day: date) -> Self:
        """Those who are red stewards on that day, paused or not."""
        return self.filter(Exists(_appointments(day)), user__is_active=True)

    def with_appointed(self, day: date) -> Self:
        """With `is_appointed`, whether they are red stewards on that day."""
        return self.annotate(is_appointed=Exists(_appointments(day)))

    def insurance_ending(self) -> Self:
        """Those who serve and whose insurance is over, or will be soon; not those for whom none was written down."""
        return self.appointed(clock.today()).filter(insured_until__lte=soon()).order_by("insured_until", "pk")

    def with_skill(self, skill: Skill, day: date) -> Self:
        """Those who have the skill and may use it on that day."""
        from stewards.models import StewardSkill

        held = StewardSkill.objects.unscoped(reason=_YES_OR_NO).usable(day)
        return self.filter(Exists(held.filter(steward=OuterRef("pk"), skill=skill)))


class StewardSkillQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Who can what is known to those who work with stewards."""
        return self.filter(community__in=works_with(user)).scoped()

    def with_papers_for(self, user: User) -> Self:
        """Those whose certificates the user may see: one's own, and all of the community's for its office."""
        return self.visible_to(user).filter(own_or_managed(user))

    def usable(self, day: date) -> Self:
        """What counts on that day: until its last day, and looked at by the office where evidence is needed."""
        lasting = Q(valid_until__isnull=True) | Q(valid_until__gte=day)
        return self.filter(lasting, Q(skill__needs_evidence=False) | Q(confirmed_at__isnull=False))

    def of_serving(self) -> Self:
        """Of those who are red stewards today."""
        return self.filter(Exists(_appointments(clock.today(), "steward__")))

    def ending(self) -> Self:
        """What needs evidence and is over, or will be soon; nothing newer waits to be looked at."""
        return self.filter(ends())

    def to_look_at(self) -> Self:
        """What waits for the office: evidence that nobody has looked at yet, and has not been sent back."""
        return self.filter(waits())


class AvailabilityQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()


class ExceptionQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()

    def not_over(self) -> Self:
        return self.filter(ends_at__gt=clock.now())


class StewardPauseQuerySet(TermQuerySet):
    def visible_to(self, user: User) -> Self:
        return self.filter(own_or_managed(user)).scoped()

    def not_over(self) -> Self:
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today()))


class BlockedPairQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Only the office: neither of the two learns of it."""
        return self.filter(community__in=user.scope.offices_communities).scoped()


class TwoTogetherQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Only the office."""
        return self.filter(community__in=user.scope.offices_communities).scoped()
