"""Rosters, templates, shifts and seats as lines of a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from stewards.duty.states import LIVE, PROMISED, SeatState
from stewards.duty.wording import SEAT_TONES, when, why_words
from stewards.hours.wording import lasting
from stewards.models import Assignment, ShiftTemplate
from stewards.models.members import Weekday

if TYPE_CHECKING:
    from uuid import UUID

    from stewards.models import Roster, ShiftSlot, Steward


@dataclass(frozen=True)
class TemplateLine:
    """A template: when it comes and whom it needs, in words."""

    template: ShiftTemplate
    when: str
    needs: str


def template_lines(templates: Iterable[ShiftTemplate]) -> list[TemplateLine]:
    """The templates with their slots already fetched."""
    return [TemplateLine(one, _times(one), _("，").join(map(need_words, one.slots.all()))) for one in templates]


def _times(template: ShiftTemplate) -> str:
    first, last = (f"{one.hour}:{one:%M}" for one in (template.starts_at, template.ends_at))
    hours = f"{first}–{last}"
    if template.crosses_midnight:
        hours = _("%(first)s–次日 %(last)s") % {"first": first, "last": last}
    if len(template.weekdays) == len(Weekday):
        return _("每天 %(hours)s") % {"hours": hours}
    days = _("、").join(str(Weekday(one).label) for one in template.weekdays)
    return f"{days} {hours}"


def need_words(slot: Any) -> str:
    """ "2 个人", "1 个会电路的人，候补 1 个"."""
    if slot.skill:
        words = _("%(n)d 个会%(skill)s的人") % {"n": slot.minimum, "skill": slot.skill.label}
    else:
        words = _("%(n)d 个人") % {"n": slot.minimum}
    if slot.reserves:
        return _("%(people)s、候补 %(n)d 个") % {"people": words, "n": slot.reserves}
    return words


@dataclass(frozen=True)
class SeatLine:
    """A seat with its holder, how it stands, and why it is theirs."""

    seat: Assignment
    when: str
    tone: str
    word: str
    why: list[str] = field(default_factory=list)


def seat_line(seat: Assignment, *, own: bool = False) -> SeatLine:
    shift = seat.slot.shift
    return SeatLine(
        seat=seat,
        when=when(shift.starts_at, shift.ends_at),
        tone=SEAT_TONES[SeatState(seat.state)],
        word=str(SeatState(seat.state).label),
        why=why_words(seat, own=own),
    )


@dataclass
class SlotLine:
    """A slot of a shift: what it needs, who is in it, what is missing."""

    slot: ShiftSlot
    needs: str
    seats: list[SeatLine] = field(default_factory=list)
    lacking: int = 0
    lacking_reserves: int = 0


def slot_lines(slots: Iterable[ShiftSlot], seats: Iterable[Assignment]) -> list[SlotLine]:
    """The slots of one shift with their seats, also those that were declined, as far as the reader may know."""
    found = {
        slot.pk: SlotLine(slot, need_words(slot), lacking=slot.minimum, lacking_reserves=slot.reserves)
        for slot in slots
    }
    for seat in seats:
        line = found[seat.slot_id]
        line.seats.append(seat_line(seat))
        if seat.state in LIVE and seat.is_reserve:
            line.lacking_reserves -= 1
        elif seat.state in LIVE:
            line.lacking -= 1
    return list(found.values())


@dataclass
class PersonLine:
    """What a roster asks of one steward, and what they have answered."""

    steward: Steward
    shifts: int = 0
    reserves: int = 0
    minutes: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    share: int | None = None

    @property
    def lasting(self) -> str:
        return lasting(self.minutes)

    @property
    def waiting(self) -> int:
        return self.answers[SeatState.ASKED]

    @property
    def declined(self) -> int:
        return self.answers[SeatState.DECLINED]


def person_lines(seats: Iterable[Assignment]) -> list[PersonLine]:
    """Everybody whom a roster has something of, whoever has not answered first."""
    found: dict[UUID, PersonLine] = {}
    for seat in seats:
        line = found.setdefault(seat.steward_id, PersonLine(seat.steward))
        line.answers[seat.state] += 1
        if seat.state not in LIVE:
            continue
        if seat.is_reserve:
            line.reserves += 1
        else:
            line.shifts += 1
            line.minutes += round((seat.ends_at - seat.starts_at).total_seconds() / 60)
        line.share = seat.why.get("share", line.share)
    return sorted(found.values(), key=lambda line: (not line.waiting, line.steward.user.name))


@dataclass(frozen=True)
class Standing:
    """How a roster stands in numbers: places in all, taken, promised, not answered yet, declined."""

    places: int
    taken: int
    promised: int
    asked: int
    declined: int

    @property
    def lacking(self) -> int:
        return self.places - self.taken


def standing(places: int, states: Iterable[tuple[str, bool]]) -> Standing:
    """From (state, is_reserve) of all seats; reserves count among the answers, not among the places."""
    seats = list(states)
    return Standing(
        places=places,
        taken=sum(state in LIVE and not is_reserve for state, is_reserve in seats),
        promised=sum(state in PROMISED for state, _reserve in seats),
        asked=sum(state == SeatState.ASKED for state, _reserve in seats),
        declined=sum(state == SeatState.DECLINED for state, _reserve in seats),
    )


def by_roster(seats: Iterable[Assignment]) -> list[tuple[Roster, list[SeatLine]]]:
    """One's own seats, roster by roster, in the order of time."""
    found: dict[Roster, list[SeatLine]] = defaultdict(list)
    for seat in seats:
        found[seat.slot.shift.roster].append(seat_line(seat, own=True))
    return list(found.items())
