"""Pages of who came: the code at the place, what the office writes down and vouches for, and who did not come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from community.access import Permission, PortalRequest, access
from community.letters import read_code
from community.once import acting, new_id, once
from core import clock, qr
from core.forms import PortalForm
from stewards.duty import attendance, reliability
from stewards.duty.attendance_forms import AppealForm, DecideForm, MinutesForm, NoteForm, PresenceForm
from stewards.duty.states import PROMISED
from stewards.duty.swap_views import find_seat
from stewards.hours.forms import ReasonForm
from stewards.hours.views.office import office_community
from stewards.models import Assignment, Attendance, CheckInPoint, NoShow, Shift, Swap

SHOWN = 50
BACK = timedelta(days=14)
"""Shifts of so many days are looked back at."""


@access(Permission.STEWARD_WORK)
@once
def here(request: PortalRequest, code: str) -> HttpResponseBase:
    """Where the code at the place leads: one button, which says that one is there, or that one leaves."""
    points = CheckInPoint.objects.visible_to(request.user)
    point = get_object_or_404(points, code=read_code(code) or "-")
    seat = attendance.seat_at(point, request.user)
    form = PortalForm(request.POST or None)
    if request.method == "POST" and seat is not None and form.is_valid():
        with acting(request, form) as answer:
            if seat.checked_in_at is None:
                attendance.check_in(seat, by=request.user)
                messages.success(request, _("签到好了，辛苦您。走的时候再扫一次。"))
            else:
                done = attendance.check_out(seat, by=request.user)
                messages.success(request, _("签退好了，这次 %(lasting)s。谢谢您。") % {"lasting": done.lasting})
            return answer(request.path)
    context = {
        "point": point,
        "seat": seat,
        "form": form,
        "done": None if seat else _just_done(point, request),
        "next": None if seat else _next(point, request),
    }
    return render(request, "stewards/attendance/here.html", context)


def _just_done(point: CheckInPoint, request: PortalRequest) -> Attendance | None:
    rows = Attendance.objects.visible_to(request.user).filter(
        seat__steward__user=request.user, seat__slot__shift__place=point.place
    )
    found: Attendance | None = (
        rows.filter(seat__checked_out_at__gte=clock.now() - timedelta(minutes=30)).select_related("seat").first()
    )
    return found


def _next(point: CheckInPoint, request: PortalRequest) -> Assignment | None:
    rows = Assignment.objects.visible_to(request.user).filter(steward__user=request.user, state__in=PROMISED)
    ahead = rows.filter(slot__shift__place=point.place, starts_at__gt=clock.now(), is_reserve=False)
    found: Assignment | None = ahead.select_related("slot__shift").order_by("starts_at").first()
    return found


@access(Permission.STEWARDS_MANAGE)
@require_safe
def overview(request: PortalRequest) -> HttpResponse:
    """What waits for the office: who came and waits for a word, who did not say that they came, who said how it was."""
    user, now = request.user, clock.now()
    offices = {"community__in": user.scope.offices_communities}
    waiting = Attendance.objects.visible_to(user).filter(state=Attendance.State.WAITING, **offices)
    seats = Assignment.objects.visible_to(user).filter(state__in=PROMISED, is_reserve=False, **offices)
    missing = seats.filter(starts_at__gte=now - BACK, starts_at__lt=now, checked_in_at__isnull=True, no_show=None)
    inside = seats.filter(checked_in_at__isnull=False, checked_out_at__isnull=True)
    names = ("slot__shift", "steward__user")
    flags = (
        NoShow.objects.visible_to(user).filter(**offices).standing().select_related("volunteer", "seat__slot__shift")
    )
    context = {
        "waiting": list(
            waiting.select_related("seat__slot__shift", "seat__steward__user").order_by("seat__starts_at")[:SHOWN]
        ),
        "missing": list(missing.select_related(*names).order_by("-starts_at")[:SHOWN]),
        "inside": list(inside.select_related(*names).order_by("starts_at")[:SHOWN]),
        "swaps": list(
            Swap.objects.visible_to(user)
            .filter(state=Swap.State.OPEN, **offices)
            .select_related("seat__slot__shift", "seat__steward__user")
            .order_by("seat__starts_at")[:SHOWN]
        ),
        "flags": list(flags.select_related("volunteer", "seat__slot__shift")[:SHOWN]),
        "submission": new_id(),
    }
    return render(request, "stewards/attendance/overview.html", context)


@access(Permission.STEWARDS_MANAGE)
@require_POST
@once
def confirm_all(request: PortalRequest) -> HttpResponseBase:
    """Vouch for everything that waits and is not flagged."""
    with acting(request) as answer:
        count = attendance.confirm_all(office_community(request), by=request.user)
        words = ngettext("%(n)d 个班记入了时长。", "%(n)d 个班记入了时长。", count) % {"n": count}
        messages.success(request, words)
        answer("stewards:attendance")
    return redirect("stewards:attendance")


@access(Permission.STEWARDS_MANAGE)
@once
def confirm(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Vouch for one shift, with other minutes where the office knows better."""
    found = _find_attendance(request, pk)
    form = MinutesForm(request.POST or None, initial={"minutes": found.minutes})
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            attendance.confirm_attendance(found, by=request.user, **form.given())
            return answer("stewards:attendance")
    context = {"attendance": found, "seat": found.seat, "shift": found.seat.slot.shift, "form": form}
    return render(request, "stewards/attendance/confirm.html", context)


@access(Permission.STEWARDS_MANAGE)
@once
def decline(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say why a shift is not entered."""
    found = _find_attendance(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            attendance.decline_attendance(found, by=request.user, **form.given())
            return answer("stewards:attendance")
    return render(request, "stewards/attendance/decline.html", {"seat": found.seat, "form": form})


def _find_attendance(request: PortalRequest, pk: UUID) -> Attendance:
    rows = Attendance.objects.visible_to(request.user)
    return get_object_or_404(  # type: ignore[no-any-return]
        rows.select_related("seat__slot__shift", "seat__steward__user", "community"), pk=pk
    )


@access(Permission.STEWARDS_MANAGE)
@once
def presence(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Write down who came without a phone; or go on to note that nobody came."""
    seat = find_seat(request, pk)
    form = PresenceForm(request.POST or None, seat=seat)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            attendance.record_presence(seat, by=request.user, **form.given())
            return answer("stewards:attendance")
    return render(request, "stewards/attendance/presence.html", {"seat": seat, "form": form})


@access(Permission.STEWARDS_MANAGE)
@once
def absence(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Note that somebody did not come: what that means, before the button."""
    seat = find_seat(request, pk)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            reliability.note_no_show(seat, by=request.user, **form.given())
            return answer("stewards:attendance")
    lines = [(reliability.STANDS_DAYS, _("天以后自动消除")), (0, _("分钟时长受影响，派活、排班也不看它"))]
    return render(request, "stewards/attendance/absence.html", {"seat": seat, "form": form, "lines": lines})


@access(Permission.STEWARDS_VIEW)
@once
def no_show(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The note, for the steward with the field in which to say how it was, for the office with what to decide."""
    flag = _find_flag(request, pk)
    own = flag.volunteer_id == request.user.pk
    may_appeal = own and not flag.is_over and flag.appealed_at is None
    form = AppealForm(request.POST or None)
    if request.method == "POST" and may_appeal and form.is_valid():
        with acting(request, form) as answer:
            return answer(reliability.appeal(flag, by=request.user, **form.given()))
    open_appeal = flag.appealed_at is not None and flag.decided_at is None
    context = {
        "flag": flag,
        "shift": flag.seat.slot.shift,
        "own": own,
        "form": form,
        "may_appeal": may_appeal,
        "may_decide": open_appeal and not own and flag.noted_by_id != request.user.pk,
        "waits": open_appeal,
    }
    return render(request, "stewards/attendance/no_show.html", context)


@access(Permission.STEWARDS_MANAGE)
@once
def no_show_decide(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Decide an appeal."""
    flag = _find_flag(request, pk)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(reliability.decide_appeal(flag, by=request.user, **form.given()))
    return render(request, "stewards/attendance/no_show_decide.html", {"flag": flag, "form": form})


def _find_flag(request: PortalRequest, pk: UUID) -> NoShow:
    rows = NoShow.objects.visible_to(request.user)
    names = rows.select_related("volunteer", "noted_by", "decided_by", "seat__slot__shift")
    return get_object_or_404(names, pk=pk)  # type: ignore[no-any-return]


@access(Permission.STEWARDS_MANAGE)
@once
def points(request: PortalRequest) -> HttpResponseBase:
    """The codes of the places, one sheet each to be hung up; a new one makes the old worthless."""
    community = office_community(request)
    form = PortalForm(request.POST or None)
    places = _places(request)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            place = request.POST.get("place", "")
            if place not in places:
                raise Http404
            attendance.make_point(community, place=place, by=request.user)
            return answer("stewards:check_in_points")
    made = {one.place: one for one in CheckInPoint.objects.visible_to(request.user).filter(community=community)}
    context = {
        "places": [{"place": place, "point": made.get(place)} for place in places],
        "form": form,
    }
    return render(request, "stewards/attendance/points.html", context)


@access(Permission.STEWARDS_MANAGE)
@require_safe
def point_sheet(request: PortalRequest, pk: int) -> HttpResponse:
    """The sheet with the code, as it hangs at the place."""
    offices = request.user.scope.offices_communities
    point = get_object_or_404(CheckInPoint.objects.visible_to(request.user).filter(community__in=offices), pk=pk)
    url = f"{settings.SITE_URL}{reverse('stewards:check_in', args=[point.code])}"
    context: dict[str, Any] = {"point": point, "qr": qr.svg(url, _("签到的二维码")), "url": url}
    return render(request, "stewards/attendance/point_sheet.html", context)


def _places(request: PortalRequest) -> list[str]:
    """Where shifts are done from now on, and were lately."""
    rows = Shift.objects.visible_to(request.user).filter(
        community__in=request.user.scope.offices_communities, starts_at__gte=clock.now() - BACK
    )
    return sorted(set(rows.values_list("place", flat=True).distinct()))
