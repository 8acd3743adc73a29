"""What the auditors opened and why; and where they say why."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from community import history
from community.access import Permission, PortalRequest, access
from community.once import acting, once
from property.auditing import actions, gate
from property.auditing.forms import PurposeForm
from property.auditing.openings import auditors, openings
from property.views.books import find_book


@access(Permission.BOOKS_VIEW)
def audit_openings(request: PortalRequest, pk: int) -> HttpResponse:
    """Who audits this book and what they opened; the committee sees it as well."""
    book = find_book(request, pk)
    auditing = gate.is_auditing(request.user, book)
    return render(
        request,
        "property/audit_openings.html",
        {
            "book": book,
            "auditors": auditors(book),
            "entries": history.tell(openings(book)),
            "auditing": auditing,
            "purpose": gate.purpose_of(request.user, book) if auditing else None,
        },
    )


@access(Permission.BOOKS_AUDIT)
@once
def audit_purpose(request: PortalRequest, pk: int) -> HttpResponseBase:
    """The auditor says why the papers are opened; then back to where the way was barred."""
    book = find_book(request, pk)
    form = PurposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            actions.give_purpose(book, by=request.user, **form.given())
            return answer(_back(request) or book)
    return render(request, "property/audit_purpose.html", {"form": form, "book": book})


def _back(request: PortalRequest) -> str:
    """The page of the portal to return to; never another site."""
    back = request.GET.get("next", "")
    hosts = {request.get_host()}
    return back if url_has_allowed_host_and_scheme(back, hosts, require_https=request.is_secure()) else ""
