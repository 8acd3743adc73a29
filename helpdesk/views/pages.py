"""Pages to read: the list of those who work on requests, one's own, and one request."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community import audit
from community.access import Permission, PortalRequest, access
from community.files import hand_over
from core.lists import list_page
from core.refusal import Refused
from helpdesk.filters import DEFAULT_SORT, SORTS, RequestFilter, columns
from helpdesk.listed import COLUMNS, drawn, lines_of
from helpdesk.models import ServiceRequest, UpdatePhoto
from helpdesk.page import cards_of, page_of, tallies, ways
from helpdesk.parties import WORKING, parties_of
from helpdesk.querysets import ServiceRequestQuerySet
from helpdesk.states import ENDED
from helpdesk.views.found import found_request

MINE_AT_MOST = 100


@access(Permission.REQUEST_HANDLE)
def listing(request: PortalRequest) -> HttpResponseBase:
    """The requests in one's duty, filtered, sorted, and as a spreadsheet."""
    seen = ServiceRequest.objects.visible_to(request.user)
    here = Q(community__in=request.user.scope.communities)
    page = list_page(
        request,
        seen,
        filterset_class=RequestFilter,
        sorts=SORTS,
        default_sort=DEFAULT_SORT,
        within=here,
        columns=COLUMNS,
        csv=True,
    )
    if page.wants_xlsx or page.wants_csv:
        write = page.as_csv if page.wants_csv else page.as_xlsx
        return write(_("诉求"), columns(request), ServiceRequestQuerySet.for_sheet)
    lines = lines_of(page.rows, request.user)
    context = {
        "page": page,
        "lines": lines,
        "rows": drawn(lines),
        "tallies": tallies(seen.filter(here)),
        "ways": ways(request.user),
    }
    return render(request, "helpdesk/list.html", context)


@access(Permission.REQUEST_VIEW)
def mine(request: PortalRequest) -> HttpResponse:
    """What one has asked for, and the mediations of one's household; what still runs first."""
    user = request.user
    rows = list(ServiceRequest.objects.reported_by(user).for_list()[:MINE_AT_MOST])
    if user.scope.households:
        rows += ServiceRequest.objects.as_side(user).exclude(reporter=user).for_list()[:MINE_AT_MOST]
        rows.sort(key=lambda row: row.submitted_at, reverse=True)
    cards = cards_of(rows, user)
    running = [card for card in cards if card.found.state not in ENDED]
    ended = [card for card in cards if card.found.state in ENDED]
    return render(request, "helpdesk/mine.html", {"cards": running, "ended": ended})


@access(Permission.REQUEST_VIEW)
def request_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One request: where it stands, what has happened, what comes next, and what the reader can do."""
    found = found_request(request, pk)
    page = page_of(found, request.user)
    return render(request, "helpdesk/request.html", {"page": page, "found": found})


@access(Permission.REQUEST_HANDLE)
@require_POST
def phone(request: PortalRequest, pk: UUID) -> HttpResponse:
    """The reporter's phone number in plain, for those who work on the request; the reading is recorded."""
    found = found_request(request, pk)
    if not parties_of(found, request.user) & WORKING:
        raise Http404
    try:
        number = audit.reveal(found, "reporter_phone", by=request.user, purpose=_("为办理诉求联系本人"))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(found)
    return render(request, "helpdesk/phone.html", {"found": found, "number": number})


@access(Permission.REQUEST_VIEW)
def photo(request: PortalRequest, pk: UUID, photo_pk: UUID) -> HttpResponseBase:
    """A photo of a request, whole or as its thumbnail (`?size=small`)."""
    photos = UpdatePhoto.objects.select_related("attachment").filter(pk=photo_pk)
    rows = photos.filter(update__request=pk)
    found = rows.visible_to(request.user).first() or rows.in_confidence(request.user).first()
    if found is None:
        found = get_object_or_404(photos.followed_from(found_request(request, pk)))
    return hand_over(found.attachment, small=request.GET.get("size") == "small")
