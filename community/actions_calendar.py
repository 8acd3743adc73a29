"""The calendar is changed: single days, a swap, a whole year; everybody's deadlines follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import audit, calendar
from community.models import CalendarDay, Community, User
from community.models.community import CalendarYear
from core import clock
from core.refusal import Refused
from core.workdays import seed_days

FIRST_YEAR, YEARS_AHEAD = 2024, 2
# As many days as one entry may name.
AT_MOST = 31


class What(models.TextChoices):
    OFF = "off", gettext_lazy("放假")
    WORKED = "worked", gettext_lazy("上班")
    USUAL = "usual", gettext_lazy("照平常（周一到周五上班）")


class Entry(NamedTuple):
    """What a day is to be; `is_workday` None is as every week."""

    is_workday: bool | None
    name: str = ""


def years() -> range:
    """The years that can be looked at and changed."""
    return range(FIRST_YEAR, clock.today().year + YEARS_AHEAD + 1)


@transaction.atomic
def set_days(*, first: date, last: date, what: str, name: str = "", reason: str, by: User) -> list[date]:
    """Make the days from `first` to `last` holidays, working days, or days as every week; the days that changed.

    Raises Refused for days in disorder, too many, too far away, or where nothing would change.
    """
    if last < first:
        raise Refused(_("后一天要在前一天以后。"))
    if (last - first).days >= AT_MOST:
        raise Refused(_("一次最多改 %(days)d 天，请分几次。") % {"days": AT_MOST})
    entry = Entry({What.OFF: False, What.WORKED: True}.get(What(what)), name if what != What.USUAL else "")
    days = (first + timedelta(number) for number in range((last - first).days + 1))
    return _write(dict.fromkeys(days, entry), reason=reason, by=by)


@transaction.atomic
def swap(*, off: date, worked: date, name: str = "", reason: str, by: User) -> list[date]:
    """One day off, and another one worked for it (调休). Raises Refused as `set_days`, and where both are one day."""
    if off == worked:
        raise Refused(_("放假和补班要是两天。"))
    return _write({off: Entry(False, name), worked: Entry(True, name)}, reason=reason, by=by)


def differences(year: int) -> dict[date, tuple[Entry, Entry]]:
    """What bringing in the announced days of a year would change: each day as it is and as it would be.

    Raises Refused where they are not known yet.
    """
    announced = seed_days(year)
    if not announced.known:
        raise Refused(
            _("平台里还没有 %(year)d 年的放假安排。国务院办公厅公布以后，请按通知一天天录，录齐了再标一下。")
            % {"year": year}
        )
    wanted = {one.day: Entry(one.is_workday, one.name) for one in announced.special()}
    listed = _listed(date(year, 1, 1), date(year, 12, 31))
    usual = Entry(None)
    days = sorted(wanted.keys() | listed.keys())
    pairs = {day: (listed.get(day, usual), wanted.get(day, usual)) for day in days}
    return {day: pair for day, pair in pairs.items() if pair[0] != pair[1]}


@transaction.atomic
def bring_in(year: int, *, reason: str, by: User) -> list[date]:
    """Take over the announced days of a year, also again; what was changed by hand in it goes. The days that changed.

    Raises Refused where they are not known yet, and where they are all there.
    """
    _check_year(year)
    changes = {day: after for day, (_before, after) in differences(year).items()}
    fresh = _mark(year)
    if not changes and not fresh:
        raise Refused(_("%(year)d 年的安排已经录齐，没有要改的。") % {"year": year})
    return _write(changes, reason=reason, by=by) if changes else _completed(year, reason=reason, by=by)


@transaction.atomic
def complete(year: int, *, reason: str, by: User) -> None:
    """Say that all days of a year are listed: nobody is warned any more. Raises Refused where it has been said."""
    _check_year(year)
    if not _mark(year):
        raise Refused(_("%(year)d 年已经标过“录齐了”。") % {"year": year})
    _completed(year, reason=reason, by=by)


def _mark(year: int) -> bool:
    return CalendarYear.objects.get_or_create(first_day=date(year, 1, 1))[1]


def _completed(year: int, *, reason: str, by: User) -> list[date]:
    with translation.override(settings.LANGUAGE_CODE):
        _record({str(year): ["", _("录齐了")]}, reason=reason, by=by)
    return []


def _check_year(year: int) -> None:
    if year not in years():
        raise Refused(_("只能改 %(first)d 年到 %(last)d 年。") % {"first": years()[0], "last": years()[-1]})


def _listed(first: date, last: date) -> dict[date, Entry]:
    rows = CalendarDay.objects.filter(day__gte=first, day__lte=last)
    return {row.day: Entry(row.is_workday, row.name) for row in rows}


def _write(wanted: Mapping[date, Entry], *, reason: str, by: User) -> list[date]:
    """Write what is not so yet, record it, and let the rooms know."""
    for day in wanted:
        _check_year(day.year)
    first, last = min(wanted), max(wanted)
    # Whoever changes the calendar waits for whoever else does.
    list(CalendarYear.objects.select_for_update())
    listed, usual = _listed(first, last), Entry(None)
    fitted = {day: usual if entry.is_workday == (day.weekday() < 5) else entry for day, entry in wanted.items()}
    changed = {day: entry for day, entry in fitted.items() if listed.get(day, usual) != entry}
    if not changed:
        raise Refused(_("日历上已经是这样了，没有要改的。"))
    CalendarDay.objects.filter(day__in=changed).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=day, is_workday=entry.is_workday, name=entry.name)
        for day, entry in changed.items()
        if entry.is_workday is not None
    )
    with translation.override(settings.LANGUAGE_CODE):
        pairs = {day: (listed.get(day, usual), changed[day]) for day in sorted(changed)}
        told = {day.isoformat(): [words(day, one) for one in pair] for day, pair in pairs.items()}
    _record(told, reason=reason, by=by)
    calendar.changed(by, min(changed), max(changed))
    return sorted(changed)


def words(day: date, entry: Entry) -> str:
    """What a day is, as people say it."""
    works = day.weekday() < 5 if entry.is_workday is None else entry.is_workday
    said = _("上班") if works else _("休息") if entry.is_workday is None else _("放假")
    return _("%(said)s（%(name)s）") % {"said": said, "name": _(entry.name)} if entry.name else said


def _record(changes: dict[str, list[str]], *, reason: str, by: User) -> None:
    """Every community finds in its own record what has moved its deadlines."""
    everywhere: Iterable[tuple[Community, dict[str, list[str]]]] = ((one, changes) for one in Community.objects.all())
    audit.record_many("calendar_changed", everywhere, by=by, reason=reason)
