"""What leaves the roster as a file: a week on one A4, and one's own shifts for a calendar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core import clock
from core.calendar_files import Entry, as_ics
from core.documents import render
from core.templatetags.portal import day, weekday
from stewards.duty.states import RosterState
from stewards.duty.wording import hours

if TYPE_CHECKING:
    from stewards.duty.week import Cell, Day, Week
    from stewards.models import Assignment, Roster


def sheet(roster: Roster, week: Week) -> bytes:
    """A week of the roster as a PDF for the wall: names, hours, and where somebody is missing."""
    return render(
        "stewards/roster",
        {
            "title": _("值班表"),
            "issuer": str(roster.community),
            "version": _("%(day)s 打印") % {"day": day(clock.today())},
            "lead": _("%(first)s到%(last)s") % {"first": day(week.first), "last": day(week.last)},
            "state": "" if roster.state == RosterState.PUBLISHED else roster.get_state_display(),
            "headings": [_("哪天"), *week.columns],
            "rows": [_row(row) for row in week.days],
            "note": _("来不了，请早点在“共治”里找人换，或者打社区办公室的电话。"),
        },
    )


def _row(row: Day) -> list[str]:
    cells = ["" if cell is None else _written(cell) for _name, cell in row.cells]
    return [f"{day(row.day)}\n{weekday(row.day)}", *cells]


def _written(cell: Cell) -> str:
    """A shift on paper, a line each."""
    lines = [cell.hours]
    on_duty = [one.name for one in cell.names if not one.is_reserve]
    ready = [one.name for one in cell.names if one.is_reserve]
    if on_duty:
        lines.append(_("、").join(on_duty))
    if ready:
        lines.append(_("候补：%(names)s") % {"names": _("、").join(ready)})
    if cell.lacking > 0:
        lines.append(_("还缺 %(n)d 人") % {"n": cell.lacking})
    return "\n".join(lines)


def calendar(seats: Iterable[Assignment], *, base_url: str) -> bytes:
    """One's own shifts for a calendar; no other person is named in it."""
    return as_ics((_entry(seat, base_url) for seat in seats), room="duty")


def _entry(seat: Assignment, base_url: str) -> Entry:
    shift = seat.slot.shift
    words = _("候补：%(shift)s") if seat.is_reserve else _("值班：%(shift)s")
    return Entry(
        key=str(seat.pk),
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        summary=words % {"shift": shift.name},
        place=shift.place,
        url=base_url + shift.get_absolute_url(),
        description=hours(shift.starts_at, shift.ends_at),
        takes_time=not seat.is_reserve,
    )
