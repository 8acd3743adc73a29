"""Pages of the roster import: send a file, look at what it would change, confirm."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.access import Permission, PortalRequest, access
from community.models import Community, User
from community.once import acting, new_id, once
from core.lists import XLSX
from core.models import Job
from core.spreadsheets import write_xlsx
from grids.models import RosterDoubt, RosterHeading, RosterPage, RosterUpload
from grids.rosters import columns as columns_of_rosters
from grids.rosters import memory, preview
from grids.rosters import uploads as roster_uploads
from grids.rosters.forms import ColumnsForm, ConfirmForm, FullForm, RosterForm

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
    upload = get_object_or_404(RosterUpload.objects.visible_to(request.user).for_page(), pk=pk)
    form = ConfirmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(_decide(upload, form, by=request.user))
    shown = upload.preview
    context = {
        "upload": upload,
        "preview": shown,
        "lines": _lines(shown),
        "form": form,
        "remembered": _remembered(shown),
        "full": roster_uploads.describe(upload) if upload.full else "",
        "broke_off": upload.broke_off,
        "waiting": RosterDoubt.objects.visible_to(request.user).open().filter(upload=upload).count()
        if upload.state == RosterUpload.State.APPLIED
        else 0,
    }
    return render(request, "grids/roster.html", context)


def _decide(upload: RosterUpload, form: ConfirmForm, *, by: User) -> Job | RosterUpload:
    match form.cleaned_data["do"]:
        case ConfirmForm.GIVE_UP:
            return roster_uploads.give_up(upload, by=by)
        case ConfirmForm.AGAIN:
            return roster_uploads.take_up(upload, by=by)
        case ConfirmForm.READ:
            return roster_uploads.understand(upload, mapping={}, by=by)
    return roster_uploads.carry_out(upload, fingerprint=form.cleaned_data["seen"], by=by)


def _remembered(preview: dict[str, Any]) -> str:
    """Which columns were read as somebody has said before; "" for none."""
    known = [f"“{heading}”→{meaning}" for heading, meaning in preview.get("remembered", ())]
    return _("这些栏目按上次的对应来读：%(columns)s。") % {"columns": "、".join(known)} if known else ""


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
        (preview["missing"], _("人登记在册却不在名册里：会提出“已不住这里”，由网格长核对，不会删除")),
        (preview["back"], _("条“已不住这里”撤回，人又在名册里了")),
    ]
    return [line for line in lines if line[0]]


@access(Permission.ROSTER_IMPORT)
def roster_part(request: PortalRequest, pk: UUID, part: str) -> HttpResponseBase:
    """One long list of the preview, page by page or as a spreadsheet; sensitive values are masked."""
    upload = get_object_or_404(RosterUpload.objects.visible_to(request.user).for_page(), pk=pk)
    if part not in RosterPage.Part.values or upload.state != RosterUpload.State.READY:
        raise Http404
    title = str(RosterPage.Part(part).label)
    if request.GET.get("format") == "xlsx":
        return _as_xlsx(upload, part, title)
    last = max(preview.pages(upload, part), 1)
    asked = request.GET.get("page", "")
    number = min(max(int(asked), 1), last) if asked.isdecimal() else 1
    context = {
        "upload": upload,
        "part": part,
        "title": title,
        "entries": preview.page(upload, part, number),
        "count": upload.preview["parts"][part],
        "number": number,
        "last": last,
        "previous_url": f"?page={number - 1}" if number > 1 else "",
        "next_url": f"?page={number + 1}" if number < last else "",
    }
    return render(request, "grids/roster_part.html", context)


def _as_xlsx(upload: RosterUpload, part: str, title: str) -> HttpResponse:
    columns = preview.columns(part)
    rows = ([source(entry) for _heading, source in columns] for entry in preview.everything(upload, part))  # type: ignore[operator]
    content = write_xlsx(title, [heading for heading, _source in columns], rows)
    disposition = content_disposition_header(True, f"{title}.xlsx") or "attachment"
    return HttpResponse(content, content_type=XLSX, headers={"Content-Disposition": disposition})


@access(Permission.ROSTER_IMPORT)
@once
def roster_full(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Say whether this is the full roster, and of what; the preview then counts who is missing."""
    upload = get_object_or_404(RosterUpload.objects.visible_to(request.user).for_page(), pk=pk)
    form = FullForm(request.POST or None, upload=upload, user=request.user)
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(roster_uploads.say_full(upload, full=form.full(), by=request.user))
    return render(request, "grids/roster_full.html", {"upload": upload, "form": form})


@access(Permission.ROSTER_IMPORT)
@once
def roster_columns(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """How the columns were understood, to be corrected; the choice is kept for the next roster."""
    upload = get_object_or_404(RosterUpload.objects.visible_to(request.user).for_page(), pk=pk)
    form = ColumnsForm(request.POST or None, headings=upload.preview.get("known_headings", {}))
    if request.method == "POST" and form.is_valid():
        with acting(request, form) as answer:
            return answer(roster_uploads.understand(upload, mapping=form.mapping(), by=request.user))
    return render(request, "grids/roster_columns.html", {"upload": upload, "form": form})


@access(Permission.ROSTER_IMPORT)
def roster_headings(request: PortalRequest) -> HttpResponseBase:
    """The headings that somebody has explained, with what each is read as; any can be forgotten."""
    kept = RosterHeading.objects.visible_to(request.user).select_related("community")
    meanings = columns_of_rosters.meanings()
    lines = [(heading, meanings.get(heading.column, heading.column)) for heading in kept]
    return render(request, "grids/roster_headings.html", {"lines": lines, "submission": new_id()})


@access(Permission.ROSTER_IMPORT)
@require_POST
@once
def roster_heading_forget(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Read a heading by the portal's own rules again."""
    heading = get_object_or_404(RosterHeading.objects.visible_to(request.user), pk=pk)
    with acting(request) as answer:
        memory.forget(heading, by=request.user)
        answer("grids:roster_headings")
    return redirect("grids:roster_headings")
