"""The hours in which nobody is disturbed."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

# Local hours: from 20:00 to 8:00 nothing is sent that can wait.
FROM, UNTIL = 20, 8


def is_quiet(moment: datetime, begins: int = FROM, ends: int = UNTIL) -> bool:
    """Whether `moment` lies in the quiet hours, which begin in the evening and end in the morning."""
    hour = timezone.localtime(moment).hour
    return hour >= begins or hour < ends


def not_before_morning(moment: datetime, begins: int = FROM, ends: int = UNTIL) -> datetime:
    """`moment`, or the morning after it where it lies in the quiet hours."""
    if not is_quiet(moment, begins, ends):
        return moment
    local = timezone.localtime(moment)
    day = local.date() + timedelta(days=local.hour >= begins)
    return timezone.make_aware(datetime.combine(day, time(ends)))
