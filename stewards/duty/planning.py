"""A roster as the engine's problem, and the engine's plan as seats of the roster."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from core import clock
from core.rosters.greedy import greedy
from core.rosters.problem import Person, Plan, Problem, Seat, Slot, Span
from core.rosters.rules import broken
from core.rosters.why import why
from stewards.duty.states import LIVE, REFUSED, RosterState, SeatState
from stewards.hours.totals import minutes_since
from stewards.members.blocked import blocked_with
from stewards.members.busy import DUTY, taken
from stewards.members.free import windows_of, without
from stewards.models import Assignment, ShiftSlot, ShiftWish, Steward, StewardSkill

if TYPE_CHECKING:
    from stewards.models import Roster

_WHY = "the roster of a community already found"
# What was given in so many days before the roster counts as load that somebody carries already.
PRIOR_DAYS = 28
# So far around the roster other shifts are looked at: rest, days running and the weeks at its ends.
AROUND = timedelta(days=8)


@dataclass(frozen=True)
class Planned:
    """A roster's problem, with the rows behind its keys, the seats that are taken now, and the (slot, person) on whose
    day a skill has run out."""

    problem: Problem
    slots: Mapping[str, ShiftSlot]
    stewards: Mapping[str, Steward]
    seats: Plan
    expired: frozenset[tuple[str, str]]


def planned(roster: Roster, *, again: bool = False) -> Planned:
    """What is to be planned. Locked is what the office locked and what somebody has said yes to; shifts that have begun
    are past. `again`: as little as possible of the seats there are is changed."""
    now = clock.now()
    slots = [slot for slot in slots_of(roster) if slot.shift.starts_at > now]
    rows = list(_seats(roster).filter(slot__in=slots))
    stewards = _stewards(roster, {row.steward_id for row in rows if row.is_live})
    minutes = _Minutes(roster.first)
    ids = [steward.pk for steward in stewards]
    live = frozenset(seat_of(row) for row in rows if row.is_live)
    skills, expired = _skills(ids, slots)
    problem = Problem(
        slots=tuple(minutes.slot(slot) for slot in slots),
        people=tuple(_people(roster, stewards, slots, skills, minutes)),
        apart=frozenset(frozenset(map(str, pair)) for pair in blocked_with(ids)),
        locked=frozenset(seat_of(row) for row in rows if row.is_promised or (row.is_locked and row.is_live)),
        refused=expired | {(str(row.slot_id), str(row.steward_id)) for row in rows if row.state in REFUSED},
        before=live if again else frozenset(),
    )
    return Planned(problem, _by_key(slots), _by_key(stewards), live, expired)


def slots_of(roster: Roster) -> list[ShiftSlot]:
    """The slots of a roster with their shifts, in the order of time."""
    rows = ShiftSlot.objects.unscoped(reason=_WHY).filter(shift__roster=roster).select_related("shift", "skill")
    return list(rows.order_by("shift__starts_at", "shift__name", "pk"))


def seat_of(row: Assignment) -> Seat:
    return Seat(str(row.slot_id), str(row.steward_id), row.is_reserve)


def write(roster: Roster, plan: Plan, *, again: bool) -> list[Assignment]:
    """Make the seats of a locked roster those of the plan; gives the new ones. What may no longer be is left out.

    While a plan was sought somebody may have answered or gone on leave: the plan is looked at once more, and what
    then stands against it is given to others.
    """
    now = planned(roster, again=again)
    if broken(now.problem, plan):
        plan = greedy(now.problem, plan)
    reasons = why(now.problem, plan)
    gone = now.seats - plan
    rows = {seat_of(row): row for row in _seats(roster).filter(state__in=LIVE)}
    drafts = [rows[seat].pk for seat in gone if rows[seat].state == SeatState.PLANNED]
    asked = [rows[seat].pk for seat in gone if rows[seat].state == SeatState.ASKED]
    seats = Assignment.objects.unscoped(reason=_WHY)
    seats.filter(pk__in=drafts).delete()
    seats.filter(pk__in=asked).update(state=SeatState.TAKEN_OUT, answered_at=clock.now())
    for seat in now.seats & plan:
        rows[seat].why = reasons[seat]
    seats.bulk_update([rows[seat] for seat in now.seats & plan], ["why"])
    new = [_row(roster, now, seat, dict(reasons[seat])) for seat in sorted(plan - now.seats)]
    return list(seats.bulk_create(new))


def _row(roster: Roster, now: Planned, seat: Seat, reasons: dict[str, Any]) -> Assignment:
    """A new seat: a draft, or a question where the roster is already out."""
    slot, is_draft = now.slots[seat.slot], roster.state == RosterState.DRAFT
    return Assignment(
        community_id=roster.community_id,
        slot=slot,
        steward=now.stewards[seat.person],
        is_reserve=seat.is_reserve,
        state=SeatState.PLANNED if is_draft else SeatState.ASKED,
        asked_at=None if is_draft else clock.now(),
        starts_at=slot.shift.starts_at,
        ends_at=slot.shift.ends_at,
        why=reasons,
    )


class _Minutes:
    """Moments as whole minutes from the Monday at or before the first day, by the clock on the wall."""

    def __init__(self, first: date) -> None:
        self.zero = datetime.combine(first - timedelta(days=first.weekday()), time.min)

    def of(self, moment: datetime) -> int:
        return int((timezone.make_naive(clock.local(moment)) - self.zero).total_seconds() // 60)

    def span(self, start: datetime, end: datetime) -> Span:
        return Span(self.of(start), self.of(end))

    def slot(self, slot: ShiftSlot) -> Slot:
        return Slot(
            key=str(slot.pk),
            shift=str(slot.shift_id),
            span=self.span(slot.shift.starts_at, slot.shift.ends_at),
            minimum=slot.minimum,
            reserves=slot.reserves,
            skill=str(slot.skill_id or ""),
        )


def _seats(roster: Roster) -> Any:
    rows = Assignment.objects.unscoped(reason=_WHY).filter(slot__shift__roster=roster)
    return rows.select_related("steward__user").order_by("pk")


def _stewards(roster: Roster, seated: Iterable[UUID]) -> list[Steward]:
    """Whoever serves when the roster begins, and whoever sits in it already."""
    day = max(roster.first, clock.today())
    everybody = Steward.objects.unscoped(reason=_WHY).filter(community=roster.community_id)
    serving = everybody.appointed(day) | everybody.filter(pk__in=list(seated))
    return list(serving.select_related("user").order_by("pk"))


def _by_key(rows: Iterable[Any]) -> dict[str, Any]:
    return {str(row.pk): row for row in rows}


def _skills(ids: list[UUID], slots: list[ShiftSlot]) -> tuple[dict[UUID, set[str]], frozenset[tuple[str, str]]]:
    """The skills of each steward, and the (slot, steward) on whose day the skill asked for has run out."""
    found: dict[UUID, set[str]] = defaultdict(set)
    expired: set[tuple[str, str]] = set()
    wanted = {slot.skill_id for slot in slots if slot.skill_id}
    if not wanted:
        return found, frozenset()
    first = min(slot.shift.day for slot in slots)
    held = StewardSkill.objects.unscoped(reason=_WHY).usable(first).filter(steward__in=ids, skill__in=wanted)
    for steward, skill, until in held.values_list("steward", "skill", "valid_until"):
        found[steward].add(str(skill))
        late = (slot for slot in slots if slot.skill_id == skill and until and slot.shift.day > until)
        expired |= {(str(slot.pk), str(steward)) for slot in late}
    return found, frozenset(expired)


def _people(
    roster: Roster, stewards: list[Steward], slots: list[ShiftSlot], skills: dict[UUID, set[str]], minutes: _Minutes
) -> Iterable[Person]:
    ids = [steward.pk for steward in stewards]
    around = (_midnight(roster.first - AROUND), _midnight(roster.last + AROUND))
    free = windows_of(ids, roster.first, roster.last + timedelta(days=1))
    busy, held = defaultdict(list), defaultdict(list)
    for key, promised in taken(ids, *around, without=DUTY).items():
        for one in promised:
            if one.counts:
                busy[key].append(minutes.span(*one.slot))
            else:
                free[key] = without(free[key], one.slot)
    for key, since, until in _elsewhere(ids, {slot.pk for slot in slots}, *around):
        held[key].append(minutes.span(since, until))
    wishes = _wishes(ids, slots)
    prior = minutes_since([steward.user_id for steward in stewards], roster.first - timedelta(days=PRIOR_DAYS))
    now, begins = minutes.of(clock.now()), minutes.of(_midnight(roster.first))
    for steward in stewards:
        ahead = sum(span.minutes for span in held[steward.pk] if now < span.start < begins)
        yield Person(
            key=str(steward.pk),
            free=tuple(minutes.span(*window) for window in free[steward.pk]),
            cap=steward.weekly_minutes,
            skills=frozenset(skills[steward.pk]),
            prior=max(0, prior[steward.user_id]) + ahead,
            busy=tuple(busy[steward.pk]),
            held=tuple(held[steward.pk]),
            wishes=wishes[steward.pk],
        )


def _elsewhere(
    ids: list[UUID], here: set[int], start: datetime, end: datetime
) -> Iterable[tuple[UUID, datetime, datetime]]:
    """Their seats around the roster that are not in these slots: of other rosters, and of shifts that have begun."""
    rows = Assignment.objects.unscoped(reason=_WHY).filter(steward__in=ids, state__in=LIVE)
    near = rows.filter(starts_at__lt=end, ends_at__gt=start).order_by("starts_at", "pk")
    for steward, slot, since, until in near.values_list("steward", "slot", "starts_at", "ends_at"):
        if slot not in here:
            yield steward, since, until


def _wishes(ids: list[UUID], slots: list[ShiftSlot]) -> dict[UUID, dict[str, int]]:
    """What each steward likes or would rather not, slot by slot."""
    by_template: dict[int | None, list[str]] = defaultdict(list)
    for slot in slots:
        by_template[slot.shift.template_id].append(str(slot.pk))
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = ShiftWish.objects.unscoped(reason=_WHY).filter(steward__in=ids)
    for steward, template, wish in rows.values_list("steward", "template", "wish"):
        found[steward] |= dict.fromkeys(by_template[template], wish)
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
