"""The week for the work group: a look at it before it goes out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.models import Community
from community.once import acting, once
from grids.models import Grid
from helpdesk.digest import digest_of, in_community_language, last_week, send_digest


@access(Permission.REQUEST_TRIAGE)
def digest(request: PortalRequest) -> HttpResponse:
    """The text of the last week: of the community for the office, of each grid for its leader (`?grid=`)."""
    scope = request.user.scope
    grids = list(Grid.objects.led_by(request.user).select_related("community").order_by("code"))
    office = min(scope.offices_communities, default=None)
    asked = request.GET.get("grid", "")
    grid = next((one for one in grids if str(one.pk) == asked), None)
    if asked and grid is None:
        raise Http404
    if grid is None and office is None:
        grid = grids[0] if grids else None
    if grid is not None:
        community = grid.community
    elif office is not None:
        led = (one.community for one in grids if one.community_id == office)
        community = next(led, None) or Community.objects.get(pk=office)
    else:
        raise Http404
    found = digest_of(community, monday=last_week(), grid=grid)
    context = {
        "digest": found,
        "text": in_community_language(found),
        "grids": grids,
        "has_office": office is not None,
        "may_send": community.pk in scope.offices_communities and scope.may(Permission.MESSAGES_MANAGE),
    }
    return render(request, "helpdesk/digest.html", context)


@access(Permission.MESSAGES_MANAGE)
@require_POST
@once
def digest_send(request: PortalRequest) -> HttpResponseBase:
    """Send it now, to every group."""
    office = min(request.user.scope.offices_communities, default=None)
    if office is None:
        raise Http404
    with acting(request) as answer:
        told = send_digest(Community.objects.get(pk=office), by=request.user)
        said = ngettext("发到了 %(n)d 个群。", "发到了 %(n)d 个群。", told) % {"n": told}
        messages.success(request, said)
        answer("helpdesk:digest")
    return redirect("helpdesk:digest")
