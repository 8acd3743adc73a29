"""What the walk book asks of the server, in JSON."""

from __future__ import annotations

from base64 import b64encode
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from community.access import PortalRequest, signed_in
from core.photos import MAX_BYTES
from core.refusal import Refused
from visits import actions
from visits.book import files, holding, keys, photos, receiving, wire
from visits.book.receiving import Answer
from visits.book.wire import Malformed
from visits.forms.book import FileForm

if TYPE_CHECKING:
    from collections.abc import Callable

    View = Callable[[PortalRequest], HttpResponse]

_NAME = 60


def _with_a_book(view: View) -> View:
    """Only for who walks, or has walked with a book: what is still on that phone must find its way home."""

    @wraps(view)
    def guarded(request: PortalRequest) -> HttpResponse:
        if not holding.has_book(request.user):
            raise PermissionDenied
        return view(request)

    return guarded


@signed_in
@require_GET
@_with_a_book
@ensure_csrf_cookie
def key(request: PortalRequest) -> HttpResponse:
    """The key of the user's book, for a phone in a session of that user."""
    user = request.user
    text = b64encode(keys.key_of(user.pk)).decode()
    return _json({"user": str(user.pk), "name": user.name, "key": text, "language": get_language()})


@signed_in
@require_GET
@_with_a_book
@ensure_csrf_cookie
@gzip_page
def held(request: PortalRequest) -> HttpResponse:
    """The doors that the user's phone is to hold, a page of them."""
    return _json(holding.page_of(request.user, request.GET.get("after", "")))


def _answered(view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
    """A view that answers with what the phone may do; what nobody's book sends is answered in the same words."""

    @wraps(view)
    def in_json(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except Malformed as error:
            answer = Answer(error.status, str(error))
        return _json({"message": answer.message, **answer.body}, status=answer.status)

    return in_json


@signed_in
@require_POST
@_answered
def send(request: PortalRequest) -> Answer:
    """A visit. Whether its sender may record it is asked of the door, not before: nothing that was walked is lost."""
    given = wire.object_of(wire.body_of(request))
    record = wire.record_of(given)
    answer = receiving.receive(record, user=request.user)
    if answer.is_kept and record.device is not None and record.unsent is not None:
        left = record.unsent if answer.body["photos"] else max(record.unsent - 1, 0)
        actions.seen(record.device, user=request.user, unsent=left)
    return answer


@signed_in
@require_POST
@_answered
def photo(request: PortalRequest, pk: UUID, sha256: str) -> Answer:
    """A photo of a visit that has announced it; the body is the photo."""
    if not wire.is_hash(sha256):
        return Answer(404, _("没有哪次走访在等这张照片。"))
    return photos.receive(pk, sha256, wire.body_of(request, MAX_BYTES), user=request.user)


@signed_in
@require_POST
def device(request: PortalRequest) -> HttpResponse:
    """What a phone says about itself."""
    try:
        given = wire.object_of(wire.body_of(request))
        device_id = wire.as_uuid(given.get("device"))
        if device_id is None:
            return _json({"message": _("这条记录不完整，收不下。请打开看一看，再发一次。")}, status=422)
    except Malformed as error:
        return _json({"message": str(error)}, status=error.status)
    actions.note_device(
        device_id,
        user=request.user,
        name=wire.as_text(given.get("name"), _NAME),
        held=wire.as_count(given.get("held")) or 0,
        unsent=wire.as_count(given.get("unsent")) or 0,
        oldest=wire.as_moment(given.get("oldest")),
    )
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


@signed_in
@_with_a_book
def file(request: PortalRequest) -> HttpResponse:
    """The unsent visits of a phone, brought in as a file; a list of what became of each."""
    form = FileForm(request.POST or None, request.FILES or None)
    outcomes = None
    if request.method == "POST" and form.is_valid():
        try:
            outcomes = files.take_in(form.cleaned_data["file"], user=request.user)
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return render(request, "visits/book_file.html", {"form": form, "outcomes": outcomes})


def _json(body: dict[str, Any], status: int = 200) -> JsonResponse:
    shown = {"ensure_ascii": False}
    return JsonResponse(body, status=status, json_dumps_params=shown, headers={"Cache-Control": "no-store"})
