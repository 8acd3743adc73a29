"""The working-day calendar as the community keeps it."""

from datetime import date

from community.models import CalendarDay
from core.workdays import WorkCalendar


def work_calendar() -> WorkCalendar:
    """The calendar with the listed days; a day that is not listed is Monday to Friday. One query."""
    listed = dict(CalendarDay.objects.values_list("day", "is_workday"))

    def is_workday(day: date) -> bool:
        return listed.get(day, day.weekday() < 5)

    return WorkCalendar(is_workday)
