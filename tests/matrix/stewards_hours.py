"""The own place's records of volunteers' hours, and who sees their pages."""

from __future__ import annotations

from community.access import Permission as P
from community.roles import Role
from core import clock
from stewards.hours import actions
from stewards.models import HoursEntry
from tests.factories import small_photo
from tests.matrix import stewards_attendance
from tests.matrix.page import OFFICE, Page, pk_of
from tests.matrix.world import World

OWN = OFFICE | {Role.RED_STEWARD}
WITNESSED = OWN | {Role.GRID_LEADER}

PAGES: dict[str, Page] = {
    "stewards:my_hours": Page(P.HOURS_OWN),
    "stewards:hours_thanks": Page(P.HOURS_OWN, kwargs=lambda world: {"year": clock.today().year}),
    "stewards:hours_entry": Page(P.HOURS_OWN, OWN, pk_of("hours_entry")),
    "stewards:hours_reverse": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("hours_entry")),
    "stewards:self_report_new": Page(P.HOURS_OWN),
    "stewards:self_reports": Page(P.STEWARDS_MANAGE),
    "stewards:self_report": Page(P.HOURS_OWN, WITNESSED, pk_of("self_report")),
    "stewards:self_report_decline": Page(P.HOURS_OWN, WITNESSED, pk_of("self_report")),
    "stewards:self_report_withdraw": Page(P.HOURS_OWN, WITNESSED, pk_of("self_report")),
    "stewards:self_report_photo": Page(P.HOURS_OWN, WITNESSED, pk_of("self_report")),
    "stewards:hours_book": Page(P.STEWARDS_MANAGE),
    "stewards:hours_enter": Page(P.STEWARDS_MANAGE),
    "stewards:hours_of": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("steward_user")),
    "stewards:certificate_new": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("steward_user")),
    "stewards:certificates": Page(P.STEWARDS_MANAGE),
    "stewards:certificate_ask": Page(P.HOURS_OWN),
    "stewards:certificate": Page(P.HOURS_OWN, OWN, pk_of("certificate")),
    "stewards:certificate_pdf": Page(P.HOURS_OWN, OWN, pk_of("certificate")),
    "stewards:certificate_drop": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("certificate")),
    "stewards:certificate_revoke": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("certificate")),
    "stewards:certificate_check": Page(public=True),
    **stewards_attendance.PAGES,
}


def add_records(world: World) -> None:
    """An entry, a report that a grid leader is asked about, and an issued certificate, all of the red steward."""
    community = world.homes["own"].community
    steward, office = world.actor(Role.RED_STEWARD, "own"), world.actor(Role.COMMUNITY_STAFF, "own")
    assert steward is not None
    assert office is not None
    today = clock.today()
    said = {"community": community, "kind": HoursEntry.Kind.JOB, "day": today, "minutes": 90, "what": world.secret}
    world.records |= {
        "hours_entry": actions.enter(volunteer=steward, by=office, **said),
        "self_report": actions.report_work(
            by=steward, witness=world.actor(Role.GRID_LEADER, "own"), photos=[small_photo("green")], **said
        ),
        "certificate": actions.issue_certificate(
            by=office, volunteer=steward, community=community, starts_on=today, ends_on=today, purpose=world.secret
        ),
    }
    stewards_attendance.add_records(world)
