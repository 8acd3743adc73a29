"""What stewards say to the shifts they were asked for; by phone and on paper the office writes it down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from stewards.duty.actions.rights import parties
from stewards.duty.actions.seats import look_again
from stewards.duty.states import SEATS, RosterState, SeatState
from stewards.duty.telling import tell_all_answered
from stewards.models import Assignment

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Roster, Steward

Channel = Assignment.Channel
_WHY = "the seats of a steward or a roster already found"


@transaction.atomic
def accept(seat: Assignment, *, by: User, channel: str = Channel.PORTAL) -> Assignment:
    """Yes: from now on they come, or find another who does."""
    return _answer(seat, by, "accept", channel)


@transaction.atomic
def decline(seat: Assignment, *, by: User, channel: str = Channel.PORTAL) -> Assignment:
    """No, without a reason and without any consequence."""
    return _answer(seat, by, "decline", channel)


@transaction.atomic
def accept_all(roster: Roster, steward: Steward, *, by: User, channel: str = Channel.PORTAL) -> int:
    """Yes to everything that a steward was asked in a roster; gives how many shifts that is."""
    seats = Assignment.objects.unscoped(reason=_WHY).filter(slot__shift__roster=roster, steward=steward)
    waiting = list(seats.filter(state=SeatState.ASKED).select_related("slot__shift__roster", "steward").order_by("pk"))
    for seat in waiting:
        _answer(seat, by, "accept", channel)
    return len(waiting)


def _answer(seat: Assignment, by: User, action: str, channel: str) -> Assignment:
    held = parties(seat, by)
    if not held:
        raise Refused(_("这只有本人能答复，打电话来的由社区办公室代记。"))
    roster, shift = locked(seat.slot.shift.roster), seat.slot.shift
    seat = locked(seat)
    if shift.ends_at <= clock.now():
        raise Refused(_("这个班已经过去了。"))
    step = SEATS.find(seat.state, action, held)
    if seat.state == SeatState.DECLINED and _is_full(seat):
        raise Refused(_("谢谢您，这个班已经有别人来了。"))
    before, seat.state = seat.state, step.target
    seat.answered_at, seat.channel = clock.now(), channel
    seat.recorded_by = None if seat.steward.user_id == by.pk else by
    seat.save(update_fields=["state", "answered_at", "channel", "recorded_by"])
    if action == "decline":
        look_again(seat)
    audit.record("seat_accepted" if action == "accept" else "seat_declined", seat, by=by)
    if before == SeatState.ASKED and roster.state == RosterState.ASKED:
        _tell_when_last(roster)
    return seat


def _is_full(seat: Assignment) -> bool:
    """Whether others have taken what this one had declined."""
    rows = Assignment.objects.unscoped(reason=_WHY).filter(slot=seat.slot, is_reserve=seat.is_reserve).live()
    return rows.count() >= (seat.slot.reserves if seat.is_reserve else seat.slot.minimum)


def _tell_when_last(roster: Roster) -> None:
    states = Assignment.objects.unscoped(reason=_WHY).filter(slot__shift__roster=roster)
    found = list(states.values_list("state", flat=True))
    if SeatState.ASKED not in found:
        tell_all_answered(roster, declined=found.count(SeatState.DECLINED))
