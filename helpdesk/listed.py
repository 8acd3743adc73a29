"""The rows of the list of requests, drawn in Python: a template takes as long for them as for all else on the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from community.calendar import work_calendar
from core.addresses import address
from core.templatetags.portal import state_badge, when
from helpdesk import deadlines, words
from helpdesk.course import Course
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar

# On a phone a row is a card, and its cells say what they are; what stands on the desk only has its heading.
ROW = """<tr>
<th scope="row"><a class="title" href="{}">{}</a><span class="soft">{}</span></th>
<td class="desk-only">{}</td>
<td data-label="{place}">{}</td>
<td data-label="{state}">{}</td>
<td{no_deadline} data-label="{due}">{}</td>
<td class="desk-only">{}</td>
<td class="desk-only">{}</td>
</tr>
"""


class _Columns(NamedTuple):
    id: UUID
    number: str
    title: str
    category: str
    finish_kind: str
    place: str
    place_kind: str
    building: str | None
    handler_id: int | None
    handler: str | None
    handler_role: str
    state: str
    submitted_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None
    escalation: int


class Listed(_Columns, Course):
    """A request as the list reads it: names and labels instead of rows."""

    __slots__ = ()


# Where the columns of `Listed` are found, in their order.
COLUMNS = (
    "id", "number", "title", "category__name", "finish_kind", "place", "place_kind", "building__label",
    "handler", "handler__name", "handler_role", "state", "submitted_at", "due_at", "resolved_at", "closed_at",
    "escalation",
)  # fmt: skip


class Line(NamedTuple):
    """A request as a row of the list, in the order of its columns."""

    url: str
    title: str
    number: str
    category: str
    place: str
    state: SafeString
    deadline: SafeString | str
    handler: str
    sent: str


def lines_of(rows: Iterable[tuple[Any, ...]], reader: User) -> list[Line]:
    """Requests, each its COLUMNS, as rows with every word and badge ready."""
    calendar = work_calendar()
    return [_line(Listed._make(row), reader, calendar) for row in rows]


def _line(found: Listed, reader: User, calendar: WorkCalendar) -> Line:
    deadline = deadlines.deadline_of(found, calendar)
    return Line(
        url=address("helpdesk:request", found.id),
        title=found.title,
        number=found.number,
        category=_(found.category),
        place=found.place_for(reader),
        state=state_badge(State(found.state).label, words.TONES[found.state]),
        deadline=state_badge(deadline.text, deadline.tone) if deadline.text else "",
        handler=found.handler or "—",
        sent=when(found.submitted_at),
    )


def drawn(lines: Sequence[Line]) -> SafeString:
    """The rows as the body of the table."""
    labels = {"place": _("在哪里"), "state": _("进展"), "due": _("期限")}
    gaps = ["{}"] * len(Line._fields)
    with_deadline = format_html(ROW, *gaps, **labels, no_deadline="")
    without = format_html(ROW, *gaps, **labels, no_deadline=SafeString(' class="desk-only"'))
    pieces = [format_html(with_deadline if line.deadline else without, *line) for line in lines]
    return SafeString("".join(pieces))
