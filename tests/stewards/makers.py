"""Red stewards for tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from community.models import Community, User
from community.roles import Role
from core import clock
from stewards.members import actions
from stewards.models import Availability, Skill, Steward, StewardSkill
from tests.factories import UserFactory, appoint

WHY = "a test's own rows"


def skills_of(community: Community) -> dict[str, Skill]:
    """The skills of the community by their slug; laid down if they are not there."""
    actions.begin(community)
    return {skill.slug: skill for skill in Skill.objects.unscoped(reason=WHY).filter(community=community)}


def a_steward(
    community: Community,
    skills: Iterable[str | Skill] = (),
    free: bool = True,
    *,
    user: User | None = None,
    **fields: Any,
) -> Steward:
    """Somebody who serves, with these skills (a slug of `members.skills.SEEDS`, or a Skill), confirmed and without an
    end; free at any hour of the week, or never."""
    known = skills_of(community)
    user = appoint(Role.RED_STEWARD, community, user=user or UserFactory())
    steward = Steward.objects.create(user=user, community=community, **fields)
    for skill in skills:
        can(steward, known[skill] if isinstance(skill, str) else skill)
    if free:
        for weekday in range(7):
            free_on(steward, weekday, 0, 24)
    return steward


def can(steward: Steward, skill: Skill, **fields: Any) -> StewardSkill:
    """Give a steward a skill that the office has looked at, unless told otherwise."""
    if "confirmed_at" not in fields:
        fields |= {"confirmed_at": clock.now(), "confirmed_by": UserFactory()}
    return StewardSkill.objects.create(community=steward.community, steward=steward, skill=skill, **fields)


def free_on(steward: Steward, weekday: int, start: float, end: float) -> Availability:
    """Free every week on a weekday (0 is Monday) between two hours; `end` may be up to 48."""
    return Availability.objects.create(
        community=steward.community,
        steward=steward,
        weekday=weekday,
        starts_at=round(start * 60),
        ends_at=round(end * 60),
    )
