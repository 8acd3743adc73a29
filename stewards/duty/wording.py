"""Seats and shifts as people read them: when, whose, how it stands, and why this one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core import clock
from core.templatetags.portal import dated
from stewards.duty.states import RosterState, SeatState

if TYPE_CHECKING:
    from stewards.models import Assignment

ROSTER_TONES = {RosterState.DRAFT: "idle", RosterState.ASKED: "wait", RosterState.PUBLISHED: "good"}
SEAT_TONES = {
    SeatState.PLANNED: "idle",
    SeatState.ASKED: "wait",
    SeatState.HELD: "good",
    SeatState.SWAPPING: "warn",
    SeatState.DECLINED: "idle",
    SeatState.GIVEN_UP: "idle",
    SeatState.TAKEN_OUT: "idle",
}


def hours(start: datetime, end: datetime) -> str:
    """ "8:00–12:00", "22:00–次日 6:00"."""
    begins, ends = clock.local(start), clock.local(end)
    first, last = f"{begins.hour}:{begins:%M}", f"{ends.hour}:{ends:%M}"
    if ends.date() == begins.date():
        return f"{first}–{last}"
    return _("%(first)s–次日 %(last)s") % {"first": first, "last": last}


def when(start: datetime, end: datetime) -> str:
    """ "11月26日 周四 8:00–12:00"."""
    return _("%(day)s %(hours)s") % {"day": dated(start), "hours": hours(start, end)}


def why_words(seat: Assignment, *, own: bool) -> list[str]:
    """What speaks for the holder of a seat, in sentences."""
    why: Mapping[str, Any] = seat.why
    if why.get("swap"):
        return [_("和别人换班换来的")]
    if why.get("hand"):
        return [_("社区办公室亲手排的")]
    found = [_skill(seat), _free(why, own=own), _load(why, own=own), _wish(why, own=own)]
    if why.get("locked"):
        found.append(_("这个位置是定下不动的"))
    elif why.get("kept"):
        found.append(_("和上一次排的一样，没有动"))
    return [words for words in found if words]


def _skill(seat: Assignment) -> str:
    skill = seat.slot.skill
    return _("会%(skill)s，证书在有效期内") % {"skill": skill.label} if skill else ""


def _free(why: Mapping[str, Any], *, own: bool) -> str:
    could, also = why.get("could", 0), why.get("also", 0)
    mine = _("这段时间您说有空") if own else _("这段时间说了有空")
    if not could:
        return _("%(mine)s，别人都来不了") % {"mine": mine}
    if not also:
        return _("%(mine)s；别的有空的人（%(n)d 位）要么有班，要么要休息") % {"mine": mine, "n": could}
    return _("%(mine)s；也能来的还有 %(n)d 位") % {"mine": mine, "n": also}


def _load(why: Mapping[str, Any], *, own: bool) -> str:
    """How much they carry beside the others: hundredths of the duty that each offered."""
    if "share" not in why:
        return ""
    words = {"share": why["share"], "middle": why["middle"]}
    if own:
        return _("您能来的班里，排给您 %(share)d%%；大家一般是 %(middle)d%%") % words
    return _("能来的班里，排了 %(share)d%%；大家一般是 %(middle)d%%") % words


def _wish(why: Mapping[str, Any], *, own: bool) -> str:
    wish = why.get("wish", 0)
    if wish > 0:
        return _("您说过愿意多排这个班") if own else _("说过愿意多排这个班")
    if wish < 0:
        return _("您说过尽量少排这个班，这次没有更合适的人") if own else _("说过尽量少排这个班，这次没有更合适的人")
    return ""
