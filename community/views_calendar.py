"""Pages of the working-day calendar, by which all deadlines are counted."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from community import actions_calendar, history
from community.access import Permission, PortalRequest, access
from community.actions_calendar import words, years
from community.calendar import work_calendar
from community.calendar_page import last_changes, last_recount, year_page
from community.forms_calendar import DaysForm, ReasonedForm, SwapForm
from community.once import acting, once
from core import clock
from core.refusal import Refused
from core.templatetags.portal import dated


@access(Permission.REQUEST_SETTINGS)
def calendar_now(request: PortalRequest) -> HttpResponseBase:
    """To the year that it is."""
    return redirect("community:calendar_year", clock.today().year)


@access(Permission.REQUEST_SETTINGS)
def calendar_year(request: PortalRequest, year: int) -> HttpResponse:
    """A year: its months, the days that are not as every week, who changed what."""
    shown = {
        "page": year_page(_known(year), years()),
        "history": history.tell(last_changes(request.user)),
        "recount": last_recount(),
    }
    return render(request, "community/calendar.html", shown)


@access(Permission.REQUEST_SETTINGS)
@once
def calendar_days(request: PortalRequest, year: int) -> HttpResponseBase:
    """Make some days holidays, working days, or days as every week."""
    initial = {name: request.GET[name] for name in ("first", "last") if _is_day(request.GET.get(name, ""))}
    form = DaysForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            changed = actions_calendar.set_days(by=request.user, **form.given())
            return answer(_done(request, changed))
    return _form_page(request, year, form, _("改几天"), _("放假、补班，或者改回平常。"))


@access(Permission.REQUEST_SETTINGS)
@once
def calendar_swap(request: PortalRequest, year: int) -> HttpResponseBase:
    """A day off, and another worked for it."""
    form = SwapForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            changed = actions_calendar.swap(by=request.user, **form.given())
            return answer(_done(request, changed))
    return _form_page(request, year, form, _("调休"), _("一天放假，换一天补班。"))


@access(Permission.REQUEST_SETTINGS)
@once
def calendar_bring_in(request: PortalRequest, year: int) -> HttpResponseBase:
    """Take over the announced days of a year, after a look at what that changes."""
    form, lines, missing = ReasonedForm(request.POST or None), [], ""
    try:
        for day, (before, after) in actions_calendar.differences(_known(year)).items():
            pair = {"before": words(day, before), "after": words(day, after)}
            lines.append((dated(day), _("%(before)s → %(after)s") % pair))
        if not lines and work_calendar().is_known(year):
            missing = _("日历和公布的一样，没有要改的。")
    except Refused as refusal:
        missing = str(refusal)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(_done(request, actions_calendar.bring_in(year, by=request.user, **form.given()), year))
    shown = {"year": year, "form": form, "lines": lines, "missing": missing}
    return render(request, "community/calendar_bring_in.html", shown)


@access(Permission.REQUEST_SETTINGS)
@once
def calendar_complete(request: PortalRequest, year: int) -> HttpResponseBase:
    """Say that a year is listed completely."""
    form = ReasonedForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions_calendar.complete(year, by=request.user, **form.given())
            messages.success(request, _("%(year)d 年标成录齐了。") % {"year": year})
            return answer(reverse("community:calendar_year", args=[year]))
    lead = _("标了以后，期限跨到这一年的诉求不再提醒“先按周一到周五算”。请先对着通知看一遍有没有漏。")
    return _form_page(request, year, form, _("%(year)d 年录齐了") % {"year": year}, lead)


def _form_page(request: PortalRequest, year: int, form: ReasonedForm, title: str, lead: str) -> HttpResponse:
    shown = {"year": _known(year), "form": form, "title": title, "lead": lead}
    return render(request, "community/calendar_form.html", shown)


def _done(request: PortalRequest, changed: list[date], year: int | None = None) -> str:
    """Say it, and the address of the year."""
    if changed:
        messages.success(request, _("日历改好了。还在办的诉求，期限会跟着重新算，变了的会告诉当事人。"))
    else:
        messages.success(request, _("%(year)d 年标成录齐了。") % {"year": year})
    return reverse("community:calendar_year", args=[changed[0].year if changed else year])


def _known(year: int) -> int:
    if year not in years():
        raise Http404
    return year


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
