"""Pages of swaps: ask, answer, come after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.once import acting, new_id, once
from core import clock
from stewards.duty import swaps
from stewards.duty.actions.rights import parties
from stewards.duty.attendance_forms import SwapForm
from stewards.duty.planning import planned
from stewards.duty.states import PROMISED
from stewards.duty.wording import when
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
    now = planned(seat.slot.shift.roster, again=True)
    able = swaps.could_take(seat, now)
    exchanges = [(one.pk, _with_holder(one)) for one in swaps.could_exchange(seat, now)]
    form = SwapForm(request.POST or None, able=able, exchanges=exchanges)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(swaps.ask_swap(seat, by=request.user, **form.given()))
    own = seat.steward.user_id == request.user.pk
    context = {"seat": seat, "form": form, "able": able, "own": own, "anybody": able or exchanges}
    return render(request, "stewards/swaps/swap_form.html", context)


@access(Permission.STEWARDS_VIEW)
def swap(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """A swap: for whoever is asked with two large buttons; for whoever asked, and the office, with the answers."""
    found = find_swap(request, pk)
    asks = list(SwapAsk.objects.visible_to(request.user).filter(swap=found).select_related("steward__user"))
    mine = next((ask for ask in asks if ask.steward.user_id == request.user.pk), None)
    office = found.community_id in request.user.scope.offices_communities
    own = found.seat.steward.user_id == request.user.pk
    wanted = list(_named(Assignment.objects.visible_to(request.user)).filter(offered_for=found).order_by("starts_at"))
    ways = {way.ask.pk: way for way in _ways(found, asks, with_exchange=bool(wanted))}
    context = {
        "swap": found,
        "seat": found.seat,
        "shift": found.seat.slot.shift,
        "mine": mine,
        "way": ways[mine.pk] if mine else None,
        "ways": list(ways.values()) if own or office else [],
        "wanted": "\n".join(_with_holder(one) for one in wanted) if own or office else "",
        "given": _in_words(found.given) if found.given else "",
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
        if "in_return" in request.POST:
            seat = _wanted_seat(request, found)
            swaps.accept_swap(ask, by=request.user, channel=_channel(ask, request), in_return=seat)
            messages.success(request, _("换好了，谢谢您。两个班都改过来了。"))
        elif request.POST.get("say") == ACCEPT:
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
    names = rows.select_related(
        "seat__slot__shift__roster", "seat__steward__user", "taken__steward__user", "given__slot__shift"
    )
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


@dataclass(frozen=True)
class Way:
    """How one who was asked can step in: by taking the seat, or for one of their own (its key, and its words)."""

    ask: SwapAsk
    may_take: bool
    seats: list[tuple[UUID, str]]


def _ways(found: Swap, asks: list[SwapAsk], *, with_exchange: bool) -> list[Way]:
    """One for each of those who were asked; the rules are asked where some may be able to exchange alone."""
    if not (with_exchange and found.is_open):
        return [Way(ask, True, []) for ask in asks]
    now = planned(found.seat.slot.shift.roster, again=True)
    able = {one.pk for one in swaps.could_take(found.seat, now)}
    seats = [(one.steward_id, (one.pk, _in_words(one))) for one in swaps.offered(found, now)]
    return [
        Way(ask, ask.steward_id in able, [line for steward, line in seats if steward == ask.steward_id]) for ask in asks
    ]


def _wanted_seat(request: PortalRequest, found: Swap) -> Assignment:
    """The own seat that goes to whoever asked."""
    try:
        key = UUID(request.POST["in_return"])
    except ValueError:
        raise Http404 from None
    rows = _named(Assignment.objects.visible_to(request.user)).filter(offered_for=found)
    return get_object_or_404(rows, pk=key)  # type: ignore[no-any-return]


def _named(rows: Any) -> Any:
    return rows.select_related("slot__shift__roster", "steward__user")


def _in_words(seat: Assignment) -> str:
    return f"{when(seat.starts_at, seat.ends_at)} {seat.slot.shift.name}"


def _with_holder(seat: Assignment) -> str:
    return _("%(who)s：%(what)s") % {"who": seat.steward, "what": _in_words(seat)}


def _channel(ask: SwapAsk, request: PortalRequest) -> str:
    own = ask.steward.user_id == request.user.pk
    return Assignment.Channel.PORTAL if own else Assignment.Channel.PHONE
