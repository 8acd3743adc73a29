"""An activity as a file that phones and desks take into their calendars."""

from __future__ import annotations

from django.utils.translation import gettext as _

from alliance.activities.states import State
from alliance.models import Activity
from community.models import AuditEvent
from core.calendar_files import Entry, as_ics

# Each of these makes an entry that a calendar has already a new one.
_CHANGES = ("activity_changed", "activity_cancelled")


def calendar_file(activity: Activity, *, url: str) -> bytes | None:
    """The activity, without who comes to it; None before it is announced. Called off, it comes as a cancelled entry of
    the same name, so that it goes again."""
    if activity.state == State.DRAFT or activity.announced_at is None:
        return None
    entry = Entry(
        key=f"activity-{activity.pk}",
        starts_at=activity.starts_at,
        ends_at=activity.ends_at,
        summary=_("活动：%(title)s") % {"title": activity.title},
        place=activity.place,
        url=url,
        description=activity.text,
        version=AuditEvent.objects.of(activity).filter(verb__in=_CHANGES).count(),
        stands=activity.state != State.CANCELLED,
    )
    return as_ics([entry], room="activities")
