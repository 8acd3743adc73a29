"""Until when somebody must be in touch about a request and finish it: counted, in words, and day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import clock
from core.templatetags.portal import dated, moment, when
from core.templatetags.portal import day as day_words
from helpdesk.categories import LimitKind
from helpdesk.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.workdays import DayCount, Pause, WorkCalendar
    from helpdesk.course import Course
    from helpdesk.models import Category, ServiceRequest


# How far up it is known that something is late; the levels of `ServiceRequest.Escalation`.
TOLD = {2: gettext_lazy("%(late)s，已报网格长"), 3: gettext_lazy("%(late)s，已报社区书记")}


@dataclass(frozen=True)
class Deadline:
    """How a deadline stands, as a badge: nothing to say has no text."""

    tone: str = ""
    text: str = ""


@dataclass(frozen=True)
class Day:
    """One line of the count; `look` is its class: is-off (does not count), is-due, or nothing."""

    day: str
    note: str
    look: str = ""


def due(kind: str, amount: int, start: datetime, calendar: WorkCalendar, paused: Sequence[Pause] = ()) -> datetime:
    """When a limit that begins at `start` (aware) is over; in `paused` its clock stood still."""
    match kind:
        case LimitKind.MINUTES:
            return calendar.add_minutes(start, amount, paused)
        case LimitKind.HOURS:
            return calendar.add_minutes(start, amount * 60, paused)
        case LimitKind.WORKING_HOURS:
            return calendar.add_working_hours(start, amount, paused)
        case LimitKind.WORKING_DAYS:
            return calendar.add_working_days(start, amount, paused)
        case LimitKind.CALENDAR_DAYS:
            return calendar.add_days(start, amount, paused)
    raise ValueError(f"no such kind of limit: {kind}")


def promise(request: ServiceRequest, category: Category, calendar: WorkCalendar, paused: Sequence[Pause] = ()) -> None:
    """Take over the limits of the category, to stay as they are whatever becomes of it, and count them."""
    request.sign_kind, request.sign_amount = category.sign_kind, category.sign_amount
    request.finish_kind, request.finish_amount = category.finish_kind, category.finish_amount
    recount(request, calendar, paused)


def recount(request: ServiceRequest, calendar: WorkCalendar, paused: Sequence[Pause] = ()) -> None:
    """Count both promised moments anew: the calendar, the pauses or the extension are others now."""
    start = request.clock_from
    request.sign_due_at = due(request.sign_kind, request.sign_amount, start, calendar, paused)
    request.due_at = due(request.finish_kind, request.finish_amount, start, calendar, paused)
    if request.extended_to:
        request.due_at = max(request.due_at, calendar.closing(request.extended_to))


def limit_words(kind: str, amount: int) -> str:
    """A limit as people say it: 3 个工作日."""
    match kind:
        case LimitKind.MINUTES:
            return ngettext("%d 分钟", "%d 分钟", amount) % amount
        case LimitKind.HOURS:
            return ngettext("%d 小时", "%d 小时", amount) % amount
        case LimitKind.WORKING_HOURS:
            return ngettext("%d 个工作小时", "%d 个工作小时", amount) % amount
        case LimitKind.WORKING_DAYS:
            return ngettext("%d 个工作日", "%d 个工作日", amount) % amount
    return ngettext("%d 天", "%d 天", amount) % amount


def deadline_of(request: Course, calendar: WorkCalendar) -> Deadline:
    """How far the promised end is, how late it is and who knows of it, or whether it was kept. Asks no database."""
    if request.is_open:
        if request.is_overdue:
            return Deadline("bad", str(TOLD.get(request.escalation, "%(late)s")) % {"late": late_words(request.due_at)})
        return Deadline("wait", _("等补充，暂停计时")) if request.state == State.NEED_INFO else _left(request, calendar)
    if request.resolved_at is None:
        return Deadline()
    return Deadline("warn", _("晚了才办结")) if request.is_overdue else Deadline("good", _("按时办结"))


def late_words(due_at: datetime) -> str:
    """How late it is, in whole days."""
    days = (clock.today() - clock.local(due_at).date()).days
    if days == 0:
        return _("今天 %(time)s 到期，已经过了") % {"time": _time(due_at)}
    return ngettext("超期 %d 天", "超期 %d 天", days) % days


def _left(request: Course, calendar: WorkCalendar) -> Deadline:
    today, last = clock.today(), clock.local(request.due_at).date()
    if last == today:
        return Deadline("warn", _("今天 %(time)s 前办好") % {"time": _time(request.due_at)})
    if request.finish_kind in (LimitKind.HOURS, LimitKind.MINUTES):
        return Deadline("warn", _("%(when)s 前办好") % {"when": when(request.due_at)})
    if request.finish_kind == LimitKind.CALENDAR_DAYS:
        days = (last - today).days
        return Deadline("good", ngettext("还有 %d 天", "还有 %d 天", days) % days)
    left = sum(calendar.is_workday(today + timedelta(days)) for days in range(1, (last - today).days + 1))
    return Deadline("good" if left > 1 else "warn", ngettext("还有 %d 个工作日", "还有 %d 个工作日", left) % left)


def sign_words(request: ServiceRequest) -> str:
    """Until when somebody must be in touch."""
    words = when(request.sign_due_at)
    return _("%(when)s，已经过了") % {"when": words} if clock.now() > request.sign_due_at else words


def day_by_day(request: ServiceRequest, calendar: WorkCalendar, paused: Sequence[Pause] = ()) -> list[Day]:
    """How the promised end was counted from the moment the clock began, with the times in which it stood still.

    Empty for what nobody took up.
    """
    if request.resolved_at is None and not request.is_open:
        return []
    start, end = request.clock_from, request.due_at
    if request.extended_to:
        end = min(end, due(request.finish_kind, request.finish_amount, start, calendar, paused))
    match request.finish_kind:
        case LimitKind.WORKING_DAYS:
            lines = [_line(one, end) for one in calendar.explain(start, end, paused)]
        case LimitKind.WORKING_HOURS:
            lines = [_line(one, end) for one in calendar.explain_hours(start, end, paused)]
        case LimitKind.CALENDAR_DAYS:
            lines = [_line(one, end) for one in calendar.explain_days(start, end, request.finish_amount, paused)]
        case _:
            stood = [Day(f"{moment(begun)}–{moment(over)}", _("等待补充，不计"), "is-off") for begun, over in paused]
            lines = [Day("", _("提交，开始计时")), *stood, Day(moment(end), _("到期"), "is-due")]
    note = lines[0].note
    if request.round > 1:
        note = _("第 %(round)s 次办理，从这时重新计时") % {"round": request.round}
    lines[0] = Day(moment(start), note, lines[0].look)
    return [*lines[:-1], *_ending(request, lines[-1], end)]


def _ending(request: ServiceRequest, last: Day, end: datetime) -> list[Day]:
    """The last line, and what comes after it: more time, or a question that is still open."""
    if request.due_at > end:
        before = Day(last.day, _("原来 %(time)s 到期") % {"time": _time(end)})
        words = _("社区书记同意延期，%(time)s 到期") % {"time": _time(request.due_at)}
        last = Day(dated(clock.local(request.due_at).date()), words, "is-due")
        return [before, last]
    if request.state == State.NEED_INFO:
        return [Day(last.day, _("最晚%(note)s，补充得早就提前") % {"note": last.note}, last.look)]
    return [last]


def doubt(request: ServiceRequest, calendar: WorkCalendar) -> str:
    """That the limit reaches into a year whose holidays nobody knows yet, or ""."""
    if not request.is_open or request.finish_kind in (LimitKind.HOURS, LimitKind.MINUTES):
        return ""
    first, last = clock.local(request.clock_from).date(), clock.local(request.due_at).date()
    years = calendar.unknown_years(first, last)
    if not years:
        return ""
    return _("%(year)s 年的放假安排还没有录进来，先按周一到周五上班算。录好以后，期限会重新算，并告诉您。") % {
        "year": _("、").join(str(year) for year in years)
    }


def _line(count: DayCount, end: datetime) -> Day:
    if count.last == clock.local(end).date():
        return Day(dated(count.last), _("%(time)s 到期") % {"time": _time(end)}, "is-due")
    words = dated(count.first)
    if count.last != count.first:
        words = _("%(first)s至%(last)s") % {"first": day_words(count.first), "last": day_words(count.last)}
    return Day(words, count.note, "is-off" if count.counted is None else "")


def _time(at: datetime) -> str:
    local = clock.local(at)
    return f"{local.hour}:{local.minute:02}"
