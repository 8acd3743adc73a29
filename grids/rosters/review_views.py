"""Pages of the review list: rows of rosters that somebody has to look at."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import list_page
from grids.models import RosterDoubt
from grids.rosters import filters, preview, review
from grids.rosters.columns import Column
from grids.rosters.doubts import sentence
from grids.rosters.forms import DismissForm, MendForm


@access(Permission.ROSTER_IMPORT)
def roster_doubts(request: PortalRequest) -> HttpResponseBase:
    """The rows that wait, the newest roster first."""
    rows = RosterDoubt.objects.visible_to(request.user).select_related("upload")
    rows = rows.defer("upload__sealed_content", "upload__sealed_preview")
    page = list_page(
        request, rows, filterset_class=filters.DoubtFilter, sorts=filters.SORTS, default_sort=filters.DEFAULT_SORT
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("花名册存疑"), filters.columns())
    lines = [_line(doubt) for doubt in page.rows]
    return render(request, "grids/roster_doubts.html", {"page": page, "lines": lines})


@access(Permission.ROSTER_IMPORT)
@once
def roster_doubt(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """One row as it was written, masked; it is mended here."""
    doubt = _find(request, pk)
    row = review.row_of(doubt)
    form = MendForm(request.POST or None, row=row, column=review.held_by(doubt, row))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            review.mend(doubt, by=request.user, **form.given())
            return answer(doubt)
    followers = [each.of(Column.NAME) for each in review.followers(doubt)] if doubt.is_open else []
    context = {**_line(doubt), "cells": list(row.shown()), "form": form, "followers": followers, "aside": DismissForm()}
    return render(request, "grids/roster_doubt.html", context)


@access(Permission.ROSTER_IMPORT)
@once
def roster_doubt_dismiss(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Put a row aside, with the reason."""
    doubt = _find(request, pk)
    form = DismissForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(review.dismiss(doubt, by=request.user, **form.given()))
    return render(request, "grids/roster_doubt_dismiss.html", {**_line(doubt), "form": form})


def _find(request: PortalRequest, pk: UUID) -> RosterDoubt:
    rows = RosterDoubt.objects.visible_to(request.user).select_related("upload", "community", "decided_by")
    found: RosterDoubt = get_object_or_404(rows.defer("upload__sealed_content", "upload__sealed_preview"), pk=pk)
    return found


def _line(doubt: RosterDoubt) -> dict[str, object]:
    return {
        "doubt": doubt,
        "name": review.row_of(doubt).of(Column.NAME),
        "door": review.door_of(doubt),
        "sentence": sentence(doubt.reason),
        "outcome": preview.outcome(doubt.severity),
    }
