"""The own place's records of activities, and who sees their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from alliance.activities import actions
from alliance.models import Activity, ActivityPhoto, ActivitySlot, SignUp
from community.access import OF_ROLE
from community.access import Permission as P
from community.roles import Role
from core import clock
from tests.factories import small_photo
from tests.matrix.page import COMMITTEE, OFFICE, Page, pk_of, with_text
from tests.matrix.world import World, partner_of

RUNS = {*OFFICE, Role.PARTNER_CONTACT}
JOINS = {role for role in Role.values if P.ACTIVITY_JOIN in OF_ROLE[role]} | COMMITTEE
WHY = "a test's own rows"


def code_of(world: World) -> dict[str, Any]:
    """The keyword argument that names the code of the open activity."""
    return {"code": world.records["activity"].code}


PAGES: dict[str, Page] = {
    "alliance:changes": Page(public=True),
    "alliance:activity_photo": Page(public=True, kwargs=pk_of("told_photo")),
    "alliance:photo_drop": Page(P.ACTIVITY_JOIN, RUNS, pk_of("held_photo"), post=True, answer=302),
    "alliance:activities": Page(P.ALLIANCE_VIEW),
    "alliance:activity_new": Page(P.ALLIANCE_VIEW, answers={Role.GRID_LEADER: 302}),
    "alliance:activity_here": Page(P.ACTIVITY_JOIN, JOINS, code_of, everywhere=JOINS),
    "alliance:activity": Page(public=True, kwargs=pk_of("activity")),
    "alliance:activity_file": Page(public=True, kwargs=pk_of("activity")),
    "alliance:activity_edit": Page(P.ACTIVITY_JOIN, RUNS, pk_of("activity")),
    "alliance:slot_new": Page(P.ACTIVITY_JOIN, RUNS, pk_of("activity")),
    "alliance:slot_edit": Page(P.ACTIVITY_JOIN, RUNS, pk_of("activity", slot_pk="activity_slot")),
    "alliance:activity_join": Page(
        P.ACTIVITY_JOIN,
        JOINS,
        pk_of("activity", slot_pk="activity_slot"),
        post=True,
        answer=302,
        everywhere=JOINS,
    ),
    "alliance:activity_step": Page(P.ACTIVITY_JOIN, RUNS, with_text("activity", action="cancel")),
    "alliance:activity_desk": Page(P.ACTIVITY_JOIN, RUNS, pk_of("held_activity")),
    "alliance:activity_code": Page(P.ACTIVITY_JOIN, RUNS, pk_of("activity")),
    "alliance:activity_close": Page(P.ACTIVITY_JOIN, RUNS, pk_of("activity")),
    "alliance:activity_photos": Page(P.ACTIVITY_JOIN, RUNS, pk_of("held_activity")),
    "alliance:activity_feedback": Page(P.ACTIVITY_JOIN, JOINS, pk_of("held_activity"), everywhere=JOINS),
    "alliance:signup_leave": Page(P.ACTIVITY_JOIN, RUNS | {Role.RESIDENT}, pk_of("signup"), post=True, answer=302),
    "alliance:signup_check": Page(P.ACTIVITY_JOIN, RUNS, pk_of("signup"), post=True, answer=302),
    "alliance:signup_settle": Page(P.ACTIVITY_JOIN, RUNS, pk_of("signup")),
}


def add_records(world: World) -> None:
    """An activity that can be joined, one that is over, and one whose result is out."""
    resident = world.actor(Role.RESIDENT, "own")
    assert resident is not None
    activity, held, told = _activity(world, 48), _activity(world, 48), _activity(world, 48)
    slot = ActivitySlot.objects.unscoped(reason=WHY).get(activity=activity)
    world.records |= {
        "activity": activity,
        "activity_slot": slot,
        "signup": actions.join(slot, by=resident),
        "held_photo": _over(world, held),
        "held_activity": held,
        "told_photo": _over(world, told, is_out=True),
    }


def _activity(world: World, hours: int) -> Activity:
    staff, home = world.actor(Role.COMMUNITY_STAFF, "own"), world.homes["own"]
    assert staff is not None
    starts_at = clock.now() + timedelta(hours=hours)
    row = actions.plan_activity(
        home.community,
        by=staff,
        partner=partner_of(home),
        slots=[{"title": "来帮忙", "wanted": 9}],
        topic="barber",
        title="免费理发",
        place="小广场",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
    )
    return actions.announce(row, by=staff)


def _over(world: World, activity: Activity, *, is_out: bool = False) -> ActivityPhoto:
    """It was held, with somebody who came and a photo; its list is for who runs it alone."""
    staff = world.actor(Role.COMMUNITY_STAFF, "own")
    assert staff is not None
    slot = ActivitySlot.objects.unscoped(reason=WHY).get(activity=activity)
    with clock.at(activity.starts_at + timedelta(minutes=5)):
        actions.walk_in(slot, by=staff, name=world.secret)
        minutes = {one.pk: 60 for one in SignUp.objects.unscoped(reason=WHY).filter(activity=activity)}
        made = actions.add_photos(activity, by=staff, photos=[small_photo("navy")], moment="after")
        activity.refresh_from_db()
        actions.close(activity, by=staff, minutes=minutes)
        if is_out:
            actions.publish(activity, by=staff, outcome="剪了二十位。")
    activity.refresh_from_db()
    return made[0]
