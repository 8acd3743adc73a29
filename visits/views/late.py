"""Visits that came after their door had been given to somebody else."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.files import hand_over
from community.once import acting, once
from visits import actions, words
from visits.book import waiting
from visits.forms.late import DeclineForm
from visits.models import LatePhoto, LateReport, Visit

_DECIDED_SHOWN = 20


@access(Permission.VISIT_RECORD)
def late_reports(request: PortalRequest) -> HttpResponse:
    """What waits to be looked at, and what was decided last."""
    rows = LateReport.objects.visible_to(request.user).for_list()
    context = {"waiting": rows.waiting(), "decided": rows.decided()[:_DECIDED_SHOWN]}
    return render(request, "visits/late_reports.html", context)


@access(Permission.VISIT_RECORD)
def late_report(request: PortalRequest, pk: UUID) -> HttpResponse:
    """What was written at the door, next to what stands in the register."""
    return _page(request, _found(request, pk), DeclineForm())


@access(Permission.VISIT_RECORD)
@require_POST
@once
def late_take(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Record it as its sender's visit."""
    late = _found(request, pk)
    shown: LateReport | Visit = late
    with acting(request) as answer:
        shown = actions.take_in(late, by=request.user, report=waiting.report_of(late, user=request.user))
        messages.success(request, _("收下了，记成%(name)s的走访。") % {"name": late.by.name})
        answer(shown)
    return redirect(shown)


@access(Permission.VISIT_RECORD)
@require_POST
@once
def late_decline(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Leave it aside, with a word to its sender."""
    late = _found(request, pk)
    form = DeclineForm(request.POST)
    if form.is_valid():
        with acting(request, form) as answer:
            actions.decline_late(late, by=request.user, **form.given())
            messages.success(request, _("没有收下，原因已经告诉%(name)s。") % {"name": late.by.name})
            return answer("visits:late_reports")
    return _page(request, late, form)


@access(Permission.VISIT_RECORD)
def late_photo(request: PortalRequest, pk: int) -> HttpResponseBase:
    """A photo of a late report; `?small=1` for the thumbnail."""
    found = get_object_or_404(LatePhoto.objects.visible_to(request.user).select_related("attachment"), pk=pk)
    return hand_over(found.attachment, small="small" in request.GET)


def _found(request: PortalRequest, pk: UUID) -> LateReport:
    late: LateReport = get_object_or_404(LateReport.objects.visible_to(request.user).for_list(), pk=pk)
    return late


def _page(request: PortalRequest, late: LateReport, form: DeclineForm) -> HttpResponse:
    photos = list(LatePhoto.objects.visible_to(request.user).filter(report=late))
    context = {
        "late": late,
        "kicker": words.of_late(late),
        "reading": waiting.read(late, user=request.user) if late.is_waiting else None,
        "photos": photos,
        "missing": 0 if late.is_taken else len(late.photos_announced) - len(photos),
        "form": form,
    }
    return render(request, "visits/late_report.html", context)
