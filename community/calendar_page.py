"""A year of the calendar as a page shows it: months as tables, and the days that are not as every week."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from community.calendar import work_calendar
from community.models import AuditEvent, CalendarDay, User
from core import clock
from core.models import Job
from core.quarters import Month
from core.templatetags.portal import dated
from core.templatetags.portal import day as day_words

HISTORY_AT_MOST = 20
# The names with which the announced days come.
HOLIDAYS = (
    gettext_noop("元旦"),
    gettext_noop("春节"),
    gettext_noop("清明"),
    gettext_noop("劳动节"),
    gettext_noop("端午"),
    gettext_noop("中秋"),
    gettext_noop("国庆节"),
)


@dataclass(frozen=True)
class Cell:
    """A day of a month; `mark` is one character that says what the colour says, `look` the class."""

    number: int
    mark: str = ""
    look: str = ""
    words: str = ""


@dataclass(frozen=True)
class Sheet:
    """A month: its name and its weeks, where a day of another month is None."""

    label: str
    weeks: list[list[Cell | None]]


@dataclass
class Stretch:
    """Neighbouring days with one name that are all off or all worked, weekends between them included."""

    first: date
    last: date
    is_workday: bool
    name: str

    @property
    def days(self) -> str:
        """The days as people say them."""
        if self.first == self.last:
            return dated(self.first)
        return _("%(first)s到%(last)s") % {"first": day_words(self.first), "last": day_words(self.last)}

    @property
    def title(self) -> str:
        """What is special about them."""
        if not self.name:
            return _("补班") if self.is_workday else _("放假")
        said = _("%(name)s补班") if self.is_workday else _("%(name)s放假")
        return said % {"name": _(self.name)}

    @property
    def all_days(self) -> list[date]:
        """Every day from the first to the last."""
        return [self.first + timedelta(number) for number in range((self.last - self.first).days + 1)]

    @property
    def query(self) -> str:
        """For the form that changes them."""
        return f"?first={self.first}&last={self.last}"


@dataclass(frozen=True)
class YearPage:
    """A year, and whether its holidays are listed completely."""

    year: int
    is_known: bool
    before: int | None
    after: int | None
    sheets: list[Sheet]
    stretches: list[Stretch]
    weekdays: list[str] = field(default_factory=list)


def year_page(year: int, years: range) -> YearPage:
    """Two queries."""
    listed = {row.day: row for row in CalendarDay.objects.filter(day__year=year)}
    stretches = _stretches(listed.values())
    special = {day: one for one in stretches for day in one.all_days}
    return YearPage(
        year=year,
        is_known=work_calendar().is_known(year),
        before=year - 1 if year - 1 in years else None,
        after=year + 1 if year + 1 in years else None,
        sheets=[_sheet(Month(year, number), special) for number in range(1, 13)],
        stretches=stretches,
        weekdays=[_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
    )


def _sheet(month: Month, special: dict[date, Stretch]) -> Sheet:
    weeks = calendar.Calendar().monthdatescalendar(month.year, month.number)
    return Sheet(
        label=str(MONTHS[month.number]),
        weeks=[[_cell(day, special.get(day)) if day.month == month.number else None for day in week] for week in weeks],
    )


def _cell(day: date, within: Stretch | None) -> Cell:
    today = " is-today" if day == clock.today() else ""
    if within is None:
        return Cell(day.day, look=("is-weekend" if day.weekday() >= 5 else "") + today)
    mark, look = (_("班"), "is-worked") if within.is_workday else (_("休"), "is-off")
    return Cell(day.day, mark, look + today, within.title)


def _stretches(rows: Iterable[CalendarDay]) -> list[Stretch]:
    found: list[Stretch] = []
    for row in sorted(rows, key=lambda one: one.day):
        last = found[-1] if found else None
        if last and (last.name, last.is_workday) == (row.name, row.is_workday) and _only_rest(last.last, row):
            last.last = row.day
        else:
            found.append(Stretch(row.day, row.day, row.is_workday, row.name))
    return found


def _only_rest(last: date, row: CalendarDay) -> bool:
    """Whether the row goes on where a stretch of days off has ended, weekends not counted."""
    between = (last + timedelta(number) for number in range(1, (row.day - last).days))
    return row.day - last == timedelta(1) or (not row.is_workday and all(day.weekday() >= 5 for day in between))


def last_changes(user: User) -> list[AuditEvent]:
    """The newest changes, told by the record of one of the user's own communities."""
    mine = sorted(user.scope.offices_communities)[:1]
    rows = AuditEvent.objects.unscoped(reason="changes of the calendar that all communities share")
    target = {"target_type": "community.community", "target_id__in": [str(key) for key in mine]}
    return list(rows.filter(community__in=mine, verb="calendar_changed", **target)[:HISTORY_AT_MOST])


def last_recount() -> Job | None:
    """The newest counting anew of the deadlines, whoever changed the calendar."""
    return Job.objects.filter(kind="calendar").order_by("-created_at").first()
