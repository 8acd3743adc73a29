"""Changes by hand: lock, put in, take out, call up. The hard rules hold for a hand as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from community import audit
from core import clock
from core.refusal import Refused
from core.scoping import locked
from stewards.duty import solving
from stewards.duty.actions.rights import office
from stewards.duty.fitting import must_fit
from stewards.duty.states import LIVE, OFFICE, PROMISED, REFUSED, SEATS, RosterState, SeatState
from stewards.duty.telling import tell_called_up, tell_put_in, tell_taken_out
from stewards.models import Assignment, Shift

if TYPE_CHECKING:
    from community.models import User
    from stewards.models import Roster, ShiftSlot, Steward

_WHY = "the seats of a slot already found"


@transaction.atomic
def lock(seat: Assignment, *, by: User) -> Assignment:
    """Leave this seat as it is whenever the roster is planned anew."""
    return _set_locked(seat, by, is_locked=True)


@transaction.atomic
def unlock(seat: Assignment, *, by: User) -> Assignment:
    return _set_locked(seat, by, is_locked=False)


@transaction.atomic
def put_in(slot: ShiftSlot, *, by: User, steward: Steward, is_reserve: bool = False) -> Assignment:
    """Put somebody into a slot by hand: locked in a draft, asked where the roster is already out."""
    office(slot.community_id, by)
    roster = _open(slot.shift.roster)
    locked(steward)
    must_fit(slot, steward, is_reserve=is_reserve)
    is_draft = roster.state == RosterState.DRAFT
    rows = Assignment.objects.unscoped(reason=_WHY).filter(slot=slot, steward=steward)
    rows.filter(state=SeatState.TAKEN_OUT, slot__shift__roster__state=RosterState.DRAFT).delete()
    seat = Assignment.objects.create(
        community_id=slot.community_id,
        slot=slot,
        steward=steward,
        is_reserve=is_reserve,
        is_locked=is_draft,
        state=SEATS.find("", "plan" if is_draft else "put_in", (OFFICE,)).target,
        asked_at=None if is_draft else clock.now(),
        starts_at=slot.shift.starts_at,
        ends_at=slot.shift.ends_at,
        why={"hand": True},
    )
    audit.record("seat_put_in", seat, by=by, changes={"steward": [None, str(steward)]})
    if not is_draft:
        tell_put_in(seat)
    return seat


@transaction.atomic
def take_out(seat: Assignment, *, by: User) -> Assignment:
    """Take somebody out; they are not put into this shift again unless by hand."""
    office(seat.community_id, by)
    roster = _open(seat.slot.shift.roster)
    seat = locked(seat)
    if seat.checked_in_at:
        raise Refused(_("已经到岗了，不能再调出。"))
    step = SEATS.find(seat.state, "take_out", (OFFICE,))
    was = seat.state
    seat.state, seat.is_locked, seat.answered_at = step.target, False, clock.now()
    seat.save(update_fields=["state", "is_locked", "answered_at"])
    audit.record("seat_taken_out", seat, by=by, changes={"steward": [str(seat.steward), None]})
    if roster.state != RosterState.DRAFT and was != SeatState.PLANNED:
        look_again(seat)
        tell_taken_out(seat)
    return seat


def look_again(seat: Assignment) -> None:
    """A place has become empty: if that is soon, the office is told once more."""
    if not seat.is_reserve:
        Shift.objects.unscoped(reason=_WHY).filter(pk=seat.slot.shift_id).update(alerted_at=None)


@transaction.atomic
def call_up(seat: Assignment, *, by: User) -> Assignment:
    """Ask a reserve to take a place that is empty; they stay free to say no."""
    office(seat.community_id, by)
    _open(seat.slot.shift.roster)
    seat = locked(seat)
    if not seat.is_reserve or seat.state not in PROMISED:
        raise Refused(_("只有答应做候补的人才能请来顶上。"))
    on_duty = Assignment.objects.unscoped(reason=_WHY).filter(slot=seat.slot, is_reserve=False, state__in=LIVE)
    if on_duty.count() >= seat.slot.minimum:
        raise Refused(_("这个班的人已经够了。"))
    seat.is_reserve, seat.state, seat.asked_at, seat.answered_at = False, SeatState.ASKED, clock.now(), None
    seat.save(update_fields=["is_reserve", "state", "asked_at", "answered_at"])
    audit.record("seat_called_up", seat, by=by)
    tell_called_up(seat)
    return seat


def _set_locked(seat: Assignment, by: User, *, is_locked: bool) -> Assignment:
    office(seat.community_id, by)
    _open(seat.slot.shift.roster)
    seat = locked(seat)
    if seat.state in REFUSED:
        raise Refused(_("这个位置已经不是他的了，请看一看现在的值班表。"))
    if seat.is_locked != is_locked:
        seat.is_locked = is_locked
        seat.save(update_fields=["is_locked"])
        audit.record("seat_locked" if is_locked else "seat_unlocked", seat, by=by)
    return seat


def _open(roster: Roster) -> Roster:
    """The roster, locked; Refused while a search is about to change it."""
    roster = locked(roster)
    if solving.is_searching(roster):
        raise Refused(_("正在排班，请等一等再看。"))
    return roster
