"""What changed around us: published results with before and after, and what can be joined. For everybody."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from alliance.activities.comparing import albums
from alliance.models import Activity, ActivityPhoto, SignUp
from community.access import public
from community.files import hand_over
from community.models import User
from core.lists import list_page
from helpdesk.views.stories import community_read

A_PAGE, COMING = 6, 12
SORTS = {"published": ("published_at", "pk")}


@public
@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    """Results of a community, the newest first, and above them what is coming; `?community=` names one by its code."""
    community = community_read(request)
    rows = Activity.objects.public(community) if community else Activity.objects.none().scoped()
    page = list_page(request, rows.select_related("partner"), sorts=SORTS, default_sort="-published", size=A_PAGE)
    shown = page.rows
    found = albums(shown)
    coming: list[Activity] = []
    if community and not page.previous_url:
        told = Activity.objects.told().filter(community=community).coming().for_list()
        coming = list(told[:COMING])
    context = {
        "page": page,
        "told": [(one, found[one.pk]) for one in shown],
        "coming": coming,
        "mine": _mine(request.user, coming),
        "community": community,
    }
    return render(request, "alliance/activities/changes.html", context)


@public
@require_safe
def activity_photo(request: HttpRequest, pk: Any) -> HttpResponseBase:
    """A photo of a published result for everybody, before that for who runs it."""
    rows = ActivityPhoto.objects.select_related("attachment")
    found = rows.told().filter(pk=pk).first()
    if found is None and isinstance(request.user, User):
        found = rows.visible_to(request.user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return hand_over(found.attachment, small=request.GET.get("size") == "small")


def _mine(user: Any, coming: list[Activity]) -> dict[Any, str]:
    """Which of these the reader comes to or waits for, by key."""
    if not isinstance(user, User) or not coming:
        return {}
    rows = SignUp.objects.visible_to(user).standing().filter(user=user, activity__in=coming)
    return {one.activity_id: one.get_state_display() for one in rows}
