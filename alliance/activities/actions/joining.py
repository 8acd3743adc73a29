"""Somebody says that they come, waits for a place, or does not come after all; who waits moves up by itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _

from alliance.activities.actions.rows import opened, ran_by
from alliance.activities.elsewhere import hold, in_the_way, warning
from alliance.activities.parties import parties_of
from alliance.activities.states import RUNNER, State
from alliance.models import Activity, ActivitySlot, Partner, SignUp
from alliance.partners.querysets import contacts_of
from community import audit
from community.models import User
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from stewards.models import Steward

_FOUND = "who comes to an activity already found"
Come = SignUp.State


@transaction.atomic
def join(
    slot: ActivitySlot,
    *,
    by: User,
    partner: Partner | None = None,
    people: int = 1,
    name: str = "",
    sure: bool = True,
) -> SignUp:
    """Come to an activity: oneself, a unit with a number of its people, or a name that who runs it writes down.

    Where there is no place left, one waits. Raises Refused where it cannot be joined any more, for somebody who comes
    already or is elsewhere at that time, without the skill that is asked for, and for more people than places; for who
    is not `sure` with what else they have promised then as a red steward, which is theirs to decide.
    """
    activity = opened(locked(Activity(pk=slot.activity_id)), State.OPEN)
    slot = locked(slot)
    runs = RUNNER in parties_of(activity, by)
    if activity.community_id not in by.scope.communities and not runs:
        raise Refused(_("这是别的社区的活动。"))
    if clock.now() >= activity.join_until and not runs:
        raise Refused(_("报名已经截止了。可以直接到现场看看还有没有位置。"))
    who = _who(activity, slot, by, partner, people, name, runs)
    if "user" in who:
        _mind_promises(activity, by, sure=sure)
    if who["people"] > slot.wanted:
        raise Refused(_("这一项一共 %(n)s 个名额。") % {"n": slot.wanted})
    state = Come.JOINED if _has_room(slot, who["people"]) else Come.WAITING
    row: SignUp = SignUp.objects.create(
        community_id=activity.community_id, activity=activity, slot=slot, state=state, recorded_by=by, **who
    )
    audit.record("activity_joined", row, by=by, changes={"state": ["", state]})
    return row


@transaction.atomic
def leave(signup: SignUp, *, by: User) -> SignUp:
    """Not come after all; whoever waits for the place gets it. Nothing is asked and nothing is counted."""
    activity = opened(locked(Activity(pk=signup.activity_id)), State.OPEN)
    row = locked(signup)
    if not is_own(row, by):
        ran_by(activity, by)
    if row.state == Come.LEFT:
        raise Refused(_("已经记下不来了。"))
    if row.came_at is not None:
        raise Refused(_("已经签到了，不用再取消。"))
    before, row.state, row.left_at = row.state, Come.LEFT, clock.now()
    row.save(update_fields=["state", "left_at"])
    audit.record("activity_left", row, by=by, changes={"state": [before, row.state]})
    if before == Come.JOINED:
        move_up(row.slot)
    return row


def move_up(slot: ActivitySlot) -> list[SignUp]:
    """Those who wait get the places that are free, in their order; whoever is too many is passed over and waits on.

    The caller holds the activity's lock. Nobody is called up for what has begun already.
    """
    activity = slot.activity
    if activity.state != State.OPEN or activity.starts_at <= clock.now():
        return []
    free = slot.wanted - standing_people(slot)
    found = []
    for row in _all().filter(slot=slot, state=Come.WAITING).order_by("at", "pk"):
        if row.people > free:
            continue
        free -= row.people
        row.state, row.moved_up_at = Come.JOINED, clock.now()
        row.save(update_fields=["state", "moved_up_at"])
        audit.record("activity_moved_up", row, by=None, changes={"state": [Come.WAITING, Come.JOINED]})
        _tell_moved_up(row, activity)
        found.append(row)
    return found


def standing_people(slot: ActivitySlot) -> int:
    """How many people have a place of this kind."""
    summed = _all().filter(slot=slot, state=Come.JOINED).aggregate(n=Sum("people"))
    return summed["n"] or 0


def _has_room(slot: ActivitySlot, people: int) -> bool:
    """Whether so many fit, and nobody waits who would fit as well: once it has begun, nobody moves up by themselves."""
    free = slot.wanted - standing_people(slot)
    return people <= free and not _all().filter(slot=slot, state=Come.WAITING, people__lte=free).exists()


def is_own(row: SignUp, user: User) -> bool:
    """Whether it is the user's own word that they come, or their unit's."""
    return row.user_id == user.pk or (row.partner_id is not None and row.partner_id in user.scope.partners)


def accounts_of_those_who_come(activity: Activity) -> list[User]:
    """Everybody with an account who comes or waits; of a unit who speaks for it."""
    rows = _all().filter(activity=activity).exclude(state=Come.LEFT).select_related("user")
    found: dict[int, User] = {}
    for row in rows:
        for one in [row.user] if row.user else contacts_of(row.partner_id) if row.partner_id else []:
            found[one.pk] = one
    return list(found.values())


def _who(
    activity: Activity, slot: ActivitySlot, by: User, partner: Partner | None, people: int, name: str, runs: bool
) -> dict[str, Any]:
    """Who comes, as the columns of a row have it."""
    standing = _all().filter(activity=activity).exclude(state=Come.LEFT)
    if partner is not None:
        if partner.pk not in by.scope.partners and not runs:
            raise Refused(_("请由这个单位的联络员来报。"))
        if standing.filter(slot=slot, partner=partner).exists():
            raise Refused(_("这个单位已经报过了。要改人数，请先取消再报。"))
        return {"partner": partner, "people": people}
    if name.strip():
        if not runs:
            raise Refused(_("替别人报名，请找张罗的人。"))
        return {"name": name.strip(), "people": 1}
    if standing.filter(user=by).exists():
        raise Refused(_("您已经报过名了。"))
    _check_free(activity, by)
    _check_skill(activity, slot, by)
    return {"user": by, "people": 1}


def _check_free(activity: Activity, user: User) -> None:
    there = _all().filter(user=user, state=Come.JOINED, activity__state=State.OPEN)
    other = there.filter(activity__starts_at__lt=activity.ends_at, activity__ends_at__gt=activity.starts_at).first()
    if other is not None:
        raise Refused(_("这个时间您已经报了“%(title)s”，请先取消那一场。") % {"title": other.activity.title})


def _mind_promises(activity: Activity, user: User, *, sure: bool) -> None:
    hold(user)
    other = None if sure else in_the_way(activity, user)
    if other is not None:
        raise Refused(warning(other))


def _check_skill(activity: Activity, slot: ActivitySlot, user: User) -> None:
    if slot.skill is None:
        return
    day = clock.local(activity.starts_at).date()
    held = Steward.objects.unscoped(reason="whether somebody has a skill that is asked for").filter(user=user)
    if not held.with_skill(slot.skill, day).exists():
        raise Refused(_("这一项要会“%(skill)s”的红管家来，请选别的一项。") % {"skill": slot.skill.label})


def _tell_moved_up(row: SignUp, activity: Activity) -> None:
    told = [row.user] if row.user else contacts_of(row.partner_id) if row.partner_id else []
    with translation.override(settings.LANGUAGE_CODE):
        said = _("轮到您了：%(title)s，名额空出来了，您已经报上了。来不了请取消一下。") % {"title": activity.title}
        other = in_the_way(activity, row.user) if row.user else None
        if other is not None:
            said += _("那个时间您还答应了%(other)s，请看看去哪一边。") % {"other": other.words}
    notify(told, about=activity, kind="activity_moved_up", text=said)


def _all() -> Any:
    return SignUp.objects.unscoped(reason=_FOUND)
