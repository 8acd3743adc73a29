"""Who was there: ticked off a list or by the code on the sheet, and for how long they helped."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from alliance.activities.actions.joining import is_own, move_up
from alliance.activities.actions.rows import opened, ran_by, same
from alliance.activities.parties import parties_of
from alliance.activities.states import RUNNER, State
from alliance.models import Activity, ActivitySlot, SignUp
from community import audit
from community.models import User
from core import clock
from core.refusal import Refused
from core.scoping import locked
from stewards.hours.actions import enter
from stewards.models import HoursEntry

# The code on the sheet opens so long before the beginning, and closes so long after the end.
EARLY, LATE = timedelta(hours=1), timedelta(hours=1)
# One may have set up and cleared away: so much more than it lasted, in minutes, can be confirmed.
MORE = 180
Come = SignUp.State


@transaction.atomic
def check_in(signup: SignUp, *, by: User, people: int | None = None) -> SignUp:
    """They are there: said by who runs it, or by themselves with the code while it takes place.

    Whoever waited and came all the same has a place. Raises Refused outside the time, and for more than said.
    """
    activity = opened(locked(Activity(pk=signup.activity_id)), State.OPEN)
    row = locked(signup)
    _check_may_tick(activity, row, by)
    if row.state == Come.LEFT:
        raise Refused(_("已经记下不来了，请当作当天来的登记。"))
    if row.came_at is not None:
        return row
    row.came_at, row.checked_in_by = clock.now(), by
    row.came_people = people or row.people
    if row.partner_id is None and row.came_people != 1:
        raise Refused(_("一个人请一个一个签到。"))
    if row.state == Come.WAITING:
        row.state, row.moved_up_at = Come.JOINED, row.came_at
    row.save(update_fields=["state", "moved_up_at", "came_at", "checked_in_by", "came_people"])
    audit.record("activity_checked_in", row, by=by)
    return row


@transaction.atomic
def take_back_check_in(signup: SignUp, *, by: User) -> SignUp:
    """It was ticked by mistake: whoever had waited waits on, and whoever had not joined does not come.

    Raises Refused once the hours are confirmed.
    """
    activity = opened(ran_by(locked(Activity(pk=signup.activity_id)), by), State.OPEN)
    row: SignUp = same(locked(signup), activity)
    if row.settled_at is not None:
        raise Refused(_("已经核对过了。要改，请到时长本里冲销再记。"))
    if row.came_at is None:
        return row
    if row.is_walk_in:
        row.state, row.left_at = Come.LEFT, clock.now()
    elif row.moved_up_at == row.came_at:
        row.state, row.moved_up_at = Come.WAITING, None
    row.came_at = row.checked_in_by = row.came_people = None
    row.save(update_fields=["state", "left_at", "moved_up_at", "came_at", "checked_in_by", "came_people"])
    audit.record("activity_check_in_undone", row, by=by)
    move_up(row.slot)
    row.refresh_from_db()
    return row


@transaction.atomic
def walk_in(slot: ActivitySlot, *, by: User, name: str = "") -> SignUp:
    """Somebody comes who had not joined: oneself with the code, or a name that who runs it writes down. There is always
    room for whoever is there."""
    activity = opened(locked(Activity(pk=slot.activity_id)), State.OPEN)
    if name.strip():
        ran_by(activity, by)
        _check_time(activity, runs=True)
        who: dict[str, object] = {"name": name.strip()}
    else:
        _check_time(activity, runs=RUNNER in parties_of(activity, by))
        if activity.community_id not in by.scope.communities:
            raise Refused(_("这是别的社区的活动。"))
        there = SignUp.objects.unscoped(reason="whether one comes already").filter(activity=activity, user=by)
        before = there.exclude(state=Come.LEFT).first()
        if before is not None:
            return check_in(before, by=by)
        who = {"user": by}
    row: SignUp = SignUp.objects.create(
        community_id=activity.community_id,
        activity=activity,
        slot=same(locked(slot), activity),
        recorded_by=by,
        is_walk_in=True,
        came_at=clock.now(),
        came_people=1,
        checked_in_by=by,
        **who,
    )
    audit.record("activity_walked_in", row, by=by)
    return row


@transaction.atomic
def settle(signup: SignUp, *, by: User, minutes: int) -> SignUp:
    """Confirm how long a helper was there; an account's minutes go into the book of hours, once.

    Raises Refused for one's own, for who was not there or came to be helped, and for more than can be.
    """
    activity = opened(ran_by(locked(Activity(pk=signup.activity_id)), by), State.OPEN, State.HELD, State.PUBLISHED)
    row: SignUp = same(locked(signup), activity)
    if row.came_at is None or not row.slot.is_helping:
        raise Refused(_("到场帮忙的人才记时长。"))
    if row.settled_at is not None:
        raise Refused(_("已经核对过了。要改，请到时长本里冲销再记。"))
    if row.user_id == by.pk:
        raise Refused(_("自己的时长要请另一位来确认。"))
    if not 0 <= minutes <= activity.minutes + MORE:
        raise Refused(_("时长最多写 %(n)s 分钟。") % {"n": activity.minutes + MORE})
    if row.user and minutes:
        enter(
            volunteer=row.user,
            community=activity.community,
            kind=HoursEntry.Kind.ACTIVITY,
            day=clock.local(activity.starts_at).date(),
            minutes=minutes,
            what=activity.title,
            about=f"alliance.signup:{row.pk}",
            by=by,
        )
    row.minutes, row.settled_at, row.settled_by = minutes, clock.now(), by
    row.save(update_fields=["minutes", "settled_at", "settled_by"])
    audit.record("activity_hours_settled", row, by=by, changes={"minutes": [None, minutes]})
    return row


def _check_may_tick(activity: Activity, row: SignUp, by: User) -> None:
    runs = RUNNER in parties_of(activity, by)
    if not runs and not is_own(row, by):
        raise Refused(_("请由本人或者张罗的人来签到。"))
    _check_time(activity, runs=runs)


def _check_time(activity: Activity, *, runs: bool) -> None:
    now = clock.now()
    if now < activity.starts_at - EARLY:
        raise Refused(_("还没到时间，开始前一小时起可以签到。"))
    if not runs and now > activity.ends_at + LATE:
        raise Refused(_("活动已经结束了，请张罗的人补记。"))
