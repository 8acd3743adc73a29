"""What the walk book asks of the server, in JSON."""

from __future__ import annotations

from base64 import b64encode
from functools import wraps
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from community.access import Permission, PortalRequest, access, signed_in
from core.photos import MAX_BYTES
from visits import actions
from visits.book import holding, keys, photos, receiving, wire
from visits.book.receiving import Answer
from visits.book.wire import Malformed

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME = 60


@access(Permission.VISIT_RECORD)
@require_GET
@ensure_csrf_cookie
def key(request: PortalRequest) -> HttpResponse:
    """The key of the user's book, for a phone in a session of that user."""
    user = request.user
    text = b64encode(keys.key_of(user.pk)).decode()
    return _json({"user": str(user.pk), "name": user.name, "key": text, "language": get_language()})


@access(Permission.VISIT_RECORD)
@require_GET
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
        actions.seen(record.device, user=request.user, unsent=record.unsent)
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


def _json(body: dict[str, Any], status: int = 200) -> JsonResponse:
    shown = {"ensure_ascii": False}
    return JsonResponse(body, status=status, json_dumps_params=shown, headers={"Cache-Control": "no-store"})
