"""Reminders of deadlines: shortly before and when they have passed, each once, and not in the night."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy

from community.calendar import work_calendar
from community.models import Community
from community.notices import notify
from core import clock
from core.quiet import is_quiet
from core.scoping import locked
from core.templatetags.portal import when
from core.workdays import ZONE, WorkCalendar
from helpdesk import turns
from helpdesk.actions.telling import title_of
from helpdesk.categories import LimitKind
from helpdesk.models import Reminder, ServiceRequest
from helpdesk.states import ENDED, OPEN, State

Kind = Reminder.Kind

# Limits by the clock on the wall are reminded of when the last third of their time begins.
LAST_PART = 3
WORKING_HOURS_BEFORE = timedelta(hours=1)
# Farther ahead nothing is looked at: no holiday is as long.
AHEAD = timedelta(days=20)
A_TIME = 500

TOLD = {
    Kind.SIGN_SOON: gettext_lazy("“%(title)s”：请在%(when)s前和提出的人联系。"),
    Kind.SIGN_LATE: gettext_lazy("“%(title)s”：%(when)s就该联系了，还没有记录，请尽快联系。"),
    Kind.DUE_SOON: gettext_lazy("“%(title)s”：请在%(when)s前办好。"),
    Kind.REVIEW_DAY: gettext_lazy("“%(title)s”挂账到了再看的日子，请看看能不能接着办。"),
    Kind.CHECK_DAY: gettext_lazy("“%(title)s”转出去了，到了去问进展的日子。"),
}
_WHY = "open requests everywhere, whose deadlines are near"


class Due(NamedTuple):
    """A reminder that somebody should have by now: of what, and of which date."""

    kind: str
    due_at: datetime


def due_for(row: Any, calendar: WorkCalendar) -> list[Due]:
    """The reminders that a request calls for at this moment, whoever had them before.

    None while its reporter is asked something; what is set aside is only looked at on its day. That the promised end
    has passed is told by `escalation`.
    """
    now = clock.now()
    if row.state not in OPEN or row.state == State.NEED_INFO:
        return []
    if row.state == State.SUSPENDED:
        return _on_the_day(Kind.REVIEW_DAY, row.review_on, now)
    found = _on_the_day(Kind.CHECK_DAY, row.next_check_on, now) if row.state == State.REFERRED else []
    if row.first_contact_at is None and row.state in UNTOUCHED:
        if now >= row.sign_due_at:
            found.append(Due(Kind.SIGN_LATE, row.sign_due_at))
        elif now >= soon_from(row.sign_kind, row.sign_amount, row.sign_due_at, calendar):
            found.append(Due(Kind.SIGN_SOON, row.sign_due_at))
    if soon_from(row.finish_kind, row.finish_amount, row.due_at, calendar) <= now < row.due_at:
        found.append(Due(Kind.DUE_SOON, row.due_at))
    return found


# Nobody has said yet that they were in touch.
UNTOUCHED = frozenset({State.SUBMITTED, State.ACCEPTED, State.DISPATCHED})


def soon_from(kind: str, amount: int, due_at: datetime, calendar: WorkCalendar) -> datetime:
    """From when on a limit is near.

    By the wall clock: its last third. Working hours: the last hour. Days: the opening of the last working day before
    the one on which it ends, and of that day itself where the limit is one day.
    """
    match kind:
        case LimitKind.MINUTES:
            return due_at - timedelta(minutes=amount) / LAST_PART
        case LimitKind.HOURS:
            return due_at - timedelta(hours=amount) / LAST_PART
        case LimitKind.WORKING_HOURS:
            return due_at - WORKING_HOURS_BEFORE
    day = clock.local(due_at).date()
    if amount > 1:
        before = (day - timedelta(days) for days in range(1, AHEAD.days))
        day = next((one for one in before if calendar.is_workday(one)), day)
    return datetime.combine(day, calendar.opens, ZONE)


def _on_the_day(kind: str, day: date | None, now: datetime) -> list[Due]:
    begins = datetime.combine(day, time.min, ZONE) if day else None
    return [Due(kind, begins)] if begins and now >= begins else []


def remind() -> int:
    """Remind whoever should be by now and was not; gives how many reminders. Run every few minutes.

    In the night only of emergencies: what falls into it is told in the morning, as it stands then.
    """
    calendar, done = work_calendar(), 0
    for community in Community.objects.all():
        for row, due in _wanting(_near(community), calendar):
            done += _remind(row, due, calendar)
    return done


def _near(community: Community) -> Iterable[ServiceRequest]:
    """Open requests of which something may be near."""
    now = clock.now()
    rows = ServiceRequest.objects.unscoped(reason=_WHY).filter(community=community).open()
    rows = rows.exclude(state=State.NEED_INFO)
    waits = Q(first_contact_at__isnull=True, state__in=UNTOUCHED, sign_due_at__lt=now + AHEAD)
    ends = Q(due_at__gt=now, due_at__lt=now + AHEAD)
    asked = Q(review_on__lte=clock.today()) | Q(next_check_on__lte=clock.today(), state=State.REFERRED)
    rows = rows.filter(waits | ends | asked)
    if is_quiet(now):
        rows = rows.filter(sign_kind=LimitKind.MINUTES)
    return rows.only(*COLUMNS).order_by("due_at", "pk")


COLUMNS = (
    "state", "first_contact_at", "sign_kind", "sign_amount", "sign_due_at", "finish_kind", "finish_amount", "due_at",
    "review_on", "next_check_on",
)  # fmt: skip


def _wanting(rows: Iterable[ServiceRequest], calendar: WorkCalendar) -> list[tuple[UUID, Due]]:
    """The reminders that nobody has had; a few queries, whatever their number."""
    wanted = [(row.pk, due) for row in rows for due in due_for(row, calendar)]
    reminders, had = Reminder.objects.unscoped(reason=_WHY), set()
    for start in range(0, len(wanted), A_TIME):
        keys = {key for key, _due in wanted[start : start + A_TIME]}
        had |= set(reminders.filter(request__in=keys).values_list("request_id", "kind", "due_at"))
    return [(key, due) for key, due in wanted if (key, *due) not in had]


@transaction.atomic
def _remind(key: UUID, due: Due, calendar: WorkCalendar) -> bool:
    """Tell it, unless the request has gone on, or another worker was faster."""
    row = locked(ServiceRequest.objects.unscoped(reason=_WHY).get(pk=key))
    if due not in due_for(row, calendar):
        return False
    _made, fresh = Reminder.objects.unscoped(reason=_WHY).get_or_create(
        request=row, kind=due.kind, due_at=due.due_at, defaults={"community_id": row.community_id}
    )
    if fresh:
        with translation.override(settings.LANGUAGE_CODE):
            words = {"title": title_of(row), "when": when(due.due_at)}
            text = str(TOLD[Kind(due.kind)]) % words
            notify(_people(row, due.kind), about=row, kind="request_reminder", text=text, urgent=row.is_emergency)
    return fresh


def forget_ended() -> int:
    """Forget what was reminded of in requests that have ended; begun again, they have other dates. Run daily."""
    ended = Reminder.objects.unscoped(reason="reminders that nobody needs any more")
    return int(ended.filter(request__state__in=[State.RESOLVED, *ENDED]).delete()[0])


def _people(row: ServiceRequest, kind: str) -> list[Any]:
    """Whose turn it is; that nobody was in touch in time, and the days that the secretary set, concern others too."""
    people = turns.whose_turn(row)
    if kind == Kind.SIGN_LATE:
        people = [*people, *turns.leaders(row)]
    if kind in (Kind.REVIEW_DAY, Kind.CHECK_DAY):
        people = [*people, *turns.secretaries(row)]
    return people
