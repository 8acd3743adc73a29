"""The own place's records of who came, of swaps and of missed shifts, and who sees their pages."""

from __future__ import annotations

from datetime import timedelta

from community.access import Permission as P
from community.roles import Role
from core import clock
from stewards.duty import attendance, reliability, swaps
from stewards.models import Assignment, SwapAsk
from tests.matrix.page import OFFICE, Page, pk_of
from tests.matrix.world import World
from tests.stewards.makers import a_steward
from tests.stewards.seats import PLACE, a_seat

OWN = OFFICE | {Role.RED_STEWARD}
STEWARD = {Role.RED_STEWARD}

PAGES: dict[str, Page] = {
    "stewards:swap_new": Page(P.STEWARDS_VIEW, OWN, pk_of("seat_ahead")),
    "stewards:swap": Page(P.STEWARDS_VIEW, OWN, pk_of("swap")),
    "stewards:swap_keep": Page(P.STEWARDS_VIEW, OWN, pk_of("swap"), post=True, answer=302),
    "stewards:swap_answer": Page(P.STEWARDS_VIEW, OWN, pk_of("swap", ask_pk="swap_ask"), post=True, answer=302),
    "stewards:check_in": Page(P.STEWARD_WORK, STEWARD, lambda world: {"code": world.records["check_in_point"].code}),
    "stewards:attendance": Page(P.STEWARDS_MANAGE),
    "stewards:attendance_confirm_all": Page(P.STEWARDS_MANAGE, post=True, answer=302),
    "stewards:attendance_confirm": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("attendance")),
    "stewards:attendance_decline": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("attendance")),
    "stewards:check_in_points": Page(P.STEWARDS_MANAGE),
    "stewards:check_in_point": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("check_in_point")),
    "stewards:presence": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("seat_ahead")),
    "stewards:absence": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("seat_ahead")),
    "stewards:no_show": Page(P.STEWARDS_VIEW, OWN, pk_of("no_show")),
    "stewards:no_show_decide": Page(P.STEWARDS_MANAGE, OFFICE, pk_of("no_show")),
}


def add_records(world: World) -> None:
    """A seat to come, one that looks for somebody, one that was done, one that was missed; all of the red steward."""
    community, now = world.homes["own"].community, clock.now()
    user, office = world.actor(Role.RED_STEWARD, "own"), world.actor(Role.COMMUNITY_STAFF, "own")
    assert user is not None
    assert office is not None
    steward = world.records["steward"]
    a_steward(community)
    asked = a_seat(steward, now + timedelta(days=6))
    swap = swaps.ask_swap(asked, by=user, note=world.secret)
    done = a_seat(steward, now - timedelta(days=2))
    with clock.at(done.starts_at):
        attendance.check_in(Assignment.objects.get(pk=done.pk), by=user)
    with clock.at(done.ends_at):
        came = attendance.check_out(Assignment.objects.get(pk=done.pk), by=user)
    world.records |= {
        "seat_ahead": a_seat(steward, now + timedelta(days=10)),
        "swap": swap,
        "swap_ask": SwapAsk.objects.filter(swap=swap)[0],
        "attendance": came,
        "no_show": reliability.note_no_show(a_seat(steward, now - timedelta(days=4)), by=office, note=world.secret),
        "check_in_point": attendance.make_point(community, place=PLACE, by=office),
    }
