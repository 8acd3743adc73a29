"""An activity is planned, its places are laid, it is announced and, where it must be, called off."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from alliance.activities.actions.joining import accounts_of_those_who_come, move_up, standing_people
from alliance.activities.actions.rows import moved, opened, ran_by, same
from alliance.activities.states import State
from alliance.models import Activity, ActivitySlot, Partner
from alliance.partners.actions.units import changed
from alliance.partners.querysets import office_of
from community import audit
from community.models import Community, User
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import moment

AHEAD = timedelta(days=366)
LONGEST = timedelta(hours=14)


@transaction.atomic
def plan_activity(
    community: Community,
    *,
    by: User,
    slots: Iterable[dict[str, Any]],
    partner: Partner | None = None,
    organiser: User | None = None,
    **fields: Any,
) -> Activity:
    """Plan an activity with its places; neighbours hear of it when the office announces it.

    Raises Refused for a unit that has left, times that cannot be, no places, and who may not plan one.
    """
    office = community.pk in by.scope.offices_communities
    if not office and (partner is None or partner.pk not in by.scope.partners):
        raise Refused(_("活动由社区或者联盟单位来筹备。"))
    if partner is not None and (not partner.is_active or partner.community_id != community.pk):
        raise Refused(_("这个单位已经退出了。"))
    _check_times(fields)
    row = Activity.objects.create(
        community=community, partner=partner, organiser=organiser or by, code=secrets.token_urlsafe(12), **fields
    )
    _lay_slots(row, slots)
    audit.record("activity_planned", row, by=by, changes={"title": ["", row.title]})
    if not office:
        _tell_office(row, by)
    return row


@transaction.atomic
def change_activity(activity: Activity, *, by: User, **fields: Any) -> Activity:
    """Change its words, place and time before it is over; those who come hear of another time or place.

    Where it had begun and is put off, places that were left meanwhile go to those who wait.
    """
    row = ran_by(locked(activity), by)
    if row.state not in (State.DRAFT, State.OPEN):
        raise Refused(_("活动已经办完或者取消了，不再改了。"))
    _check_times(fields, was=row)
    before = (row.starts_at, row.ends_at, row.place)
    changes = changed(row, fields)
    if changes:
        row.save()
        audit.record("activity_changed", row, by=by, changes=changes)
    if row.state == State.OPEN and before != (row.starts_at, row.ends_at, row.place):
        words = {"title": row.title, "when": _when(row), "place": row.place}
        _tell_those_who_come(row, "activity_changed", _("改了时间或地点：%(title)s，%(when)s，%(place)s。") % words)
    if before[0] <= clock.now() < row.starts_at:
        for slot in _slots(row):
            move_up(slot)
    return row


@transaction.atomic
def change_slot(
    activity: Activity,
    *,
    by: User,
    title: str,
    wanted: int,
    is_helping: bool = True,
    skill: Any = None,
    slot: ActivitySlot | None = None,
) -> ActivitySlot:
    """Add places to an activity, or change how many there are; more places let those who wait move up.

    Raises Refused for fewer places than people who have joined, and for another kind of place once somebody has.
    """
    row = opened(ran_by(locked(activity), by), State.DRAFT, State.OPEN)
    held = ActivitySlot(community_id=row.community_id, activity=row) if slot is None else same(locked(slot), row)
    taken = standing_people(held) if held.pk else 0
    if wanted < taken:
        raise Refused(_("已经有 %(n)s 个人报上了，名额不能比这少。") % {"n": taken})
    if taken and (held.is_helping, held.skill_id) != (is_helping, getattr(skill, "pk", None)):
        raise Refused(_("已经有人报名了，来做什么不能再改，请另加一种名额。"))
    held.title, held.wanted, held.is_helping = title, wanted, is_helping
    held.skill = skill if is_helping else None
    if held.pk is None:
        held.order = 1 + max((one.order for one in _slots(row)), default=0)
    held.save()
    audit.record("activity_slot_changed", row, by=by, changes={"wanted": [taken, wanted]}, reason=title)
    move_up(held)
    return held


@transaction.atomic
def announce(activity: Activity, *, by: User) -> Activity:
    """Tell the neighbours: from now on everybody can join."""
    row = locked(activity)
    if row.ends_at <= clock.now():
        raise Refused(_("时间已经过了，请先改到以后的日子。"))
    moved(row, "announce", by)
    row.announced_at = clock.now()
    row.save()
    audit.record("activity_announced", row, by=by)
    if row.organiser_id != by.pk:
        with translation.override(settings.LANGUAGE_CODE):
            said = _("公布了，可以报名了：%(title)s。") % {"title": row.title}
        notify([row.organiser], about=row, kind="activity_announced", text=said)
    return row


@transaction.atomic
def call_off(activity: Activity, *, by: User, reason: str) -> Activity:
    """It does not take place; everybody who would have come is told why."""
    row = locked(activity)
    moved(row, "cancel", by, {"reason": reason})
    row.reason = reason.strip()
    row.save()
    audit.record("activity_cancelled", row, by=by, reason=row.reason)
    words = {"title": row.title, "reason": row.reason}
    _tell_those_who_come(row, "activity_cancelled", _("取消了：%(title)s。%(reason)s") % words, urgent=_is_soon(row))
    return row


def _lay_slots(row: Activity, slots: Iterable[dict[str, Any]]) -> None:
    made = [
        ActivitySlot(community_id=row.community_id, activity=row, order=order, **fields)
        for order, fields in enumerate(slots, start=1)
        if fields["wanted"]
    ]
    if not made:
        raise Refused(_("至少要有一种名额：来帮忙的，或者来参加的。"))
    ActivitySlot.objects.bulk_create(made)


def _check_times(fields: dict[str, Any], was: Activity | None = None) -> None:
    starts, ends = fields.get("starts_at"), fields.get("ends_at")
    if starts is None or ends is None:
        return
    if not starts < ends <= starts + LONGEST:
        raise Refused(_("结束要晚于开始，一场最长 14 小时。"))
    is_moved = was is None or was.starts_at != starts
    if is_moved and not clock.now() < starts <= clock.now() + AHEAD:
        raise Refused(_("开始的时间请写以后、一年以内的。"))
    fields["join_until"] = min(fields.get("join_until") or starts, ends)


def _slots(row: Activity) -> list[ActivitySlot]:
    return list(ActivitySlot.objects.unscoped(reason="places of an activity already found").filter(activity=row))


def _when(row: Activity) -> str:
    return moment(row.starts_at)


def _is_soon(row: Activity) -> bool:
    return row.starts_at - clock.now() < timedelta(days=1)


def _tell_office(row: Activity, by: User) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        said = _("%(unit)s想办一场活动：%(title)s。请看一看，公布出去。") % {"unit": row.partner, "title": row.title}
    notify([one for one in office_of(row.community_id) if one != by], about=row, kind="activity_planned", text=said)


def _tell_those_who_come(row: Activity, kind: str, text: str, *, urgent: bool = False) -> None:
    notify(accounts_of_those_who_come(row), about=row, kind=kind, text=text, urgent=urgent)
