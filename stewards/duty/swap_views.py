"""Pages of swaps: ask, answer, come after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, new_id, once
from core import clock
from stewards.duty import swaps
from stewards.duty.actions.rights import parties
from stewards.duty.attendance_forms import SwapForm
from stewards.duty.states import PROMISED
from stewards.models import Assignment, Swap, SwapAsk

if TYPE_CHECKING:
    from community.models import User

ACCEPT, DECLINE = "accept", "decline"


@access(Permission.STEWARDS_VIEW)
@once
def swap_new(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Look for somebody for one's seat; who could come is known before anybody is asked."""
    seat = find_seat(request, pk)
    open_one = Swap.objects.visible_to(request.user).filter(seat=seat, state=Swap.State.OPEN).first()
    if open_one is not None:
        return redirect(open_one)
    able = swaps.could_take(seat)
    form = SwapForm(request.POST or None, able=able)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            given = form.given() if able else {"note": form.cleaned_data["note"]}
            return answer(swaps.ask_swap(seat, by=request.user, **given))
    context = {"seat": seat, "form": form, "able": able, "own": seat.steward.user_id == request.user.pk}
    return render(request, "stewards/swaps/swap_form.html", context)


@access(Permission.STEWARDS_VIEW)
def swap(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A swap: for whoever is asked with two large buttons; for whoever asked, and the office, with the answers."""
    found = find_swap(request, pk)
    asks = list(SwapAsk.objects.visible_to(request.user).filter(swap=found).select_related("steward__user"))
    mine = next((ask for ask in asks if ask.steward.user_id == request.user.pk), None)
    office = found.community_id in request.user.scope.offices_communities
    own = found.seat.steward.user_id == request.user.pk
    context = {
        "swap": found,
        "seat": found.seat,
        "shift": found.seat.slot.shift,
        "mine": mine,
        "asks": asks if own or office else [],
        "own": own,
        "office": office,
        "may_keep": found.is_open and bool(parties(found.seat, request.user)),
        "may_answer": found.is_open and mine is not None and mine.state == SwapAsk.State.OPEN,
        "submission": new_id(),
    }
    return render(request, "stewards/swaps/swap.html", context)


@access(Permission.STEWARDS_VIEW)
@require_POST
@once
def swap_answer(request: PortalRequest, pk: UUID, ask_pk: int) -> HttpResponseBase:
    """Yes or no to a swap; of somebody else the office writes it down after a call."""
    found = find_swap(request, pk)
    ask = get_object_or_404(SwapAsk.objects.visible_to(request.user).filter(swap=found), pk=ask_pk)
    ask.swap = found
    with acting(request) as answer:
        if request.POST.get("say") == ACCEPT:
            swaps.accept_swap(ask, by=request.user, channel=_channel(ask, request))
            messages.success(request, _("接好了，谢谢您。到时候见。"))
        else:
            swaps.decline_swap(ask, by=request.user)
            messages.info(request, _("好的，不要紧。"))
        answer(found)
    return redirect(found)


@access(Permission.STEWARDS_VIEW)
@require_POST
@once
def swap_keep(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Come after all."""
    found = find_swap(request, pk)
    with acting(request) as answer:
        swaps.keep_seat(found, by=request.user)
        messages.success(request, _("好的，这个班还是您的。"))
        answer(found)
    return redirect(found)


def find_swap(request: PortalRequest, pk: UUID) -> Swap:
    rows = Swap.objects.visible_to(request.user)
    names = rows.select_related("seat__slot__shift__roster", "seat__steward__user", "taken__steward__user")
    return get_object_or_404(names, pk=pk)  # type: ignore[no-any-return]


def find_seat(request: PortalRequest, pk: UUID) -> Assignment:
    """One's own seat, or for the office any of the community's."""
    rows = Assignment.objects.visible_to(request.user)
    names = rows.select_related("slot__shift__roster", "slot__skill", "steward__user", "community")
    own = names.filter(steward__user=request.user.pk)
    offices: Any = names.filter(community__in=request.user.scope.offices_communities)
    return get_object_or_404(own | offices, pk=pk)  # type: ignore[no-any-return]


def seat_tools(seat: Assignment, user: User) -> dict[str, bool]:
    """What `user` may do about a promised seat: look for somebody while it lies ahead, write down who came."""
    promised = seat.state in PROMISED
    return {
        "may_swap": promised and seat.starts_at > clock.now() and bool(parties(seat, user)),
        "may_record": promised
        and seat.starts_at <= clock.now()
        and seat.checked_out_at is None
        and not seat.is_reserve
        and seat.steward.user_id != user.pk
        and seat.community_id in user.scope.offices_communities,
    }


def _channel(ask: SwapAsk, request: PortalRequest) -> str:
    own = ask.steward.user_id == request.user.pk
    return Assignment.Channel.PORTAL if own else Assignment.Channel.PHONE
