"""The calendar has changed: the promises of open requests are counted anew, and whoever waits for one is told."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community import audit
from community.calendar import work_calendar
from community.models import Community
from community.notices import notify
from core import clock, jobs
from core.models import Job
from core.scoping import locked
from core.templatetags.portal import when
from core.workdays import ZONE
from helpdesk import deadlines, escalation, sides
from helpdesk.actions.telling import title_of
from helpdesk.actions.updates import write
from helpdesk.informants import accounts_of
from helpdesk.models import Pause, ServiceRequest, Update
from helpdesk.states import OPEN

if TYPE_CHECKING:
    from community.models import User
    from core.workdays import WorkCalendar

KIND = "calendar"
TOLD = gettext_lazy("日历改了，“%(title)s”的期限改到%(due)s。")
_WHY = "open requests everywhere, whose limits the calendar decides"


def react(by: User, first: date, last: date) -> None:
    """Have the worker count anew what these days take part in."""
    args = [first.isoformat(), last.isoformat()]
    jobs.start(KIND, _("按改过的日历重算诉求期限"), owner=by, task=recount_open, args=args)


@jobs.work
def recount_open(job: Job, first: str, last: str) -> dict[str, Any]:
    """Count open requests anew whose time reaches into the days from `first` to `last` (ISO).

    Each is a transaction of its own, and one whose dates stay as they are is not written: a job that was killed, or is
    done twice, tells nobody twice.
    """
    keys = [key for community in Community.objects.all() for key in _touched(community, first, last)]
    calendar, moved = work_calendar(), 0
    for number, key in enumerate(keys, start=1):
        moved += _recount(key, calendar)
        jobs.progress(job, number, len(keys))
    words = ngettext(
        "看过 %(seen)d 件还在办的诉求，%(moved)d 件的期限变了。",
        "看过 %(seen)d 件还在办的诉求，%(moved)d 件的期限变了。",
        len(keys),
    )
    return {"words": words % {"seen": len(keys), "moved": moved}}


def _touched(community: Community, first: str, last: str) -> list[UUID]:
    """What began before the days were over and was due when they began, or later."""
    begin = datetime.combine(date.fromisoformat(first), time.min, ZONE)
    end = datetime.combine(date.fromisoformat(last) + timedelta(1), time.min, ZONE)
    rows = ServiceRequest.objects.unscoped(reason=_WHY).filter(community=community, state__in=OPEN, clock_from__lt=end)
    rows = rows.filter(Q(due_at__gte=begin) | Q(sign_due_at__gte=begin))
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True))


def _recount(key: UUID, calendar: WorkCalendar) -> bool:
    """Whether its dates are others now; looked at without a lock first, for most are not."""
    row = ServiceRequest.objects.unscoped(reason=_WHY).get(pk=key)
    return _counted(row, calendar) != (row.sign_due_at, row.due_at) and _move(row, calendar)


def _counted(row: ServiceRequest, calendar: WorkCalendar) -> tuple[datetime, datetime]:
    """Both moments as they would be; the limit for the first contact stays once there was one."""
    before = row.sign_due_at, row.due_at
    deadlines.recount(row, calendar, Pause.objects.spans_of(row))
    after = before[0] if row.first_contact_at else row.sign_due_at, row.due_at
    row.sign_due_at, row.due_at = before
    return after


@transaction.atomic
def _move(found: ServiceRequest, calendar: WorkCalendar) -> bool:
    row = locked(found)
    before, after = (row.sign_due_at, row.due_at), _counted(row, calendar)
    if row.state not in OPEN or after == before:
        return False
    row.sign_due_at, row.due_at = after
    row.escalation = min(row.escalation, escalation.level_of(row, calendar))
    row.save(update_fields=["sign_due_at", "due_at", "escalation"])
    pairs = {"sign_due_at": (before[0], after[0]), "due_at": (before[1], after[1])}
    changes = {name: [f"{clock.local(one):%Y-%m-%d %H:%M}" for one in pair] for name, pair in pairs.items()}
    audit.record(
        "request_recounted", row, by=None, changes={name: two for name, two in changes.items() if len(set(two)) > 1}
    )
    if after[1] != before[1]:
        moved = [before[1].isoformat(), after[1].isoformat()]
        _tell(row, write(row, Update.Kind.REMARK, by=None, details={"moved": moved}))
    return True


def _tell(row: ServiceRequest, update: Update) -> None:
    """Those who wait for it and who handles it, each once; of a mediation both households."""
    waiting = sides.told(row, update) if row.has_parties else [row.reporter] if row.reporter else accounts_of(row)
    people = [*waiting, *([row.handler] if row.handler else [])]
    with translation.override(settings.LANGUAGE_CODE):
        text = str(TOLD) % {"title": title_of(row), "due": when(row.due_at)}
        notify(people, about=row, kind="request_recounted", text=text)
