"""Cleaned files, kept by content under FILES_DIR and handed over only for a record that was found first."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import partial
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.http import FileResponse, Http404

from community.models import Attachment, Community
from core.photos import CleanPhoto, thumbnail
from core.sql import insert

if TYPE_CHECKING:
    from community.models import User


def path_of(sha256: str, *, small: bool = False) -> Path:
    """Where the content lies; the small picture beside it."""
    return Path(settings.FILES_DIR) / sha256[:2] / sha256[2:4] / (sha256 + (".small" if small else ""))


def store(
    content: bytes,
    *,
    name: str,
    content_type: str,
    community: Community,
    by: User | None,
    width: int | None = None,
    height: int | None = None,
) -> Attachment:
    """Keep cleaned content (photo or PDF) once and give it a row; a photo gets its small picture now."""
    attachment = _row(content, name, content_type, community.pk, by, width, height)
    _keep([(attachment, content)])
    insert([attachment])
    return attachment


def store_photos(photos: Iterable[tuple[str, CleanPhoto]], *, community_id: int, by: User | None) -> list[Attachment]:
    """Keep several cleaned photos, each with its name, as `store` does; one statement gives them their rows."""
    kept = [
        (_row(photo.content, name, photo.content_type, community_id, by, photo.width, photo.height), photo.content)
        for name, photo in photos
    ]
    _keep(kept)
    rows = [row for row, _content in kept]
    insert(rows)
    return rows


def _row(
    content: bytes,
    name: str,
    content_type: str,
    community_id: int,
    by: User | None,
    width: int | None,
    height: int | None,
) -> Attachment:
    """The row of a content, not yet in the database."""
    return Attachment(
        community_id=community_id,
        sha256=hashlib.sha256(content).hexdigest(),
        name=name[:120],
        content_type=content_type,
        size=len(content),
        width=width,
        height=height,
        created_by=by,
    )


def _keep(kept: Iterable[tuple[Attachment, bytes]]) -> None:
    """Content on the disk, a photo's with its small picture."""
    wanted: dict[Path, bytes] = {}
    for row, content in kept:
        if not (path := path_of(row.sha256)).exists():
            wanted[path] = content
        if row.is_photo and not (path := path_of(row.sha256, small=True)).exists():
            wanted[path] = thumbnail(content)
    _write(wanted)


def hand_over(attachment: Attachment, *, small: bool = False) -> FileResponse:
    """The answer that carries the file; only cleaned photos are shown in the page, all else is downloaded."""
    path = path_of(attachment.sha256, small=small and attachment.is_photo)
    if not path.exists():
        raise Http404
    response = FileResponse(
        path.open("rb"),
        content_type=attachment.content_type,
        as_attachment=not attachment.is_photo,
        filename=attachment.name,
    )
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def forget(attachments: Iterable[Attachment]) -> int:
    """Delete attachments that no record carries any more, and each file that no other attachment needs."""
    rows = list(attachments)
    Attachment.objects.unscoped(reason="files whose record is gone").filter(pk__in=[row.pk for row in rows]).delete()
    for sha256 in {row.sha256 for row in rows}:
        if not Attachment.objects.unscoped(reason="whether another needs the file").filter(sha256=sha256).exists():
            transaction.on_commit(partial(_unlink, sha256))
    return len(rows)


def _unlink(sha256: str) -> None:
    for small in (False, True):
        path_of(sha256, small=small).unlink(missing_ok=True)


def _write(wanted: Mapping[Path, bytes]) -> None:
    """Each content whole in its place, or not there at all; a disk syncs several sooner that were written before."""
    halves: list[tuple[BufferedWriter, Path]] = []
    for folder in {path.parent for path in wanted}:
        folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for path, content in wanted.items():
            half = stack.enter_context(path.with_name(f"{path.name}.{uuid4().hex}").open("wb"))
            half.write(content)
            half.flush()
            halves.append((half, path))
        for half, path in halves:
            os.fsync(half.fileno())
            os.replace(half.name, path)
