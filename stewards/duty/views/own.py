"""A steward's own shifts: what was asked, what was promised, what they like."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock
from core.calendar_files import calendar_answer
from stewards.duty import actions
from stewards.duty.files import calendar
from stewards.duty.forms import WishesForm
from stewards.duty.listing import by_roster, seat_line
from stewards.duty.querysets import AssignmentQuerySet
from stewards.duty.states import PROMISED, SeatState
from stewards.duty.views.found import find_roster, find_seat, own_steward
from stewards.models import Assignment, ShiftTemplate, ShiftWish

SHOWN_BACK = timedelta(hours=12)


@access(Permission.STEWARD_WORK)
@require_safe
def my_shifts(request: PortalRequest) -> HttpResponse:
    """What waits for an answer first, then what one has promised."""
    seats = list(_own(request).filter(ends_at__gt=clock.now() - SHOWN_BACK))
    context = {
        "asked": by_roster(seat for seat in seats if seat.state == SeatState.ASKED),
        "held": [seat_line(seat, own=True) for seat in seats if seat.state in PROMISED],
        "declined": [seat_line(seat, own=True) for seat in seats if seat.state == SeatState.DECLINED],
    }
    return render(request, "stewards/duty/my_shifts.html", context)


@access(Permission.STEWARD_WORK)
@require_POST
def seat_answer(request: PortalRequest, pk: UUID, answer: str) -> HttpResponse:
    """One tap: I come, or not this time. Nobody asks why."""
    found = find_seat(request, pk)
    if found.steward.user_id != request.user.pk or answer not in ("accept", "decline"):
        raise Http404
    with acting(request):
        if answer == "accept":
            actions.accept(found, by=request.user)
            messages.success(request, _("记下了，到时候见。"))
        else:
            actions.decline(found, by=request.user)
            messages.success(request, _("记下了，没关系，会请别人来。"))
    return redirect("stewards:my_shifts")


@access(Permission.STEWARD_WORK)
@require_POST
def answer_all(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Yes to everything that was asked in a roster."""
    found = find_roster(request, pk)
    steward = own_steward(request)
    with acting(request):
        count = actions.accept_all(found, steward, by=request.user)
        messages.success(request, _("记下了，%(n)d 个班都答应了，谢谢您。") % {"n": count})
    return redirect("stewards:my_shifts")


@access(Permission.STEWARD_WORK)
@require_safe
def my_calendar(request: PortalRequest) -> HttpResponse:
    """The shifts one has promised, as a file for the phone's calendar."""
    seats = _own(request).filter(state__in=PROMISED, ends_at__gt=clock.now())
    content = calendar(seats, base_url=request.build_absolute_uri("/").rstrip("/"))
    return calendar_answer(content, name="duty")


@access(Permission.STEWARD_WORK)
@once
def wishes(request: PortalRequest) -> HttpResponseBase:
    """Which shifts one likes, and which one would rather not have."""
    steward = own_steward(request)
    templates = ShiftTemplate.objects.visible_to(request.user).filter(community=steward.community_id, is_active=True)
    kept = ShiftWish.objects.visible_to(request.user).filter(steward=steward)
    form = WishesForm(request.POST or None, templates=templates, wishes=dict(kept.values_list("template", "wish")))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.wish(steward, by=request.user, **form.given())
            messages.success(request, _("记下了，下一次排班会照顾到。"))
            return answer(reverse("stewards:my_shifts"))
    return render(request, "stewards/duty/wishes.html", {"form": form})


def _own(request: PortalRequest) -> AssignmentQuerySet:
    """One's own seats in the order of time, with what a line shows."""
    rows = Assignment.objects.visible_to(request.user).filter(steward__user=request.user)
    return rows.select_related("slot__shift__roster", "slot__skill", "steward").order_by("starts_at", "pk")
