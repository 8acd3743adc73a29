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
from stewards.duty.wording import when
from stewards.members.busy import DUTY, overlapping, taken
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
    if action == "accept":
        _check_free(seat, by)
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


def _check_free(seat: Assignment, by: User) -> None:
    """Whether nothing else is promised for that time; what it is, only the steward reads."""
    slot, steward = (seat.starts_at, seat.ends_at), locked(seat.steward)
    # A seat that waits for its answer is this steward's already: the database lets no other lie beside it.
    own = DUTY if seat.state == SeatState.ASKED else ""
    other = overlapping(taken([steward.pk], *slot, without=own)[steward.pk], slot)
    if other is None:
        return
    if steward.user_id != by.pk:
        raise Refused(_("%(who)s那个时间已经答应了别的事。") % {"who": steward})
    words = _("%(shift)s（%(when)s）和您已经答应的%(other)s是同一个时间。请先把那一边取消，或者这个班说“这次不行”。")
    raise Refused(words % {"shift": seat.slot.shift.name, "when": when(*slot), "other": other.words})


def _is_full(seat: Assignment) -> bool:
    """Whether others have taken what this one had declined."""
    rows = Assignment.objects.unscoped(reason=_WHY).filter(slot=seat.slot, is_reserve=seat.is_reserve).live()
    return rows.count() >= (seat.slot.reserves if seat.is_reserve else seat.slot.minimum)


def _tell_when_last(roster: Roster) -> None:
    states = Assignment.objects.unscoped(reason=_WHY).filter(slot__shift__roster=roster)
    found = list(states.values_list("state", flat=True))
    if SeatState.ASKED not in found:
        tell_all_answered(roster, declined=found.count(SeatState.DECLINED))
