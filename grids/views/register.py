"""The lists of households and of people, and the way out of the portal in plain."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from community import audit
from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import XLSX, ListPage, list_page
from core.models import Job
from grids import exports, listed
from grids.exports import HOUSEHOLDS, RESIDENTS, Export
from grids.forms.export import ExportForm


@access(Permission.HOUSEHOLD_VIEW)
def households(request: PortalRequest) -> HttpResponseBase:
    """Every household of one's duty."""
    page = list_page(
        request,
        listed.households(request.user),
        filterset_class=listed.HouseholdFilter,
        sorts=listed.HOUSEHOLD_SORTS,
        default_sort=listed.DEFAULT_SORT,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("住户名册"), listed.household_columns())
    return render(request, "grids/households.html", _context(request, page, HOUSEHOLDS))


@access(Permission.HOUSEHOLD_VIEW)
def residents(request: PortalRequest) -> HttpResponseBase:
    """Everybody who belongs to a household of one's duty."""
    page = list_page(
        request,
        listed.residents(request.user),
        filterset_class=listed.ResidentFilter,
        sorts=listed.RESIDENT_SORTS,
        default_sort=listed.DEFAULT_SORT,
    )
    if page.wants_xlsx:
        return page.as_xlsx(_("居民名册"), listed.resident_columns())
    return render(request, "grids/residents.html", _context(request, page, RESIDENTS))


@access(Permission.REGISTER_EXPORT)
@once
def export_households(request: PortalRequest) -> HttpResponseBase:
    """The list of households in plain, for a purpose."""
    return _export(request, HOUSEHOLDS)


@access(Permission.REGISTER_EXPORT)
@once
def export_residents(request: PortalRequest) -> HttpResponseBase:
    """The list of people in plain, for a purpose."""
    return _export(request, RESIDENTS)


@access(Permission.REGISTER_EXPORT)
@never_cache
def export(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """The file of one's own export, for a day."""
    job = get_object_or_404(Job, pk=pk, owner_id=request.user.pk, kind="register_export")
    content = exports.fetch(job) if audit.has_second_factor(request.user) else None
    if content is None:
        raise Http404
    disposition = content_disposition_header(True, f"{job.label}.xlsx") or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


def _export(request: PortalRequest, kind: str) -> HttpResponseBase:
    """What would leave, in numbers; then, with a purpose, the job that writes it."""
    wanted = Export(kind, request.GET.urlencode(), request.user)
    form = ExportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(exports.begin(wanted, purpose=form.cleaned_data["purpose"]))
    context = {
        "form": form,
        "export": wanted,
        "count": wanted.rows.count(),
        "has_factor": audit.has_second_factor(request.user),
        "back_url": f"{reverse(f'grids:{kind}')}?{request.GET.urlencode()}",
    }
    return render(request, "grids/export.html", context)


def _context(request: PortalRequest, page: ListPage, kind: str) -> dict[str, object]:
    query = request.GET.copy()
    for name in ("after", "before", "format", "sort"):
        query.pop(name, None)
    may_export = request.user.scope.may(Permission.REGISTER_EXPORT)
    url = f"{reverse(f'grids:export_{kind}')}?{query.urlencode()}" if may_export else ""
    return {"page": page, "export_url": url}
