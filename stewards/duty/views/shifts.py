"""Pages of a shift and of a seat in it, with what the office changes by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core import clock
from stewards.duty import actions, solving
from stewards.duty.fitting import candidates
from stewards.duty.forms import PutInForm
from stewards.duty.listing import need_words, seat_line, slot_lines
from stewards.duty.states import LIVE, SeatState
from stewards.duty.swap_views import seat_tools
from stewards.duty.views.found import find_seat, find_shift, is_office, managed_seat
from stewards.duty.wording import when
from stewards.models import Assignment, ShiftSlot

STEPS: dict[str, Callable[..., Any]] = {
    "lock": actions.lock,
    "unlock": actions.unlock,
    "take-out": actions.take_out,
    "call-up": actions.call_up,
}


@access(Permission.STEWARDS_VIEW)
@require_safe
def shift(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Who is in a shift, what is missing, and for the office the buttons."""
    found = find_shift(request, pk)
    slots = ShiftSlot.objects.visible_to(request.user).filter(shift=found).select_related("skill")
    seats = Assignment.objects.visible_to(request.user).filter(slot__shift=found)
    office = is_office(request.user, found)
    if not office:
        seats = seats.live()
    context = {
        "shift": found,
        "when": when(found.starts_at, found.ends_at),
        "slots": slot_lines(slots, seats.select_related("steward__user", "slot__skill", "slot__shift")),
        "office": office and found.ends_at > clock.now() and not solving.is_searching(found.roster),
    }
    return render(request, "stewards/duty/shift.html", context)


@access(Permission.STEWARDS_MANAGE)
@once
def put_in(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Put somebody into a slot; only who may and could is offered."""
    rows = ShiftSlot.objects.visible_to(request.user).select_related("shift__roster__job", "skill")
    slot = get_object_or_404(rows, pk=pk)
    if not is_office(request.user, slot):
        raise Http404
    able = candidates(slot)
    form = PutInForm(request.POST or None, candidates=able)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.put_in(slot, by=request.user, **form.given())
            return answer(slot.shift)
    context = {
        "slot": slot,
        "needs": need_words(slot),
        "when": when(slot.shift.starts_at, slot.shift.ends_at),
        "form": form,
        "able": able,
    }
    return render(request, "stewards/duty/put_in.html", context)


@access(Permission.STEWARDS_VIEW)
@require_safe
def seat(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Why this seat is whose it is; the holder answers here, the office changes it by hand."""
    found = find_seat(request, pk)
    own, office = found.steward.user_id == request.user.pk, is_office(request.user, found)
    ahead = found.ends_at > clock.now()
    context = {
        "line": seat_line(found, own=own),
        "shift": found.slot.shift,
        "own": own,
        "office": office and ahead and found.state in LIVE and not solving.is_searching(found.slot.shift.roster),
        "may_accept": own and ahead and found.state in (SeatState.ASKED, SeatState.DECLINED),
        "may_decline": own and ahead and found.state == SeatState.ASKED,
        **seat_tools(found, request.user),
    }
    return render(request, "stewards/duty/seat.html", context)


@access(Permission.STEWARDS_MANAGE)
@require_POST
def seat_step(request: PortalRequest, pk: UUID, step: str) -> HttpResponse:
    """Lock, unlock, take out, call up."""
    found = managed_seat(request, pk)
    if step not in STEPS:
        raise Http404
    with acting(request):
        STEPS[step](found, by=request.user)
    return redirect(found.slot.shift)
