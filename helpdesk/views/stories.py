"""What was done: pages for everybody, without sign-in, and for those who write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.access import Permission, PortalRequest, access, public
from community.context import Frame
from community.files import hand_over
from community.models import Community, User
from community.once import acting, once
from core.lists import list_page
from helpdesk import stories
from helpdesk.actions.stories import take_back_story, tell_story
from helpdesk.forms.stories import StoryForm
from helpdesk.models import Story
from helpdesk.parties import parties_of
from helpdesk.views.found import found_request

A_PAGE = 18
SORTS = {"published": ("published_at", "pk")}


@dataclass(frozen=True)
class Photo:
    """A photo of a story with its words."""

    url: str
    thumbnail: str
    caption: str


@dataclass(frozen=True)
class Told:
    """A story as everybody reads it."""

    story: Story
    url: str
    category: str
    days: int
    day: datetime
    photos: list[Photo]

    @property
    def cover(self) -> Photo | None:
        """What stands on its card: how it looks now, else how it was."""
        return self.photos[-1] if self.photos else None


@public
@require_safe
def done(request: HttpRequest) -> HttpResponseBase:
    """What was done in a community, the newest first; `?community=` names one by its code."""
    community = community_read(request)
    rows = Story.objects.public(community).for_page() if community else Story.objects.none().scoped()
    page = list_page(request, rows, sorts=SORTS, default_sort="-published", size=A_PAGE)
    context = {"page": page, "told": [_told(one) for one in page.rows], "community": community}
    return render(request, "helpdesk/done.html", context)


@public
@require_safe
def story(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """One story; taken back, for those alone who can tell it anew."""
    found, user = _found(request, pk), request.user
    context: dict[str, Any] = {"told": _told(found), "story": found}
    if isinstance(user, User):
        parties = parties_of(found.request, user)
        is_out = found.withdrawn_at is None
        context |= {
            "may_tell": stories.may_tell(found.request, user, parties),
            "may_take_back": is_out and stories.may_take_back(found.request, user, parties),
            "request_url": found.request.get_absolute_url() if parties else "",
        }
    return render(request, "helpdesk/story.html", context)


@public
@require_safe
def story_photo(request: HttpRequest, pk: UUID, which: str) -> HttpResponseBase:
    """A photo of a story, whole or as its thumbnail (`?size=small`)."""
    found = _found(request, pk)
    photo = {"before": found.before, "after": found.after}.get(which)
    if photo is None:
        raise Http404
    return hand_over(photo.attachment, small=request.GET.get("size") == "small")


@access(Permission.REQUEST_TRIAGE)
@once
def story_write(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Write the story of a request, or change it."""
    found = found_request(request, pk)
    refusal = stories.why_none(found)
    if not refusal and not stories.may_tell(found, request.user):
        refusal = _("办好的事，由审核的人来写。")
    if refusal:
        messages.warning(request, refusal)
        return redirect(found)
    there = stories.of_request(found)
    form = StoryForm(request.POST or None, request=found, story=there)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            told = tell_story(found, by=request.user, **form.given())
            messages.success(request, _("公开了。邻居们不用登录就看得到。"))
            return answer(reverse("helpdesk:story", args=[told.pk]))
    return render(request, "helpdesk/story_form.html", {"form": form, "found": found, "story": there})


@access(Permission.REQUEST_VIEW)
@require_POST
@once
def story_take_back(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Take a story back."""
    found = get_object_or_404(Story.objects.visible_to(request.user).for_page(), pk=pk)
    if not stories.may_take_back(found.request, request.user):
        raise Http404
    with acting(request) as answer:
        take_back_story(found, by=request.user)
        messages.success(request, _("撤下了，别人看不到了。"))
        answer("helpdesk:done")
    return redirect("helpdesk:done")


def community_read(request: HttpRequest) -> Community | None:
    """The community that `?community=` names by its code; else one's own; else the first."""
    asked = request.GET.get("community", "")
    if asked:
        return get_object_or_404(Community, code=asked)
    return Frame(request.user if isinstance(request.user, User) else None).community


def _found(request: HttpRequest, pk: UUID) -> Story:
    """A story that is out, or one of one's own community that one may tell anew."""
    found: Story | None = Story.objects.out().for_page().filter(pk=pk).first()
    user = request.user
    if found is None and isinstance(user, User):
        found = Story.objects.visible_to(user).for_page().filter(pk=pk).first()
        if found is not None and not stories.may_tell(found.request, user):
            found = None
    if found is None:
        raise Http404
    return found


def _told(one: Story) -> Told:
    captions = {"before": _("办理前"), "after": _("办理后")}
    photos = [
        Photo(url := reverse("helpdesk:story_photo", args=[one.pk, which]), f"{url}?size=small", captions[which])
        for which, photo in (("before", one.before), ("after", one.after))
        if photo
    ]
    return Told(
        story=one,
        url=reverse("helpdesk:story", args=[one.pk]),
        category=one.request.category.label,
        days=stories.days_of(one),
        day=one.published_at,
        photos=photos,
    )
