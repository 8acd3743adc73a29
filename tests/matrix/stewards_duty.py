"""The own place's records of the duty roster, and who sees their pages."""

from __future__ import annotations

from datetime import timedelta

from community.access import Permission as P
from community.roles import Role
from core import clock
from stewards.duty import actions
from stewards.duty.actions.templates import Need
from tests.matrix.page import OFFICE, Page, pk_of, with_text
from tests.matrix.world import World
from tests.stewards.duties import a_template, seats_of, shifts_of, slots_of

OWN = OFFICE | {Role.RED_STEWARD}
WORKS_WITH = OWN | {Role.GRID_LEADER}


def seen(record: str) -> Page:
    """A page of a roster that is out: all who work with stewards see it, whatever their grid."""
    return Page(P.STEWARDS_VIEW, WORKS_WITH, pk_of(record), everywhere={Role.GRID_LEADER})


def managed(record: str) -> Page:
    return Page(P.STEWARDS_MANAGE, OFFICE, pk_of(record))


def done(record: str) -> Page:
    """A button of the office."""
    return Page(P.STEWARDS_MANAGE, OFFICE, pk_of(record), post=True, answer=302)


PAGES: dict[str, Page] = {
    "stewards:rosters": Page(P.STEWARDS_VIEW),
    "stewards:roster_new": Page(P.STEWARDS_MANAGE),
    "stewards:templates": Page(P.STEWARDS_MANAGE),
    "stewards:template_new": Page(P.STEWARDS_MANAGE),
    "stewards:template": managed("shift_template"),
    "stewards:template_use": done("shift_template"),
    "stewards:roster": seen("duty_roster"),
    "stewards:roster_sheet": seen("duty_roster"),
    "stewards:roster_search": done("duty_roster"),
    "stewards:roster_enough": done("duty_roster"),
    "stewards:roster_best": done("duty_roster"),
    "stewards:roster_send": managed("draft_roster"),
    "stewards:roster_publish": managed("duty_roster"),
    "stewards:roster_drop": managed("draft_roster"),
    "stewards:roster_answers": managed("duty_roster"),
    "stewards:roster_answers_for": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("duty_roster", steward_pk="steward")),
    "stewards:shift": seen("shift"),
    "stewards:put_in": managed("shift_slot"),
    "stewards:seat": seen("seat"),
    "stewards:seat_step": Page(P.STEWARDS_MANAGE, OFFICE, with_text("seat", step="lock"), post=True, answer=302),
    "stewards:seat_answer": Page(
        P.STEWARD_WORK, {Role.RED_STEWARD}, with_text("seat", answer="accept"), post=True, answer=302
    ),
    "stewards:answer_all": Page(P.STEWARD_WORK, {Role.RED_STEWARD}, pk_of("duty_roster"), post=True, answer=302),
    "stewards:my_shifts": Page(P.STEWARD_WORK),
    "stewards:my_duty_calendar": Page(P.STEWARD_WORK),
    "stewards:shift_wishes": Page(P.STEWARD_WORK),
}


def add_records(world: World) -> None:
    """A roster that the own place's steward was asked about, and after it a draft that only the office sees."""
    office, community = world.actor(Role.COMMUNITY_STAFF, "own"), world.homes["own"].community
    assert office is not None
    monday = clock.today() + timedelta(days=14 - clock.today().weekday())
    template = a_template(office, community, weekdays=[0], needs=[Need(None, 1)])
    roster = actions.send(actions.make(community, by=office, first=monday, days=7), by=office)
    a_template(office, community, world.secret, weekdays=[0], needs=[Need(None, 1)])
    world.records |= {
        "shift_template": template,
        "duty_roster": roster,
        "shift": shifts_of(roster)[0],
        "shift_slot": slots_of(roster)[0],
        "seat": seats_of(roster)[0],
        "draft_roster": actions.make(community, by=office, first=monday + timedelta(days=7), days=7),
    }
