"""Pages for who has no account: the receipt, and how it stands by its code; and who asked in confidence."""

from __future__ import annotations

from uuid import UUID

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from community.access import Permission, PortalRequest, access, public
from core.refusal import Refused
from helpdesk import actions, papers, tracking
from helpdesk.forms.tracking import ReasonForm, TrackForm
from helpdesk.logged import may_print, standing_of
from helpdesk.parties import parties_of
from helpdesk.states import SECRETARY
from helpdesk.views.found import found_request


@access(Permission.REQUEST_HANDLE)
def receipt(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The receipt of a request that was written down for somebody, for those who lead it and who wrote it down."""
    found = found_request(request, pk)
    if not may_print(found, request.user, parties_of(found, request.user)):
        raise Http404
    answer = HttpResponse(papers.receipt(found), content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{found.number}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@public
@never_cache
@sensitive_post_parameters("code", "tail")
def track(request: HttpRequest) -> HttpResponseBase:
    """How a request stands, for who types its code and the end of the phone number; nothing else of it is shown."""
    form = TrackForm(request.POST or None, initial={"code": request.GET.get("code", "")[:20]})
    standing = None
    if request.method == "POST" and form.is_valid():
        code, tail = form.cleaned_data["code"], form.cleaned_data["tail"]
        if not ratelimit.consume(request, action="track", key=tracking.read_code(code)):
            return ratelimit.respond_429(request)  # type: ignore[no-any-return]
        found = tracking.find(code, tail)
        if found is None:
            form.add_error(None, _("查询码和电话后四位对不上。请照回执再看一遍；还是不行，请给社区打电话，报编号。"))
        else:
            standing, form = standing_of(found), TrackForm()
    return render(request, "helpdesk/track.html", {"form": form, "standing": standing})


@access(Permission.REQUEST_VIEW)
@never_cache
def informant(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Who asked in confidence: the secretary says why, sees it once, and both are recorded."""
    found = found_request(request, pk)
    if not found.has_informant or SECRETARY not in parties_of(found, request.user):
        raise Http404
    form = ReasonForm(request.POST or None)
    asker = None
    if request.method == "POST" and form.is_valid():
        try:
            asker = actions.read_informant(found, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "helpdesk/informant.html", {"form": form, "found": found, "asker": asker})
