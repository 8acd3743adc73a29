"""The own place's records of the partner units, and who sees their pages."""

from __future__ import annotations

from datetime import timedelta

from alliance.partners import actions
from community.access import Permission as P
from community.roles import Role
from core import clock
from tests.factories import small_photo
from tests.matrix.page import LETTERS, OFFICE, Page, pk_of, with_text
from tests.matrix.world import World, partner_of

ALLIED = {*LETTERS, Role.PARTNER_CONTACT}
UNIT = {*OFFICE, Role.PARTNER_CONTACT}
LEADERS = {Role.GRID_LEADER}
ALL_UNITS = {Role.GRID_LEADER, Role.PARTNER_CONTACT}
TRIES = {Role.GRID_LEADER: 302}

PAGES: dict[str, Page] = {
    "alliance:partners": Page(P.ALLIANCE_VIEW),
    "alliance:partner_new": Page(P.ALLIANCE_MANAGE),
    "alliance:partner": Page(P.ALLIANCE_VIEW, ALLIED, pk_of("unit"), everywhere=ALL_UNITS),
    "alliance:partner_edit": Page(P.ALLIANCE_MANAGE, OFFICE, pk_of("unit")),
    "alliance:partner_leave": Page(P.APPOINT, {Role.SECRETARY}, pk_of("unit")),
    "alliance:needs": Page(P.ALLIANCE_VIEW),
    "alliance:need_new": Page(P.REQUEST_TRIAGE),
    "alliance:need": Page(P.ALLIANCE_VIEW, ALLIED, pk_of("need"), everywhere=ALL_UNITS),
    "alliance:need_edit": Page(P.REQUEST_TRIAGE, LETTERS, pk_of("need"), everywhere=LEADERS),
    "alliance:need_drop": Page(P.REQUEST_TRIAGE, LETTERS, pk_of("need"), everywhere=LEADERS),
    "alliance:propose_match": Page(
        P.ALLIANCE_VIEW,
        ALLIED,
        pk_of("need", resource_pk="resource"),
        post=True,
        answer=302,
        everywhere=ALL_UNITS,
    ),
    "alliance:resources": Page(P.ALLIANCE_VIEW),
    "alliance:resource_new": Page(P.ALLIANCE_VIEW, answers=TRIES),
    "alliance:resource": Page(P.ALLIANCE_VIEW, ALLIED, pk_of("resource"), everywhere=ALL_UNITS),
    "alliance:resource_edit": Page(P.ALLIANCE_VIEW, UNIT, pk_of("resource")),
    "alliance:resource_withdraw": Page(P.ALLIANCE_VIEW, UNIT, pk_of("resource"), post=True, answer=302),
    "alliance:projects": Page(P.ALLIANCE_VIEW),
    "alliance:project_new": Page(P.ALLIANCE_VIEW, answers=TRIES),
    "alliance:project": Page(P.ALLIANCE_VIEW, ALLIED, pk_of("project"), everywhere=LEADERS),
    "alliance:project_step": Page(
        P.ALLIANCE_VIEW,
        ALLIED,
        with_text("project", action="agree"),
        answer=302,
        answers_own={Role.PARTNER_CONTACT: 200},
        everywhere=LEADERS,
    ),
    "alliance:pledges": Page(P.ALLIANCE_VIEW),
    "alliance:pledge_new": Page(P.ALLIANCE_VIEW, answers=TRIES),
    "alliance:pledge": Page(P.ALLIANCE_VIEW, ALLIED, pk_of("pledge"), everywhere=LEADERS),
    "alliance:pledge_photo": Page(P.ALLIANCE_VIEW, ALLIED, pk_of("kept_pledge"), everywhere=LEADERS),
    "alliance:pledge_step": Page(
        P.ALLIANCE_VIEW, ALLIED, with_text("pledge", action="report"), answers=TRIES, everywhere=LEADERS
    ),
}


def add_records(world: World) -> None:
    """A need, what the unit of the own place offers, a project that waits for it, two pledges."""
    home = world.homes["own"]
    leader, staff = world.actor(Role.GRID_LEADER, "own"), world.actor(Role.COMMUNITY_STAFF, "own")
    contact, secretary = world.actor(Role.PARTNER_CONTACT, "own"), world.actor(Role.SECRETARY, "own")
    assert leader and staff and contact and secretary  # noqa: PT018
    unit = partner_of(home)
    day = clock.today() + timedelta(days=20)
    need = actions.log_need(home.community, by=leader, topic="barber", title="想有人上门理发")
    resource = actions.offer_resource(unit, by=contact, topic="barber", title="两位理发师上门")
    kept = actions.make_pledge(unit, by=contact, title="把东墙刷白", until=day)
    world.records |= {
        "unit": unit,
        "need": need,
        "resource": resource,
        "project": actions.propose(unit, by=staff, title="一起清理楼道"),
        "pledge": actions.make_pledge(unit, by=contact, title="修好长椅", until=day),
        "kept_pledge": actions.step_pledge(
            kept, "report", by=contact, outcome=world.secret, photos=[small_photo("white")]
        ),
    }
