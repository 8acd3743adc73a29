"""What a walk book sends, read from JSON that anybody may have written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from visits.report import read_position

MAX_RECORD = 64 * 1024
MAX_PHOTOS = 6
_MAX_VALUES = 2000
_MAX_COUNT = 100_000
_FIELD = re.compile(r"[A-Za-z0-9_-]{1,80}")
_HASH = re.compile(r"[0-9a-f]{64}")

Value = TypeVar("Value")


class Malformed(Exception):
    """No walk book sends this; `status` is the answer's."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Record:
    """A visit as the phone kept it: the form's fields, the photos it announces, where it was."""

    id: UUID
    household: UUID
    target: UUID | None
    fields: dict[str, list[str]]
    photos: tuple[str, ...] = ()
    position: dict[str, float] | None = None
    sent_at: datetime | None = None
    device: UUID | None = None
    unsent: int | None = None

    @property
    def written(self) -> str:
        """The record as JSON, to be read again by `record_of`."""
        kept = {
            "id": str(self.id),
            "household": str(self.household),
            "target": str(self.target) if self.target else None,
            "fields": {name: values for name, values in self.fields.items() if any(values)},
            "photos": self.photos,
            "position": self.position,
        }
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def is_hash(text: str) -> bool:
    """Whether this is a SHA-256 in hex."""
    return _HASH.fullmatch(text) is not None


def body_of(request: HttpRequest, limit: int = MAX_RECORD) -> bytes:
    """The body of a request, read no further than needed to know that it is too large."""
    body = request.read(limit + 1)
    if len(body) > limit:
        raise Malformed(_("这条记录太大了，收不下。"), 413)
    return body


def object_of(body: bytes) -> dict[str, Any]:
    """The JSON object in these bytes."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _damaged() from error
    if not isinstance(found, dict):
        raise _damaged()
    return found


def record_of(given: Mapping[str, Any]) -> Record:
    """The visit in a JSON object; raises Malformed for whatever is not one."""
    return Record(
        id=_needed(given, "id", as_uuid),
        household=_needed(given, "household", as_uuid),
        target=_maybe(given, "target", as_uuid),
        fields=_needed(given, "fields", _fields),
        photos=_maybe(given, "photos", _photos) or (),
        position=_position(given.get("position")),
        sent_at=_maybe(given, "sent_at", as_moment),
        device=_maybe(given, "device", as_uuid),
        unsent=_maybe(given, "unsent", as_count),
    )


def as_uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def as_count(value: Any) -> int | None:
    fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MAX_COUNT
    return value if fits else None


def as_moment(value: Any) -> datetime | None:
    """A moment with its zone; None for what is none, or lies outside of what calendars can reckon with."""
    try:
        moment = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    if moment is None or not 2000 <= moment.year <= 2200:
        return None
    return moment if timezone.is_aware(moment) else None


def as_text(value: Any, most: int) -> str:
    """At most so much of a text, without what no database keeps."""
    return _storable(value)[:most] if isinstance(value, str) else ""


def _needed(given: Mapping[str, Any], name: str, read: Callable[[Any], Value | None]) -> Value:
    value = read(given.get(name))
    if value is None:
        raise _damaged()
    return value


def _maybe(given: Mapping[str, Any], name: str, read: Callable[[Any], Value | None]) -> Value | None:
    return None if given.get(name) is None else _needed(given, name, read)


def _fields(value: Any) -> dict[str, list[str]] | None:
    if not isinstance(value, dict) or len(value) > _MAX_VALUES:
        return None
    fields: dict[str, list[str]] = {}
    for name, values in value.items():
        fits = _FIELD.fullmatch(name) and isinstance(values, list) and all(isinstance(one, str) for one in values)
        if not fits:
            return None
        fields[name] = [_storable(one) for one in values]
    return fields


def _photos(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(one, str) and is_hash(one) for one in value):
        return None
    photos = tuple(dict.fromkeys(value))
    if len(photos) > MAX_PHOTOS:
        raise Malformed(_("一次最多 %(most)d 张照片。") % {"most": MAX_PHOTOS})
    return photos


def _position(value: Any) -> dict[str, float] | None:
    """Where it was; a phone that does not know it for sure must not hold up the visit."""
    try:
        return read_position(value)
    except ValueError:
        return None


def _storable(text: str) -> str:
    """Without NUL and lone surrogates, which neither database takes."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode()


def _damaged() -> Malformed:
    return Malformed(_("这条记录不完整，收不下。请打开看一看，再发一次。"))
