"""The paper that two households sign at the end of a mediation."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render

from community import audit
from community.access import Permission, PortalRequest, access
from helpdesk import papers
from helpdesk.forms import AgreementForm
from helpdesk.parties import WORKING, parties_of
from helpdesk.views.found import found_request


@access(Permission.REQUEST_HANDLE)
def agreement(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Say what was settled and print it, or print empty lines; nothing of it is kept but that it was printed."""
    found = found_request(request, pk)
    works = parties_of(found, request.user) & WORKING
    if not (found.has_parties and works and found.closed_at is None):
        raise Http404
    form = AgreementForm(request.POST or None, initial={"matter": found.title})
    if request.method != "POST" or not form.is_valid():
        return render(request, "helpdesk/agreement.html", {"form": form, "found": found})
    audit.record("agreement_printed", found, by=request.user)
    paper = papers.agreement(found, **form.given(), mediator=found.handler or request.user)
    answer = HttpResponse(paper, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer
