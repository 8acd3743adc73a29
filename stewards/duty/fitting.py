"""Whether a steward may take a seat: the hard rules of the engine, in words, for whoever puts somebody in by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.refusal import Refused
from core.rosters.problem import Plan, Seat
from core.rosters.rules import Breach, Rule, broken
from core.rosters.why import who_could
from stewards.duty.planning import Planned, planned, seat_of

if TYPE_CHECKING:
    from stewards.models import Assignment, ShiftSlot, Steward

WORDS = {
    Rule.UNKNOWN: gettext_lazy("这个班已经开始了，或者这位红管家不在岗"),
    Rule.LOCKED: gettext_lazy("这个位置已经定下不动了"),
    Rule.CROWDED: gettext_lazy("这个班的人已经够了"),
    Rule.SKILL: gettext_lazy("没有这个班要的技能，或者证书还没有核实"),
    Rule.FREE: gettext_lazy("那段时间没有空"),
    Rule.BUSY: gettext_lazy("那段时间已经答应了别的事"),
    Rule.REFUSED: gettext_lazy("要用的证书到那天已经过期"),
    Rule.OVERLAP: gettext_lazy("同一时间已经有班"),
    Rule.REST: gettext_lazy("和前后的班隔得太近，休息不到 11 个小时"),
    Rule.WEEK: gettext_lazy("那一周的时间已经到了本人说的上限"),
    Rule.RUNNING: gettext_lazy("会连着值三天班"),
    # Neither of two who are kept apart learns of it, nor does whoever stands beside the screen.
    Rule.APART: gettext_lazy("这个班的人员搭配不合适"),
}


def objections(
    slot: ShiftSlot, steward: Steward, *, is_reserve: bool = False, without: Assignment | None = None
) -> list[str]:
    """What stands against the steward taking a seat of the slot, in words; empty where nothing does.

    `without` is a seat that becomes free by it. Who was taken out or declined may change their mind.
    """
    now = planned(slot.shift.roster, again=True)
    seat = Seat(str(slot.pk), str(steward.pk), is_reserve)
    gone = frozenset({seat_of(without)}) if without else frozenset()
    return _said(_against(now, gone, frozenset({seat})))


def must_fit(slot: ShiftSlot, steward: Steward, *, is_reserve: bool = False, without: Assignment | None = None) -> None:
    """Refused where a hard rule stands against it."""
    found = objections(slot, steward, is_reserve=is_reserve, without=without)
    if found:
        raise Refused(_("%(who)s不能上这个班：%(why)s。") % {"who": steward, "why": _("；").join(found)})


def must_fit_exchanged(seat: Assignment, own: Assignment) -> None:
    """The same for two seats of one roster whose holders change places: `seat` goes to the holder of `own`, and back.

    What stands against the other of them is not theirs to read who takes it.
    """
    found = _against_exchange(planned(seat.slot.shift.roster, again=True), seat, own)
    if not found:
        return
    mine = _said(breach for breach in found if breach.who == str(own.steward_id))
    if not mine:
        raise Refused(_("这两个班现在换不了，请再看一看现在的值班表。"))
    raise Refused(_("%(who)s不能上这个班：%(why)s。") % {"who": own.steward, "why": _("；").join(mine)})


def exchangeable(now: Planned, seat: Assignment, others: Iterable[Assignment]) -> Iterator[Assignment]:
    """Those of the others' seats that could be exchanged for this one under all hard rules, one looked at a time."""
    problem = replace(now.problem, refused=now.problem.refused & now.expired)
    could = {key: {slot.key for slot in slots} for key, slots in problem.could.items()}
    here, holder = str(seat.slot_id), str(seat.steward_id)
    for other in others:
        there, key = str(other.slot_id), str(other.steward_id)
        if here in could.get(key, ()) and there in could.get(holder, ()) and not _against_exchange(now, seat, other):
            yield other


def candidates(slot: ShiftSlot) -> list[Steward]:
    """Who could take one more seat of the slot, whoever carries least first."""
    now = planned(slot.shift.roster, again=True)
    if str(slot.pk) not in now.problem.slot:
        return []
    return [now.stewards[key] for key in who_could(now.problem, now.seats, str(slot.pk))]


def _against_exchange(now: Planned, seat: Assignment, other: Assignment) -> list[Breach]:
    new = {
        Seat(str(seat.slot_id), str(other.steward_id), seat.is_reserve),
        Seat(str(other.slot_id), str(seat.steward_id), other.is_reserve),
    }
    return _against(now, frozenset({seat_of(seat), seat_of(other)}), frozenset(new))


def _against(now: Planned, gone: Plan, new: Plan) -> list[Breach]:
    """The rules that new seats break beside all others but those that are gone."""
    seats = now.seats - gone
    problem = replace(now.problem, locked=seats, refused=now.problem.refused & now.expired)
    return broken(problem, seats | new)


def _said(found: Iterable[Breach]) -> list[str]:
    return [str(WORDS[rule]) for rule in dict.fromkeys(breach.rule for breach in found)]
