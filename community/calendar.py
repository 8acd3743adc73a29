"""The working-day calendar as the community keeps it."""

from datetime import date
from functools import cache

from community.models import CalendarDay
from core.sql import rows
from core.workdays import WorkCalendar

_LISTED = f"SELECT day, is_workday FROM {CalendarDay._meta.db_table}"  # noqa: S608 the name of a table


def work_calendar() -> WorkCalendar:
    """The calendar with the listed days; a day that is not listed is Monday to Friday. One query, when first asked."""

    @cache
    def listed() -> dict[date, bool]:
        return dict(rows(_LISTED))

    def is_workday(day: date) -> bool:
        return listed().get(day, day.weekday() < 5)

    return WorkCalendar(is_workday)
