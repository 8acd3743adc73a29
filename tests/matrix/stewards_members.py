"""The own place's records of the red stewards, and who sees their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from community.access import Permission as P
from community.roles import Role
from core import clock
from core.files import Cleaned
from stewards.members import actions
from stewards.members.week import Hours
from stewards.models import StewardSkill
from tests.factories import small_photo
from tests.matrix.page import OFFICE, Page, pk_of
from tests.matrix.world import World
from tests.stewards.makers import skills_of

OWN = OFFICE | {Role.RED_STEWARD}
WORKS_WITH = OWN | {Role.GRID_LEADER}


def held(**more: Any) -> Any:
    """The keyword arguments that name the skill of the own place's steward."""
    return lambda world: pk_of("steward", held_pk="held")(world) | more


PAGES: dict[str, Page] = {
    "stewards:list": Page(P.STEWARDS_VIEW),
    "stewards:mine": Page(P.STEWARD_WORK),
    "stewards:steward": Page(
        P.STEWARDS_VIEW,
        WORKS_WITH,
        pk_of("steward"),
        answers_own={Role.RED_STEWARD: 302},
        everywhere={Role.GRID_LEADER},
    ),
    "stewards:steward_about": Page(P.STEWARDS_VIEW, OWN, pk_of("steward")),
    "stewards:availability": Page(P.STEWARDS_VIEW, OWN, pk_of("steward")),
    "stewards:time_add": Page(P.STEWARDS_VIEW, OWN, pk_of("steward")),
    "stewards:time_drop": Page(P.STEWARDS_VIEW, OWN, pk_of("steward", said_pk="said"), post=True, answer=302),
    "stewards:pause_add": Page(P.STEWARDS_VIEW, OWN, pk_of("steward")),
    "stewards:pause_end": Page(P.STEWARDS_VIEW, OWN, pk_of("steward", pause_pk="steward_pause"), post=True, answer=302),
    "stewards:skill_add": Page(P.STEWARDS_VIEW, OWN, pk_of("steward")),
    "stewards:skill_edit": Page(P.STEWARDS_VIEW, OWN, held()),
    "stewards:skill_drop": Page(P.STEWARDS_VIEW, OWN, held(), post=True, answer=302),
    "stewards:skill_paper": Page(P.STEWARDS_VIEW, OWN, held(which="now")),
    "stewards:skill_confirm": Page(P.STEWARDS_MANAGE, OFFICE, held()),
    "stewards:skill_return": Page(P.STEWARDS_MANAGE, OFFICE, held()),
    "stewards:steward_note": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("steward")),
    "stewards:papers": Page(P.STEWARDS_MANAGE),
    "stewards:skill_kinds": Page(P.STEWARDS_MANAGE),
    "stewards:skill_kind_add": Page(P.STEWARDS_MANAGE),
    "stewards:skill_kind_edit": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("skill_kind")),
    "stewards:apart": Page(P.STEWARDS_MANAGE),
    "stewards:apart_end": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("apart"), post=True, answer=302),
    "stewards:two_together": Page(P.STEWARDS_MANAGE),
    "stewards:two_together_add": Page(P.STEWARDS_MANAGE),
    "stewards:two_together_end": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("two_together"), post=True, answer=302),
}


def add_records(world: World) -> None:
    """The own place's steward with a week, a time away, a pause, a skill with its certificate; who is kept apart."""
    home, office = world.homes["own"], world.actor(Role.COMMUNITY_STAFF, "own")
    user = world.actor(Role.RED_STEWARD, "own")
    assert user is not None
    assert office is not None
    community, today, now = home.community, clock.today(), clock.now()
    skills = skills_of(community)
    steward = actions.enrol(user, community)
    actions.set_week(steward, hours=[Hours(0, 480, 720), Hours(5, 540, 660)], by=user)
    paper = small_photo("olive")
    world.records |= {
        "steward": steward,
        "skill_kind": skills["pipes"],
        "said": actions.say(
            steward,
            starts_at=now + timedelta(days=2),
            ends_at=now + timedelta(days=3),
            is_free=False,
            note=world.secret,
            by=user,
        ),
        "steward_pause": actions.pause(
            steward, starts_on=today + timedelta(days=40), ends_on=None, reason=world.secret, by=user
        ),
        "held": actions.add_skill(
            steward,
            skill=skills["wiring"],
            level=StewardSkill.Level.ALONE,
            paper=Cleaned(paper.content, paper.content_type, ".jpg"),
            valid_until=today + timedelta(days=20),
            by=user,
        ),
        "apart": actions.keep_apart(steward, home=home, reason=world.secret, by=office),
        "two_together": actions.two_at(home, reason=world.secret, by=office),
    }
