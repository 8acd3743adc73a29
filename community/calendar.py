"""The working-day calendar, which all communities of the portal share, and who hears when it changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from community.models import CalendarDay
from community.models.community import CalendarYear
from core.sql import rows
from core.workdays import WorkCalendar

if TYPE_CHECKING:
    from community.models import User

# The days that are not as every week, and, as days without a word about work, the years that are listed completely.
_LISTED = (
    f"SELECT day, is_workday FROM {CalendarDay._meta.db_table} "  # noqa: S608 the names of tables
    f"UNION ALL SELECT first_day, NULL FROM {CalendarYear._meta.db_table}"
)

Reaction = Callable[["User", date, date], None]
_reactions: list[Reaction] = []


def work_calendar() -> WorkCalendar:
    """The calendar with the listed days; a day that is not listed is Monday to Friday. One query, when first asked."""

    @cache
    def listed() -> tuple[dict[date, bool], frozenset[int]]:
        found = rows(_LISTED)
        days = {day: bool(works) for day, works in found if works is not None}
        return days, frozenset(day.year for day, works in found if works is None)

    def is_workday(day: date) -> bool:
        return listed()[0].get(day, day.weekday() < 5)

    def is_known(year: int) -> bool:
        return year in listed()[1]

    return WorkCalendar(is_workday, is_known=is_known)


def register(react: Reaction) -> None:
    """What a room does when days from the first to the last have changed; called in the transaction of the change."""
    _reactions.append(react)


def changed(by: User, first: date, last: date) -> None:
    """Tell the rooms that days from `first` to `last` are others now."""
    for react in _reactions:
        react(by, first, last)
