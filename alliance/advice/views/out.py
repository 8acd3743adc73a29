"""What the group advised and what came of it, for everybody and without sign-in; no names but of those who agreed."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from alliance.advice.came_of import lines_of
from alliance.advice.people import group_of, members_of, named_among
from alliance.models import AdviceAttendance, AdviceSession, Recommendation, Study
from community.access import public
from community.files import hand_over
from core.lists import list_page
from helpdesk.views.stories import community_read

A_PAGE, STUDIES_SHOWN = 20, 30
SORTS = {"held": ("session__starts_at", "session__pk", "position")}


@public
@require_safe
def advised(request: HttpRequest) -> HttpResponseBase:
    """What was advised in the sessions made public, the newest first; `?community=` names a community by its code."""
    community = community_read(request)
    if community is None:
        return render(request, "alliance/advice/advised.html", {"page": None})
    rows = Recommendation.objects.out().filter(community=community).for_list()
    page = list_page(request, rows, sorts=SORTS, default_sort="-held", size=A_PAGE)
    members = members_of(community.pk)
    context = {
        "community": community,
        "group": group_of(community.pk),
        "page": page,
        "lines": lines_of(page.rows, request.user),
        "named": [one for one in members if one.is_named],
        "others": sum(not one.is_named for one in members),
        "sessions": list(AdviceSession.objects.out().filter(community=community).order_by("-number")[:A_PAGE]),
        "studies": list(Study.objects.public(community).select_related("partner")[:STUDIES_SHOWN]),
    }
    return render(request, "alliance/advice/advised.html", context)


@public
@require_safe
def advised_session(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One session that was made public."""
    found: AdviceSession = get_object_or_404(AdviceSession.objects.out(), pk=pk)
    rows = Recommendation.objects.out().filter(session=found).for_list().order_by("position")
    came = list(AdviceAttendance.objects.of(found).filter(attended=True, is_adviser=True).select_related("user"))
    named = named_among(found.community_id, (seat.user_id for seat in came)) if came else set()
    context = {
        "session": found,
        "lines": lines_of(rows, request.user),
        "named": [seat.user.name for seat in came if seat.user_id in named],
        "others": sum(seat.user_id not in named for seat in came),
    }
    return render(request, "alliance/advice/advised_session.html", context)


@public
@require_safe
def study_out(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The file of a study that everybody may read."""
    found: Study = get_object_or_404(Study.objects.out().select_related("paper"), pk=pk)
    return hand_over(found.paper)
