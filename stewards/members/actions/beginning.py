"""What is there before anybody does anything: a community's skills, where two go together, who is a red steward."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef

from community import audit
from community.models import Appointment, Community, User
from community.roles import Role
from core import clock
from grids.codes import CareCategory
from helpdesk.models import Category
from stewards.members.skills import SEEDS
from stewards.models import Skill, Steward, TwoTogether

_WHY = "what a community begins with"
TWO_GO_TO = (
    CareCategory.LIVING_ALONE,
    CareCategory.VERY_OLD,
    CareCategory.INCAPACITATED,
    CareCategory.DISABLED,
    CareCategory.LEFT_BEHIND_CHILD,
)
"""Where nobody goes alone unless the office decides otherwise."""


@transaction.atomic
def begin(community: Community) -> int:
    """Lay down the skills of a new community and where two go together; one that has skills stays as it is."""
    if Skill.objects.unscoped(reason=_WHY).filter(community=community).exists():
        return 0
    made = Skill.objects.bulk_create(
        Skill(
            community=community,
            slug=seed.slug,
            name=seed.name,
            hint=seed.hint,
            needs_evidence=seed.needs_evidence,
            order=order,
        )
        for order, seed in enumerate(SEEDS)
    )
    _link(community, {skill.slug: skill for skill in made})
    rules = [TwoTogether(community=community, category=category) for category in TWO_GO_TO]
    TwoTogether.objects.bulk_create(rules, ignore_conflicts=True)
    audit.record("skills_seeded", community, by=None, changes={"count": len(made)})
    return len(made)


def _link(community: Community, skills: dict[str, Skill]) -> None:
    """Each skill with the kinds of request that call for it."""
    rows = Category.objects.unscoped(reason=_WHY).filter(community=community)
    categories = {category.slug: category.pk for category in rows}
    Skill.categories.through.objects.bulk_create(
        Skill.categories.through(skill_id=skills[seed.slug].pk, category_id=categories[slug])
        for seed in SEEDS
        for slug in seed.categories
        if slug in categories
    )


@transaction.atomic
def enrol(user: User, community: Community) -> Steward:
    """The steward's own row, made where it is not there yet; what they said of themselves before comes back with it."""
    steward: Steward
    steward, made = Steward.objects.unscoped(reason=_WHY).get_or_create(user=user, community=community)
    if made:
        audit.record("steward_enrolled", steward, by=None, changes={"user": [None, user.name]})
    return steward


def react(appointment: Appointment) -> None:
    """Somebody takes up the role."""
    if appointment.role == Role.RED_STEWARD:
        enrol(appointment.user, appointment.community)


def catch_up(day: date | None = None) -> int:
    """Daily: communities without skills get them, and every red steward of the day has a row."""
    begun = sum(1 for community in Community.objects.all() if begin(community))
    there = Steward.objects.unscoped(reason=_WHY).filter(user=OuterRef("user"), community=OuterRef("community"))
    held = Appointment.objects.unscoped(reason=_WHY).at(day or clock.today()).filter(role=Role.RED_STEWARD)
    missing = list(held.exclude(Exists(there)).select_related("user", "community"))
    for appointment in missing:
        enrol(appointment.user, appointment.community)
    return begun + len(missing)
