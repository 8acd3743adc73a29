"""What requests ask of one person today."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.access import Permission
from community.questions import Row
from community.roles import Role
from community.today import Ask
from core import clock
from core.addresses import address
from helpdesk import deadlines
from helpdesk.course import Course
from helpdesk.models import Approval, ServiceRequest
from helpdesk.page import CALLS
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar

AT_MOST = 40
# So far ahead the limits of what is logged today may end, weekends and holidays included.
LIMITS_REACH = timedelta(days=45)

WHAT = {
    State.SUBMITTED: gettext_lazy("新诉求：%(title)s"),
    State.ACCEPTED: gettext_lazy("还没派人：%(title)s"),
    State.DISPATCHED: gettext_lazy("请您签收：%(title)s"),
    State.IN_PROGRESS: gettext_lazy("正在办：%(title)s"),
    State.REVIEW: gettext_lazy("请您审核：%(title)s"),
    State.RESOLVED: gettext_lazy("请您评价：%(title)s"),
    State.NEED_INFO: gettext_lazy("请您补充：%(title)s"),
    State.SUSPENDED: gettext_lazy("挂账的到日子了：%(title)s"),
    State.REFERRED: gettext_lazy("该去问一问了：%(title)s"),
}
# For the secretary, of whom somebody has asked leave.
ASKED = gettext_lazy("等您答复%(what)s的申请：%(title)s")


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
    escalation: int
    asked_for: str


class Waiting(_Columns, Course):
    """A request as a line of Today reads it: labels instead of rows."""

    __slots__ = ()


# Where the columns of `Waiting` are found, in their order.
COLUMNS = (
    "id", "title", "category__banner", "finish_kind", "place", "place_kind", "building__label",
    "handler", "handler_role", "state", "submitted_at", "due_at", "resolved_at", "closed_at",
    "escalation", "asked_for",
)  # fmt: skip


def say(user: User, rows: list[Row]) -> list[Ask]:
    """A line for each request; one query more, for the calendar, where there is any or the calendar is one's own."""
    keeps_calendar = user.scope.may(Permission.REQUEST_SETTINGS)
    waiting = [_ask(Waiting._make(row), user, user.calendar) for row in rows]
    return [*waiting, *_unlisted_years(user.calendar)] if keeps_calendar else waiting


def waiting(user: User) -> Any:
    """Requests whose next step is this person's, those due first where there are many."""
    return ServiceRequest.objects.waiting_for(user).order_by("due_at", "pk").values_list(*COLUMNS)[:AT_MOST]


def _unlisted_years(calendar: WorkCalendar) -> list[Ask]:
    """The office is asked to list a year when limits begin to reach into it."""
    today = clock.today()
    return [
        Ask(
            title=_("%(year)d 年的放假安排还没有录") % {"year": year},
            detail=_("期限跨到这一年的诉求，先按周一到周五算"),
            url=reverse("community:calendar_year", args=[year]),
            button=_("去录"),
        )
        for year in calendar.unknown_years(today, today + LIMITS_REACH)
    ]


def _ask(row: Waiting, user: User, calendar: WorkCalendar) -> Ask:
    deadline = deadlines.deadline_of(row, calendar).text
    awaits = bool(row.asked_for) and row.handler_id != user.pk and user.scope.has_role(Role.SECRETARY)
    what = Approval.Step(row.asked_for).label if awaits else ""
    return Ask(
        title=str(ASKED if awaits else WHAT[State(row.state)]) % {"title": row.title, "what": what},
        detail=_("、").join(part for part in (row.place_for(user), deadline) if part),
        url=address("helpdesk:rate" if row.state == State.RESOLVED else "helpdesk:request", row.id),
        button=_("去答复") if awaits else str(CALLS[State(row.state)]),
        since=row.submitted_at,
        urgent=row.is_open and (row.is_overdue or bool(row.banner)),
    )
