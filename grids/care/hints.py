"""What the register can work out about care: offered to those who decide, never imposed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from core import clock
from grids.codes import CareCategory
from grids.models import CareTag, Household, Membership
from grids.querysets import CareTagQuerySet, MembershipQuerySet
from grids.querysets.within import grids_within

if TYPE_CHECKING:
    from community.models import User

VERY_OLD_FROM, OLD_FROM = 80, 60
_WHY = "a yes or no about people who are in scope themselves"
# Nobody lives behind these.
_ON_PAPER = (Household.Kind.REGISTERED_ONLY, Household.Kind.COLLECTIVE)


class Hint(models.TextChoices):
    """What is suggested."""

    VERY_OLD = "very_old", _("满 80 岁，还没列为高龄老人")
    ALONE = "alone", _("60 岁以上一个人住，还没列为独居老人")
    LEFT_BEHIND = "left_behind", _("人已去世或搬走，标签还开着")


CATEGORY_OF = {Hint.VERY_OLD: CareCategory.VERY_OLD, Hint.ALONE: CareCategory.LIVING_ALONE}


def of_kind(hint: str, user: User) -> MembershipQuerySet | CareTagQuerySet:
    """The rows that a hint is about, within the user's duty: people to mark, or tags to end."""
    if hint == Hint.LEFT_BEHIND:
        return CareTag.objects.in_duty_of(user).left_behind()
    people = _people(user)
    return _very_old(people) if hint == Hint.VERY_OLD else _alone(people)


def counts(user: User) -> dict[str, int]:
    """How many of each kind there are."""
    return {hint: of_kind(hint, user).count() for hint in Hint.values}


def born_by(age: int) -> date:
    """Who was born on this day or before is at least `age` years old today."""
    today = clock.today()
    try:
        return today.replace(year=today.year - age)
    except ValueError:  # 29 February
        return today.replace(year=today.year - age, day=28)


def _people(user: User) -> MembershipQuerySet:
    rows = Membership.objects.filter(community__in=user.scope.communities).filter(grids_within(user.scope))
    here = rows.scoped().current().filter(is_primary=True, household__left_on__isnull=True)
    return here.filter(resident__deceased_on__isnull=True)


def _of_age(rows: MembershipQuerySet, age: int) -> MembershipQuerySet:
    """Birth dates are ISO text, perhaps the year alone: text compares as the days do."""
    return rows.exclude(resident__birth_date="").filter(resident__birth_date__lte=born_by(age))


def _very_old(rows: MembershipQuerySet) -> MembershipQuerySet:
    tags = CareTag.objects.unscoped(reason=_WHY).current()
    marked = tags.filter(resident=OuterRef("resident"), category=CareCategory.VERY_OLD)
    return _of_age(rows, VERY_OLD_FROM).filter(~Exists(marked))


def _alone(rows: MembershipQuerySet) -> MembershipQuerySet:
    tags = CareTag.objects.unscoped(reason=_WHY).current()
    marked = tags.filter(household=OuterRef("household"), category=CareCategory.LIVING_ALONE)
    others: Any = Membership.objects.unscoped(reason=_WHY).current()
    others = others.filter(household=OuterRef("household")).exclude(resident=OuterRef("resident"))
    alone = _of_age(rows, OLD_FROM).exclude(household__kind__in=_ON_PAPER)
    return alone.filter(~Exists(others), ~Exists(marked))
