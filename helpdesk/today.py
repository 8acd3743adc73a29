"""What requests ask of one person today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.calendar import work_calendar
from community.today import Ask
from helpdesk.models import ServiceRequest
from helpdesk.page import CALLS, Card, cards_of
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User

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
    rows = ServiceRequest.objects.waiting_for(user).for_list().order_by("due_at", "pk")[:AT_MOST]
    return [_ask(card) for card in cards_of(rows, user, work_calendar())]


def _ask(card: Card) -> Ask:
    row = card.found
    name, args = ("helpdesk:rate", [row.pk]) if row.state == State.RESOLVED else ("helpdesk:request", [row.pk])
    return Ask(
        title=str(WHAT[State(row.state)]) % {"title": row.title},
        detail=_("、").join(part for part in (card.place, card.deadline.text) if part),
        url=reverse(name, args=args),
        button=str(CALLS[State(row.state)]),
        since=row.submitted_at,
        urgent=row.is_open and (row.is_overdue or bool(row.category.banner)),
    )
