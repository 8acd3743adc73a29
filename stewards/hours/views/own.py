"""A volunteer's own hours, and what they report themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.models import Community
from community.once import acting, once
from core import clock
from core.forms import PortalForm
from stewards.hours import actions
from stewards.hours.forms import ReasonForm, ReportForm
from stewards.hours.states import REPORTS, ReportState, parties
from stewards.hours.year import thanks_for, year_of
from stewards.models import Certificate, HoursEntry, SelfReport

FIRST_YEAR = 2000
REPORTS_SHOWN = 10


@access(Permission.HOURS_OWN)
@require_safe
def my_hours(request: PortalRequest) -> HttpResponse:
    """One's own hours of a year: in all, by kind, by month, one by one; what waits for a word; the certificates."""
    user = request.user
    reports = SelfReport.objects.visible_to(user).filter(volunteer=user).exclude(state=ReportState.CONFIRMED)
    papers = Certificate.objects.visible_to(user).filter(volunteer=user)
    context = {
        "year": year_of(user, asked_year(request.GET.get("year", "")), seen_by=user),
        "reports": list(reports[:REPORTS_SHOWN]),
        "papers": list(papers[:REPORTS_SHOWN]),
    }
    return render(request, "stewards/hours/my_hours.html", context)


@access(Permission.HOURS_OWN)
@require_safe
def thanks(request: PortalRequest, year: int) -> HttpResponse:
    """A year as it is thanked for, to be printed or shown."""
    if not FIRST_YEAR <= year <= clock.today().year:
        raise Http404
    context = {
        "thanks": thanks_for(request.user, year),
        "year": year,
        "name": request.user.name,
        "community": own_community(request),
    }
    return render(request, "stewards/hours/thanks.html", context)


@access(Permission.HOURS_OWN)
@require_safe
def entry(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One entry of the book: who vouched for it, and what became of it."""
    found = find_entry(request, pk)
    own = found.volunteer_id == request.user.pk
    context = {
        "entry": found,
        "own": own,
        "undone": getattr(found, "reversed_by", None),
        "may_correct": not own and found.reverses_id is None and not hasattr(found, "reversed_by"),
    }
    return render(request, "stewards/hours/entry.html", context)


@access(Permission.HOURS_OWN)
@once
def report_new(request: PortalRequest) -> HttpResponseBase:
    """Say what one did, and who was there."""
    community = own_community(request)
    form = ReportForm(request.POST or None, request.FILES or None, user=request.user, community=community)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.report_work(by=request.user, community=community, **form.given()))
    return render(request, "stewards/hours/report_form.html", {"form": form})


@access(Permission.HOURS_OWN)
@once
def report(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """What somebody says they did, with the buttons of whoever reads it; the red one says yes."""
    found = find_report(request, pk)
    form = PortalForm(request.POST or None)
    steps = {step.action for step in REPORTS.steps(found.state, parties(found, request.user))}
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.confirm_report(found, by=request.user))
    context = {
        "report": found,
        "form": form,
        "own": found.volunteer_id == request.user.pk,
        "photos": [_photo(found)] if found.photo_id else [],
        "may_confirm": "confirm" in steps,
        "may_decline": "decline" in steps,
        "may_withdraw": "withdraw" in steps,
    }
    return render(request, "stewards/hours/report.html", context)


@access(Permission.HOURS_OWN)
@once
def report_decline(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say why one cannot vouch for it."""
    found = find_report(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(actions.decline_report(found, by=request.user, **form.given()))
    return render(request, "stewards/hours/report_decline.html", {"report": found, "form": form})


@access(Permission.HOURS_OWN)
@once
def report_withdraw(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take back what one has reported by mistake."""
    found = find_report(request, pk)
    form = PortalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.withdraw_report(found, by=request.user)
            return answer("stewards:my_hours")
    return render(request, "stewards/hours/report_withdraw.html", {"report": found, "form": form})


@access(Permission.HOURS_OWN)
@require_safe
def report_photo(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The photo of a report, small with ?small=1."""
    found = find_report(request, pk)
    if found.photo is None:
        raise Http404
    return hand_over(found.photo, small="small" in request.GET)


def asked_year(text: str) -> int:
    """The year that an address asks for, or this one."""
    this = clock.today().year
    return int(text) if text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:4]) <= this else this


def own_community(request: PortalRequest) -> Community:
    """Where somebody gives their hours: the community they belong to, the first where there are several."""
    found = Community.objects.filter(pk__in=request.user.scope.communities).order_by("pk").first()
    if found is None:
        raise Http404
    return found


def find_entry(request: PortalRequest, pk: UUID) -> HoursEntry:
    rows = HoursEntry.objects.visible_to(request.user)
    with_names = rows.select_related("volunteer", "confirmed_by", "reverses", "reversed_by", "community")
    return get_object_or_404(with_names, pk=pk)  # type: ignore[no-any-return]


def find_report(request: PortalRequest, pk: UUID) -> SelfReport:
    rows = SelfReport.objects.visible_to(request.user)
    with_names = rows.select_related("volunteer", "witness", "decided_by", "photo", "community", "entry")
    return get_object_or_404(with_names, pk=pk)  # type: ignore[no-any-return]


def _photo(found: SelfReport) -> dict[str, Any]:
    url = f"{found.get_absolute_url()}photo/"
    return {"url": url, "thumbnail": f"{url}?small=1", "caption": _("这次服务的照片")}
