"""Who came: by the code at the place, or written down by the office; what was forgotten is capped and flagged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.letters import new_code
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.scoping import locked
from core.templatetags.portal import moment
from stewards.duty import swaps
from stewards.duty.states import PROMISED, SEATS, SYSTEM, SeatState
from stewards.hours import actions as hours
from stewards.models import Assignment, Attendance, CheckInPoint, HoursEntry, Swap

if TYPE_CHECKING:
    from community.models import Community, User
    from stewards.duty.attendance_querysets import AttendanceQuerySet

EARLY = timedelta(hours=1)
"""So long before a shift one may say that one is there."""
LATE = timedelta(hours=2)
"""So long after its end one may still say that one leaves; then it was forgotten."""
_WHY = "the seats of a place or a shift already found"


@transaction.atomic
def make_point(community: Community, *, place: str, by: User) -> CheckInPoint:
    """A new code for a place; the paper with the old one is worthless from now on."""
    _office(community.pk, by)
    code = new_code()
    point: CheckInPoint
    point, made = CheckInPoint.objects.unscoped(reason=_WHY).get_or_create(
        community=community, place=place.strip()[:60], defaults={"code": code}
    )
    if not made:
        point.code, point.made_at = code, clock.now()
        point.save(update_fields=["code", "made_at"])
    audit.record("check_in_point_made", point, by=by)
    return point


def seat_at(point: CheckInPoint, user: User) -> Assignment | None:
    """The seat of somebody at this place that is on now, about to begin, or just over; the one they are in first."""
    now = clock.now()
    here = Assignment.objects.unscoped(reason=_WHY).filter(
        community=point.community_id,
        slot__shift__place=point.place,
        steward__user=user,
        state__in=PROMISED,
        is_reserve=False,
        starts_at__lte=now + EARLY,
        ends_at__gte=now - LATE,
    )
    found: Assignment | None = (
        here.filter(checked_out_at__isnull=True)
        .select_related("slot__shift__roster", "steward__user")
        .order_by("starts_at")
        .first()
    )
    return found


@transaction.atomic
def check_in(seat: Assignment, *, by: User) -> Assignment:
    """Say that one is there. Whoever was looking for a swap is not any more.

    Raises Refused long before, after the end, for a reserve whom nobody called, and for what is not one's own.
    """
    swap = _open_swap(seat)
    fresh = _present(seat, by)
    now = clock.now()
    if now < fresh.starts_at - EARLY:
        raise Refused(_("来得真早。开始前一小时内再签到。"))
    if now > fresh.ends_at:
        raise Refused(_("这个班已经结束了。来过的话请告诉社区，由社区补记。"))
    if fresh.checked_in_at is None:
        _end_swap(fresh, swap)
        fresh.checked_in_at, fresh.checked_in_by = now, by
        fresh.save(update_fields=["checked_in_at", "checked_in_by", "state"])
        audit.record("checked_in", fresh, by=by)
    return fresh


@transaction.atomic
def check_out(seat: Assignment, *, by: User) -> Attendance:
    """Say that one leaves: the minutes are counted and wait for the office to vouch for them."""
    fresh = _present(seat, by)
    if fresh.checked_in_at is None:
        raise Refused(_("还没有签到，请先签到。"))
    if fresh.checked_out_at is not None:
        return _attendance(fresh)
    now = clock.now()
    return _left(fresh, min(now, fresh.ends_at) if now > fresh.ends_at + LATE else now, by)


@transaction.atomic
def record_presence(seat: Assignment, *, came_at: datetime, left_at: datetime, by: User) -> Attendance:
    """The office writes down who came without a phone, and vouches for it: the hours are entered at once."""
    _office(seat.community_id, by)
    swap = _open_swap(seat)
    fresh = _with_names(seat)
    if by.pk == seat.steward.user_id:
        raise Refused(_("自己的时长要请另一位来确认。"))
    if fresh.state not in PROMISED or fresh.checked_out_at is not None:
        raise Refused(_("这个班已经记过了，或者不是这位红管家的了。"))
    if not came_at < left_at <= clock.now():
        raise Refused(_("走的时间要在来的时间以后，也不能还没到。"))
    if came_at < fresh.starts_at - EARLY or left_at > fresh.ends_at + LATE or came_at >= fresh.ends_at:
        raise Refused(_("时间和这个班对不上，请再看一看。"))
    _end_swap(fresh, swap)
    fresh.checked_in_at, fresh.checked_in_by = came_at, by
    fresh.save(update_fields=["checked_in_at", "checked_in_by", "state"])
    return confirm_attendance(_left(fresh, left_at, by), by=by)


@transaction.atomic
def confirm_attendance(attendance: Attendance, *, by: User, minutes: int | None = None) -> Attendance:
    """Vouch for a shift: its minutes, or those that the office knows to be right, come into the book."""
    attendance = _waiting(attendance, by)
    seat = attendance.seat
    if minutes is not None:
        attendance.minutes = minutes
    attendance.entry = hours.enter(
        volunteer=seat.steward.user,
        community=attendance.community,
        kind=HoursEntry.Kind.DUTY,
        day=seat.slot.shift.day,
        minutes=attendance.minutes,
        what=seat.slot.shift.name,
        about=f"stewards.assignment:{seat.pk}",
        by=by,
    )
    return _decided(attendance, Attendance.State.CONFIRMED, by)


@transaction.atomic
def confirm_all(community: Community, *, by: User) -> int:
    """Vouch for everything that waits and is not flagged; one's own is left to another. Gives how many."""
    _office(community.pk, by)
    waiting = _of(community).filter(state=Attendance.State.WAITING, seat__is_capped=False)
    rows = list(waiting.exclude(seat__steward__user=by).order_by("seat__steward__user", "pk"))
    for attendance in rows:
        confirm_attendance(attendance, by=by)
    return len(rows)


@transaction.atomic
def decline_attendance(attendance: Attendance, *, reason: str, by: User) -> Attendance:
    """Say why a shift is not entered; the steward reads it."""
    attendance = _waiting(attendance, by)
    if not reason.strip():
        raise Refused(_("请写明为什么不记，红管家看得到。"))
    attendance.reason = reason.strip()[:120]
    attendance = _decided(attendance, Attendance.State.DECLINED, by)
    seat = attendance.seat
    text = _("%(when)s的%(shift)s没有记入时长：%(reason)s") % {
        "when": moment(seat.starts_at),
        "shift": seat.slot.shift.name,
        "reason": attendance.reason,
    }
    notify([seat.steward.user], about=seat.slot.shift, kind="attendance_declined", text=text)
    return attendance


def close_forgotten() -> int:
    """Whoever forgot to say that they left has left at the end of the shift; flagged for the office. Gives how many."""
    now = clock.now()
    seats = Assignment.objects.unscoped(reason="shifts that are over while somebody is still checked in")
    open_ones = seats.filter(checked_in_at__isnull=False, checked_out_at__isnull=True, ends_at__lt=now - LATE)
    return sum(_close(seat) for seat in open_ones.order_by("pk"))


@transaction.atomic
def _close(seat: Assignment) -> int:
    fresh = _with_names(seat)
    if fresh.checked_in_at is None or fresh.checked_out_at is not None:
        return 0
    fresh.is_capped = True
    _left(fresh, max(fresh.ends_at, fresh.checked_in_at), None)
    text = _("%(when)s的%(shift)s您忘了签退，先按班次结束的时间算，社区会核对。") % {
        "when": moment(fresh.starts_at),
        "shift": fresh.slot.shift.name,
    }
    notify([fresh.steward.user], about=fresh.slot.shift, kind="attendance_capped", text=text)
    return 1


def _left(seat: Assignment, moment_left: datetime, by: User | None) -> Attendance:
    seat.checked_out_at, seat.checked_out_by = moment_left, by
    seat.save(update_fields=["checked_out_at", "checked_out_by", "is_capped"])
    attendance = Attendance.objects.create(community_id=seat.community_id, seat=seat, minutes=minutes_of(seat))
    changes = {"minutes": [None, attendance.minutes]}
    audit.record("check_out_forgotten" if by is None else "checked_out", seat, by=by, changes=changes)
    return attendance


def minutes_of(seat: Assignment) -> int:
    """From coming to leaving in whole minutes, at least one; what lies before the shift's beginning does not count."""
    assert seat.checked_in_at is not None
    assert seat.checked_out_at is not None
    lasted = seat.checked_out_at - max(seat.checked_in_at, seat.starts_at)
    return max(1, int(lasted.total_seconds() // 60))


def _present(seat: Assignment, by: User) -> Assignment:
    fresh = _with_names(seat)
    if by.pk != fresh.steward.user_id:
        raise Refused(_("签到、签退要本人来；不用手机的由社区代记。"))
    if fresh.state not in PROMISED:
        raise Refused(_("这个班现在不是您的，请看看“我的班”。"))
    if fresh.is_reserve:
        raise Refused(_("您是这个班的候补，请您顶上的时候再签到。"))
    return fresh


def _with_names(seat: Assignment) -> Assignment:
    fresh = locked(seat)
    fresh.slot, fresh.steward = seat.slot, seat.steward
    return fresh


def _open_swap(seat: Assignment) -> Swap | None:
    """Locked before the seat, as by everybody who answers a swap."""
    rows = Swap.objects.unscoped(reason=_WHY).filter(seat=seat.pk, state=Swap.State.OPEN)
    return rows.select_for_update().first()


def _end_swap(seat: Assignment, swap: Swap | None) -> None:
    """They came: whoever was asked to take over need not any more."""
    if seat.state != SeatState.SWAPPING:
        return
    seat.state = SEATS.find(seat.state, "keep", (SYSTEM,)).target
    if swap is not None:
        swaps.close(swap, Swap.State.KEPT, by=None)


def _waiting(attendance: Attendance, by: User) -> Attendance:
    _office(attendance.community_id, by)
    seat = attendance.seat
    attendance = locked(attendance)
    attendance.seat = seat
    if attendance.state != Attendance.State.WAITING:
        raise Refused(_("有人先核对过了，请看一看。"))
    if by.pk == seat.steward.user_id:
        raise Refused(_("自己的时长要请另一位来确认。"))
    return attendance


def _decided(attendance: Attendance, state: str, by: User) -> Attendance:
    attendance.state, attendance.decided_at, attendance.decided_by = state, clock.now(), by
    attendance.save()
    audit.record(f"attendance_{state}", attendance.seat, by=by, reason=attendance.reason)
    return attendance


def _attendance(seat: Assignment) -> Attendance:
    found: Attendance = Attendance.objects.unscoped(reason=_WHY).get(seat=seat)
    return found


def _of(community: Community) -> AttendanceQuerySet:
    rows = Attendance.objects.unscoped(reason=_WHY).filter(community=community)
    return rows.select_related("seat__slot__shift", "seat__steward__user", "community")


def _office(community_id: int, by: User) -> None:
    if community_id not in by.scope.offices_communities:
        raise Refused(_("到岗由社区办公室来核对。"))
