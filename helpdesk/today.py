"""What requests ask of one person today."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.calendar import work_calendar
from community.today import Ask
from core.addresses import address
from helpdesk import deadlines
from helpdesk.course import Course
from helpdesk.models import ServiceRequest
from helpdesk.page import CALLS
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar

AT_MOST = 40

WHAT = {
    State.SUBMITTED: gettext_lazy("新诉求：%(title)s"),
    State.ACCEPTED: gettext_lazy("还没派人：%(title)s"),
    State.DISPATCHED: gettext_lazy("请您签收：%(title)s"),
    State.IN_PROGRESS: gettext_lazy("正在办：%(title)s"),
    State.REVIEW: gettext_lazy("请您审核：%(title)s"),
    State.RESOLVED: gettext_lazy("请您评价：%(title)s"),
}


class _Columns(NamedTuple):
    id: UUID
    title: str
    banner: str
    finish_kind: str
    place: str
    place_kind: str
    building: str | None
    handler_id: int | None
    handler_role: str
    state: str
    submitted_at: datetime
    due_at: datetime
    resolved_at: datetime | None
    closed_at: datetime | None


class Waiting(_Columns, Course):
    """A request as a line of Today reads it: labels instead of rows."""

    __slots__ = ()


# Where the columns of `Waiting` are found, in their order.
COLUMNS = (
    "id", "title", "category__banner", "finish_kind", "place", "place_kind", "building__label",
    "handler", "handler_role", "state", "submitted_at", "due_at", "resolved_at", "closed_at",
)  # fmt: skip


def asks(user: User) -> list[Ask]:
    """Requests whose next step is this person's, the one due first in front; two queries, whatever their number."""
    rows = ServiceRequest.objects.waiting_for(user).order_by("due_at", "pk").values_list(*COLUMNS)[:AT_MOST]
    calendar = work_calendar()
    return [_ask(Waiting._make(row), user, calendar) for row in rows]


def _ask(row: Waiting, user: User, calendar: WorkCalendar) -> Ask:
    deadline = deadlines.deadline_of(row, calendar).text
    return Ask(
        title=str(WHAT[State(row.state)]) % {"title": row.title},
        detail=_("、").join(part for part in (row.place_for(user), deadline) if part),
        url=address("helpdesk:rate" if row.state == State.RESOLVED else "helpdesk:request", row.id),
        button=str(CALLS[State(row.state)]),
        since=row.submitted_at,
        urgent=row.is_open and (row.is_overdue or bool(row.banner)),
    )
