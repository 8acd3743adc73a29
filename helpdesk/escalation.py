"""What is late becomes known further up: who has it, the leader of the grid, the secretary."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy

from community import audit
from community.calendar import work_calendar
from community.models import Community
from community.notices import notify
from core import clock
from core.quiet import is_quiet
from core.scoping import locked
from helpdesk import deadlines, groups, turns
from helpdesk.actions.telling import title_of
from helpdesk.actions.updates import write
from helpdesk.categories import LimitKind
from helpdesk.models import ServiceRequest, Update
from helpdesk.states import State

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar

Level = ServiceRequest.Escalation

# After so many working days past the promised end; the first is told as soon as the end has passed.
WORKING_DAYS = {Level.HANDLER: 0, Level.LEADER: 2, Level.SECRETARY: 5}

TOLD = {
    Level.HANDLER: gettext_lazy("“%(title)s”过了期限，请尽快办；一时办不了，请写一句原因。"),
    Level.LEADER: gettext_lazy("“%(title)s”%(late)s，还没办好，请看看卡在哪里。"),
    Level.SECRETARY: gettext_lazy("“%(title)s”%(late)s，还没办好，请您督办。"),
}
_WHY = "open requests everywhere, to see which are late"


def level_of(row: Any, calendar: WorkCalendar) -> int:
    """How far up it should be known by now that a request is late: 0, or a level of `ServiceRequest.Escalation`.

    While the reporter is asked something, nobody is late; what is set aside is not before the day it is looked at.
    """
    now, since = clock.now(), late_since(row, calendar)
    if row.state == State.NEED_INFO or now <= since:
        return Level.NONE
    passed = {level: calendar.add_working_days(since, days) if days else since for level, days in WORKING_DAYS.items()}
    return max(level for level, moment in passed.items() if now > moment)


def late_since(row: Any, calendar: WorkCalendar) -> datetime:
    """From when it counts as late: the promised end, or the end of the day on which what was set aside is looked at."""
    due_at: datetime = row.due_at
    if row.state == State.SUSPENDED and row.review_on:
        return max(due_at, calendar.closing(row.review_on))
    return due_at


def escalate() -> int:
    """Raise what has been late for longer, and tell whom it concerns; gives how many. Run every few minutes.

    By day only, but for emergencies: what becomes late in the night is raised in the morning.
    """
    calendar, raised = work_calendar(), 0
    for community in Community.objects.all():
        late = ServiceRequest.objects.unscoped(reason=_WHY).filter(community=community).overdue()
        late = late.filter(escalation__lt=Level.SECRETARY).exclude(state=State.NEED_INFO)
        if is_quiet(clock.now()):
            late = late.filter(sign_kind=LimitKind.MINUTES)
        rows = late.only("state", "due_at", "review_on", "escalation").order_by("due_at", "pk")
        keys = [row.pk for row in rows if level_of(row, calendar) > row.escalation]
        raised += sum(_raise(key, calendar) for key in keys)
    return raised


@transaction.atomic
def _raise(key: UUID, calendar: WorkCalendar) -> bool:
    row = locked(ServiceRequest.objects.unscoped(reason=_WHY).get(pk=key))
    before, level = row.escalation, level_of(row, calendar) if row.is_open else Level.NONE
    if level <= before:
        return False
    row.escalation = level
    row.save(update_fields=["escalation"])
    write(row, Update.Kind.NOTE, by=None, details={"escalation": int(level)})
    audit.record("request_escalated", row, by=None, changes={"escalation": [before, int(level)]})
    told: set[int] = set()
    for step in range(before + 1, level + 1):
        people = [one for one in _people(row, step) if one.pk not in told]
        told |= {one.pk for one in people}
        _tell(row, people, step)
    return True


def _people(row: ServiceRequest, level: int) -> list[Any]:
    if level == Level.HANDLER:
        return turns.whose_turn(row)
    return turns.leaders(row) if level == Level.LEADER else turns.secretaries(row)


def _tell(row: ServiceRequest, people: list[User], level: int) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        words = {"title": title_of(row), "late": deadlines.late_words(row.due_at)}
        text = str(TOLD[Level(level)]) % words
        notify(people, about=row, kind="request_overdue", text=text, urgent=row.is_emergency)
        if level == Level.LEADER:
            groups.tell_late(row)
