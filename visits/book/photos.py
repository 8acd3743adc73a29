"""A photo that a phone sends after its visit."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.base import File
from django.utils.translation import gettext as _

from core.photos import UploadRefused, clean_photo
from core.refusal import Refused
from visits import actions
from visits.book.receiving import Answer
from visits.models import LatePhoto, LateReport, Visit, VisitPhoto

if TYPE_CHECKING:
    from community.models import User
    from core.photos import CleanPhoto

_SENDER = "a photo's visit, of its own sender"


def receive(visit: UUID, announced: str, content: bytes, *, user: User) -> Answer:
    """Keep a photo that the user's own visit has announced by this SHA-256."""
    found = _parent(visit, user)
    if found is None or announced not in found.photos_announced:
        return Answer(404, _("没有哪次走访在等这张照片。"))
    if _has(found, announced):
        return Answer(202, _("这张照片已经收到了。"))
    if hashlib.sha256(content).hexdigest() != announced:
        return Answer(422, _("这张照片没有传完整，请在走访本里再发一次。"))
    try:
        photo = clean_photo(File(io.BytesIO(content)))
        kept = _keep(found, photo, user=user)
    except UploadRefused as refused:
        return Answer(422, str(refused.message))
    except Refused as refused:
        return Answer(422, str(refused))
    return Answer(201, _("照片收到了。")) if kept else Answer(202, _("这张照片已经收到了。"))


def _parent(visit: UUID, user: User) -> Visit | LateReport | None:
    """The visit; the late report while it is none."""
    recorded: Visit | None = Visit.objects.unscoped(reason=_SENDER).filter(pk=visit, by=user).first()
    late: LateReport | None = LateReport.objects.unscoped(reason=_SENDER).filter(pk=visit, by=user).first()
    return recorded or late


def _has(found: Visit | LateReport, announced: str) -> bool:
    if isinstance(found, Visit):
        kept = VisitPhoto.objects.unscoped(reason=_SENDER).filter(visit=found)
        return bool(kept.filter(announced_as=announced).exists())
    waiting = LatePhoto.objects.unscoped(reason=_SENDER).filter(report=found)
    return bool(waiting.filter(announced_as=announced).exists())


def _keep(found: Visit | LateReport, photo: CleanPhoto, *, user: User) -> bool:
    if isinstance(found, Visit):
        return actions.add_photo(found, photo, by=user)
    return actions.add_late_photo(found, photo, by=user)
