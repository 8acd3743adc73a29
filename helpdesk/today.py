"""What requests ask of one person today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.calendar import work_calendar
from community.today import Ask
from core.addresses import address
from helpdesk import deadlines
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


def asks(user: User) -> list[Ask]:
    """Requests whose next step is this person's, the one due first in front; two queries, whatever their number."""
    rows = ServiceRequest.objects.waiting_for(user).for_today().order_by("due_at", "pk")[:AT_MOST]
    calendar = work_calendar()
    return [_ask(row, user, calendar) for row in rows]


def _ask(row: ServiceRequest, user: User, calendar: WorkCalendar) -> Ask:
    deadline = deadlines.deadline_of(row, calendar).text
    return Ask(
        title=str(WHAT[State(row.state)]) % {"title": row.title},
        detail=_("、").join(part for part in (row.place_for(user), deadline) if part),
        url=address("helpdesk:rate", row.pk) if row.state == State.RESOLVED else row.get_absolute_url(),
        button=str(CALLS[State(row.state)]),
        since=row.submitted_at,
        urgent=row.is_open and (row.is_overdue or bool(row.category.banner)),
    )
