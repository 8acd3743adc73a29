"""Swaps: whoever cannot come asks others, and stays responsible for the seat until one of them has said yes.

They may offer to take seats of others for it; then both change hands at once. Locked are, in this order: the swap, the
question, the roster, its seats, the stewards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from community.notices import notify
from core import clock
from core.refusal import Refused
from core.rosters.why import who_could
from core.scoping import locked
from core.templatetags.portal import moment
from stewards.duty import solving
from stewards.duty.actions.rights import parties
from stewards.duty.fitting import exchangeable, must_fit, must_fit_exchanged, objections
from stewards.duty.planning import Planned, planned, seat_of
from stewards.duty.states import OFFICE, SEATS, STEWARD, SYSTEM, SeatState
from stewards.duty.telling import leaders_of, office_of
from stewards.duty.wording import when
from stewards.models import Assignment, Steward, Swap, SwapAsk

if TYPE_CHECKING:
    from community.models import User
    from stewards.duty.swap_querysets import SwapAskQuerySet

SOON = timedelta(hours=48)
"""From so long before a shift the leaders and the office hear of a swap."""
MOST = 12
"""So many seats of others are offered to be taken in return, those nearest in time."""
_WHY = "the questions of a swap already found"
# A seat of one's own that lies so near may stand in the way of another.
_NEAR = timedelta(days=3)
Channel = Assignment.Channel


def could_take(seat: Assignment, now: Planned | None = None) -> list[Steward]:
    """Who could take over this seat under all hard rules, whoever carries least first. `now` is its roster as it is,
    where the caller has looked at it already."""
    now = now or planned(seat.slot.shift.roster, again=True)
    if str(seat.slot_id) not in now.problem.slot:
        return []
    others = now.seats - {seat_of(seat)}
    problem = replace(now.problem, locked=others, refused=now.problem.refused & now.expired)
    able = who_could(problem, others, str(seat.slot_id))
    return [now.stewards[key] for key in able if key != str(seat.steward_id)]


def could_exchange(seat: Assignment, now: Planned | None = None) -> list[Assignment]:
    """Seats of others in the same roster that could be exchanged for this one, as far as their holders said yes to
    them and they lie ahead; those nearest in time, in order."""
    now = now or planned(seat.slot.shift.roster, again=True)
    rows = Assignment.objects.unscoped(reason="the seats of the roster of a seat already found")
    others = rows.filter(
        slot__shift__roster=seat.slot.shift.roster_id,
        state=SeatState.HELD,
        is_reserve=seat.is_reserve,
        starts_at__gt=clock.now(),
        checked_in_at__isnull=True,
    ).exclude(slot__shift=seat.slot.shift_id)
    held = others.exclude(steward=seat.steward_id).select_related("slot__shift", "steward__user")
    near = sorted(held, key=lambda one: (abs(one.starts_at - seat.starts_at), str(one.pk)))
    return sorted(islice(exchangeable(now, seat, near), MOST), key=lambda one: (one.starts_at, str(one.pk)))


def offered(swap: Swap, now: Planned) -> list[Assignment]:
    """The seats that whoever asked would take in return and that could still be exchanged, in order."""
    rows = Assignment.objects.unscoped(reason=_WHY).filter(offered_for=swap, state=SeatState.HELD)
    ahead = rows.filter(starts_at__gt=clock.now(), checked_in_at__isnull=True).order_by("starts_at", "pk")
    return list(exchangeable(now, swap.seat, ahead.select_related("slot__shift", "steward__user")))


@transaction.atomic
def ask_swap(
    seat: Assignment,
    *,
    by: User,
    note: str = "",
    stewards: Collection[UUID] | None = None,
    in_return: Collection[UUID] = (),
) -> Swap:
    """Ask all who could take the seat, or just these, and the holders of the seats that would be taken `in_return`.
    The office hears of it where the shift is near or nobody can.

    Raises Refused once the shift has begun, for somebody who could not come, and for a seat that cannot be exchanged.
    """
    _quiet(seat)
    seat = _found(seat)
    step = SEATS.find(seat.state, "ask_swap", parties(seat, by))
    if seat.starts_at <= clock.now():
        raise Refused(_("这个班已经开始了，来不了请马上打电话告诉社区。"))
    now = planned(seat.slot.shift.roster, again=True)
    asked = [one for one in could_take(seat, now) if stewards is None or one.pk in stewards]
    if stewards is not None and len(asked) < len(set(stewards)):
        raise Refused(_("选的人里有的那时来不了，请再看看名单。"))
    wanted = [one for one in could_exchange(seat, now) if one.pk in in_return] if in_return else []
    if len(wanted) < len(set(in_return)):
        raise Refused(_("选的班里有的现在换不了了，请再看看。"))
    holders = {one.steward_id: one.steward for one in wanted}
    asked = [one for one in asked if one.pk not in holders]
    seat.state = step.target
    seat.save(update_fields=["state"])
    swap = Swap.objects.create(
        community_id=seat.community_id, seat=seat, note=note.strip()[:80], to_all=stewards is None, asked_by=by
    )
    everybody = [*holders.values(), *asked]
    SwapAsk.objects.bulk_create(SwapAsk(community_id=seat.community_id, swap=swap, steward=one) for one in everybody)
    _offer(swap, wanted)
    audit.record("swap_asked", swap, by=by, reason=swap.note)
    text = _("%(who)s %(when)s的%(shift)s来不了，您能替一下吗？") % _words(swap)
    notify([one.user for one in asked], about=swap, kind="swap_asked", text=text, urgent=_is_soon(seat))
    text = _("%(who)s %(when)s的%(shift)s来不了，想和您对换一个班，您看行吗？") % _words(swap)
    notify([one.user for one in holders.values()], about=swap, kind="swap_asked", text=text, urgent=_is_soon(seat))
    _tell_office(swap, nobody=not everybody)
    return swap


@transaction.atomic
def accept_swap(
    ask: SwapAsk, *, by: User, channel: str = Channel.PORTAL, in_return: Assignment | None = None
) -> Assignment:
    """Take the seat over: from now on it is theirs. With `in_return` one of their own goes to whoever asked, both at
    once. Of two who say yes at once the first has it.

    Raises Refused where it is taken, past, or against a hard rule; where the own seat is not one that was asked for or
    is not theirs any more; for a chain, where a seat of one's own that is still being swapped stands in the way.
    """
    swap = locked(ask.swap)
    ask = locked(ask)
    _may_answer(ask, by)
    if not swap.is_open:
        raise Refused(_("谢谢您，这个班已经不用换了。"))
    _quiet(swap.seat)
    seat = _found(swap.seat)
    own = _own_seat(swap, ask, in_return) if in_return else None
    _hold(seat.steward, ask.steward)
    if own is None:
        _must_be_able(seat, ask.steward)
    else:
        _must_lie_ahead(seat, own)
        must_fit_exchanged(seat, own)
    _give_up(seat, "hand_over")
    if own is not None:
        _give_up(own, "exchange")
    take = partial(_taken_over, asked_at=swap.asked_at, channel=channel, by=by)
    taken = swap.taken = take(seat, ask.steward)
    swap.given = take(own, seat.steward) if own else None
    _answered(ask, SwapAsk.State.ACCEPTED, by)
    _asks(swap).filter(state=SwapAsk.State.OPEN).update(state=SwapAsk.State.CLOSED, answered_at=clock.now())
    _ended(swap, Swap.State.TAKEN)
    changes = {"steward": [str(seat.steward), str(ask.steward)]}
    if own is not None:
        changes["in_return"] = [str(own.slot.shift), str(own.starts_at)]
    audit.record("swap_exchanged" if own else "swap_taken", swap, by=by, changes=changes)
    _tell_taken(swap, seat, ask.steward, own)
    return taken


@transaction.atomic
def decline_swap(ask: SwapAsk, *, by: User) -> SwapAsk:
    """No, without a reason; when the last one says so, whoever asked and the office learn that nobody is left."""
    swap = locked(ask.swap)
    ask = locked(ask)
    _may_answer(ask, by)
    if ask.state != SwapAsk.State.OPEN:
        raise Refused(_("这一次已经答复过了。"))
    _answered(ask, SwapAsk.State.DECLINED, by)
    audit.record("swap_declined", swap, by=by)
    if swap.is_open and not _asks(swap).filter(state=SwapAsk.State.OPEN).exists():
        text = _("%(when)s的%(shift)s，问过的人都来不了。这个班还是您的，请再想想办法。") % _words(swap)
        notify([swap.seat.steward.user], about=swap, kind="swap_answered", text=text)
        _tell_office(swap, nobody=True)
    return ask


@transaction.atomic
def keep_seat(swap: Swap, *, by: User) -> Swap:
    """Come after all; whoever was asked need not answer any more."""
    swap = locked(swap)
    if not swap.is_open:
        raise Refused(_("这个班已经不在找人换了。"))
    seat = _found(swap.seat)
    seat.state = SEATS.find(seat.state, "keep", parties(seat, by)).target
    seat.save(update_fields=["state"])
    close(swap, Swap.State.KEPT, by=by)
    return swap


def lapse() -> int:
    """End the swaps whose shift has begun or whose seat is no longer looking for anybody; gives how many."""
    open_ones = Swap.objects.unscoped(reason="swaps whose time is over").filter(state=Swap.State.OPEN)
    over = open_ones.filter(seat__starts_at__lte=clock.now()) | open_ones.exclude(seat__state=SeatState.SWAPPING)
    return sum(_lapse(swap) for swap in over.order_by("pk"))


@transaction.atomic
def _lapse(swap: Swap) -> int:
    swap = locked(swap)
    if not swap.is_open:
        return 0
    seat = _found(swap.seat)
    if seat.state == SeatState.SWAPPING:
        seat.state = SEATS.find(seat.state, "keep", (SYSTEM,)).target
        seat.save(update_fields=["state"])
    close(swap, Swap.State.LAPSED, by=None)
    return 1


def close(swap: Swap, state: str, *, by: User | None) -> None:
    """End a locked swap without another holder; the caller has set the seat."""
    _asks(swap).filter(state=SwapAsk.State.OPEN).update(state=SwapAsk.State.CLOSED, answered_at=clock.now())
    _ended(swap, state)
    audit.record(f"swap_{state}", swap, by=by)


def _ended(swap: Swap, state: str) -> None:
    swap.state, swap.ended_at = state, clock.now()
    swap.save(update_fields=["state", "ended_at", "taken", "given"])


def _offer(swap: Swap, seats: Iterable[Assignment]) -> None:
    links = Swap.in_return.through
    links.objects.bulk_create(links(swap_id=swap.pk, assignment_id=seat.pk) for seat in seats)


def _own_seat(swap: Swap, ask: SwapAsk, in_return: Assignment) -> Assignment:
    """The seat that goes to whoever asked, locked; Refused where they did not ask for it, or it has changed since."""
    rows = Assignment.objects.unscoped(reason=_WHY).filter(offered_for=swap, steward=ask.steward_id, pk=in_return.pk)
    if not rows.exists():
        raise Refused(_("对方没有说愿意换这个班，请再看看。"))
    own = _found(in_return)
    if own.state == SeatState.SWAPPING:
        words = _("您%(when)s的班自己也在找人换。先点“不换了，我自己来”，再拿它来对换。")
        raise Refused(words % {"when": moment(own.starts_at)})
    if own.state != SeatState.HELD:
        raise Refused(_("%(when)s的班已经不是您的了，换不了。请再看看现在的值班表。") % {"when": moment(own.starts_at)})
    return own


def _must_lie_ahead(*seats: Assignment) -> None:
    if any(seat.starts_at <= clock.now() or seat.checked_in_at for seat in seats):
        raise Refused(_("这个班已经开始了。"))


def _hold(*stewards: Steward) -> None:
    """Until the transaction ends, nobody else makes a promise of theirs."""
    for steward in sorted(stewards, key=lambda one: str(one.pk)):
        locked(steward)


def _give_up(seat: Assignment, action: str) -> None:
    seat.state, seat.is_locked = SEATS.find(seat.state, action, (STEWARD,)).target, False
    seat.save(update_fields=["state", "is_locked"])


def _taken_over(seat: Assignment, steward: Steward, *, asked_at: datetime, channel: str, by: User) -> Assignment:
    """The place of a seat that was given up, as the seat of another."""
    return Assignment.objects.create(
        community_id=seat.community_id,
        slot=seat.slot,
        steward=steward,
        state=SEATS.find("", "take_over", (STEWARD, OFFICE)).target,
        is_reserve=seat.is_reserve,
        starts_at=seat.starts_at,
        ends_at=seat.ends_at,
        why={"swap": True},
        asked_at=asked_at,
        answered_at=clock.now(),
        channel=channel,
        recorded_by=None if by.pk == steward.user_id else by,
    )


def _tell_taken(swap: Swap, seat: Assignment, other: Steward, own: Assignment | None) -> None:
    """Whoever asked, and of a seat whose shift is near the office."""
    words = {**_words(swap), "other": other}
    if own is None:
        text = _("%(other)s 接了您 %(when)s的%(shift)s，您可以放心了。") % words
    else:
        mine = {"own": own.slot.shift.name, "then": when(own.starts_at, own.ends_at)}
        text = _("%(other)s 和您换好了：%(when)s的%(shift)s归对方，您上 %(then)s的%(own)s。") % {**words, **mine}
    is_soon = _is_soon(seat) or (own is not None and _is_soon(own))
    notify([seat.steward.user], about=swap, kind="swap_answered", text=text, urgent=is_soon)
    for one, before, after in ((seat, seat.steward, other), (own, other, seat.steward)):
        if one is not None and _is_soon(one):
            told = _("%(when)s的%(shift)s换人了：%(who)s 换成 %(other)s。")
            named = {"when": moment(one.starts_at), "shift": one.slot.shift.name, "who": before, "other": after}
            notify(office_of(one.community_id), about=swap, kind="swap_office", text=told % named)


def _answered(ask: SwapAsk, state: str, by: User) -> None:
    ask.state, ask.answered_at = state, clock.now()
    ask.recorded_by = None if by.pk == ask.steward.user_id else by
    ask.save(update_fields=["state", "answered_at", "recorded_by"])


def _may_answer(ask: SwapAsk, by: User) -> None:
    if by.pk != ask.steward.user_id and ask.community_id not in by.scope.offices_communities:
        raise Refused(_("这只有本人能答复，打电话来的由社区办公室代记。"))


def _must_be_able(seat: Assignment, steward: Steward) -> None:
    """Refused by a hard rule; where one's own open swap is in the way, said so."""
    if seat.starts_at <= clock.now():
        raise Refused(_("这个班已经开始了。"))
    near = {"seat__starts_at__lt": seat.ends_at + _NEAR, "seat__ends_at__gt": seat.starts_at - _NEAR}
    waiting = Swap.objects.unscoped(reason=_WHY).filter(state=Swap.State.OPEN, seat__steward=steward, **near)
    own = waiting.select_related("seat").order_by("seat__starts_at").first()
    if own is not None and objections(seat.slot, steward, is_reserve=seat.is_reserve, without=seat):
        words = _("您自己%(when)s的班还在找人换，它没有人接，您还要去。等有人接了，再来接这一班。")
        raise Refused(words % {"when": moment(own.seat.starts_at)})
    must_fit(seat.slot, steward, is_reserve=seat.is_reserve, without=seat)


def _found(seat: Assignment) -> Assignment:
    """The seat, locked, with its shift."""
    fresh = locked(seat)
    fresh.slot, fresh.steward = seat.slot, seat.steward
    return fresh


def _quiet(seat: Assignment) -> None:
    """Refused while a search is about to change the roster."""
    if solving.is_searching(locked(seat.slot.shift.roster)):
        raise Refused(_("正在排班，请等一等再看。"))


def _asks(swap: Swap) -> SwapAskQuerySet:
    return SwapAsk.objects.unscoped(reason=_WHY).filter(swap=swap)


def _is_soon(seat: Assignment) -> bool:
    return seat.starts_at - clock.now() < SOON


def _tell_office(swap: Swap, *, nobody: bool) -> None:
    """The office and the leaders, where the shift is near; the office alone, where nobody can."""
    soon = _is_soon(swap.seat)
    if not soon and not nobody:
        return
    words = _("%(when)s的%(shift)s：%(who)s 来不了，正在找人换。")
    if nobody:
        words = _("%(when)s的%(shift)s：%(who)s 来不了，还没有人能替。")
    people = office_of(swap.community_id) + (leaders_of(swap.community_id) if soon else [])
    notify(people, about=swap, kind="swap_office", text=words % _words(swap), url=_shift_url(swap), urgent=soon)


def _shift_url(swap: Swap) -> str:
    """Leaders see the shift, not who was asked."""
    return swap.seat.slot.shift.get_absolute_url()


def _words(swap: Swap) -> dict[str, str]:
    shift = swap.seat.slot.shift
    return {"who": str(swap.seat.steward), "when": moment(shift.starts_at), "shift": shift.name}
