"""The lists of households and of people, and the way out of the portal in plain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from community import audit
from community.access import Permission, PortalRequest, access
from community.once import acting, once
from core.lists import XLSX, list_page
from core.models import Job
from grids import exports, listed
from grids.exports import HOUSEHOLDS, REGISTERS, RESIDENTS, Export
from grids.forms.export import ExportForm


@access(Permission.HOUSEHOLD_VIEW)
def households(request: PortalRequest) -> HttpResponseBase:
    """Every household of one's duty."""
    return _list(request, HOUSEHOLDS, listed.HOUSEHOLD_SORTS)


@access(Permission.HOUSEHOLD_VIEW)
def residents(request: PortalRequest) -> HttpResponseBase:
    """Everybody who belongs to a household of one's duty."""
    return _list(request, RESIDENTS, listed.RESIDENT_SORTS)


@access(Permission.REGISTER_EXPORT)
@once
def export_list(request: PortalRequest, kind: str) -> HttpResponseBase:
    """One of the lists in plain: what would leave, in numbers; then, with a purpose, the job that writes it."""
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


def export_url(request: PortalRequest, kind: str) -> str:
    """Where a list leaves in plain as it is filtered; "" for whoever may not take it along."""
    if not request.user.scope.may(Permission.REGISTER_EXPORT):
        return ""
    query = request.GET.copy()
    for name in ("after", "before", "format", "sort"):
        query.pop(name, None)
    return f"{reverse(f'grids:export_{kind}')}?{query.urlencode()}"


def _list(request: PortalRequest, kind: str, sorts: Mapping[str, Sequence[str]]) -> HttpResponseBase:
    register = REGISTERS[kind]
    page = list_page(
        request,
        register.listed(request.user),
        filterset_class=register.filterset,
        sorts=sorts,
        default_sort=listed.DEFAULT_SORT,
    )
    if page.wants_xlsx:
        return page.as_xlsx(str(register.title), register.columns())
    return render(request, f"grids/{kind}.html", {"page": page, "export_url": export_url(request, kind)})
