"""Pages of the roster import: send a file, look at what it would change, confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from community.access import Permission, PortalRequest, access
from community.models import Community, User
from community.once import acting, once
from core.models import Job
from grids.models import RosterUpload
from grids.rosters import uploads as roster_uploads
from grids.rosters.forms import ColumnsForm, ConfirmForm, RosterForm

SENT_AT_MOST = 20


@access(Permission.ROSTER_IMPORT)
@once
def roster_send(request: PortalRequest) -> HttpResponseBase:
    """Send a roster; below it, what was sent before."""
    communities = Community.objects.filter(pk__in=request.user.scope.offices_communities)
    form = RosterForm(request.POST or None, request.FILES or None, communities=communities)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(roster_uploads.take_in(by=request.user, **form.given()))
    sent = RosterUpload.objects.visible_to(request.user).for_list()[:SENT_AT_MOST]
    return render(request, "grids/roster_send.html", {"form": form, "sent": sent})


@access(Permission.ROSTER_IMPORT)
@once
def roster(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """What the roster would change, and its two buttons: register it, or give it up."""
    upload = get_object_or_404(RosterUpload.objects.visible_to(request.user).select_related("owner"), pk=pk)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(_decide(upload, form, by=request.user))
    preview = upload.preview
    return render(
        request,
        "grids/roster.html",
        {"upload": upload, "preview": preview, "lines": _lines(preview), "form": form},
    )


def _decide(upload: RosterUpload, form: ConfirmForm, *, by: User) -> Job | RosterUpload:
    match form.cleaned_data["do"]:
        case ConfirmForm.GIVE_UP:
            return roster_uploads.give_up(upload, by=by)
        case ConfirmForm.READ:
            return roster_uploads.understand(upload, mapping={}, by=by)
    return roster_uploads.carry_out(upload, fingerprint=form.cleaned_data["seen"], by=by)


def _lines(preview: dict[str, Any]) -> list[tuple[int, str]]:
    """What will happen, in numbers, for the confirmation."""
    if not preview:
        return []
    created = preview["created"]
    lines = [
        (created["households"], _("户新登记")),
        (created["residents"], _("人新登记")),
        (created["dwellings"], _("个门牌新建")),
        (created["care_tags"], _("个关爱标签新加")),
        (preview["change"], _("处更新")),
    ]
    return [line for line in lines if line[0]]


@access(Permission.ROSTER_IMPORT)
@once
def roster_columns(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """How the columns were understood, to be corrected; the choice is kept for the next roster."""
    upload = get_object_or_404(RosterUpload.objects.visible_to(request.user), pk=pk)
    form = ColumnsForm(request.POST or None, headings=upload.preview.get("known_headings", {}))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(roster_uploads.understand(upload, mapping=form.mapping(), by=request.user))
    return render(request, "grids/roster_columns.html", {"upload": upload, "form": form})
