"""One way to turn a record into bytes, so that anyone can compute its SHA-256 again."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring
from uuid import UUID

_FEN = Decimal("0.01")
_DIGEST = re.compile(r"[0-9a-f]{64}")


def _decimal(value: Decimal) -> str:
    if not value.is_finite() or value != value.quantize(_FEN):
        raise ValueError(f"not a two-place decimal: {value}")
    return str(value.quantize(_FEN) if value else abs(value).quantize(_FEN))


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise ValueError("a naive datetime has no place in a hash")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _mapping(value: Mapping[str, object]) -> dict[str, object]:
    plain: dict[str, object] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise TypeError(f"keys are text: {key!r}")
        name = unicodedata.normalize("NFC", key)
        if name in plain:
            raise ValueError(f"the key {name!r} stands twice")
        plain[name] = _plain(item)
    return plain


def _plain(value: object) -> object:
    """The JSON value that stands for `value`; raises TypeError for what has no one writing."""
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int():
            return value
        case str():
            return unicodedata.normalize("NFC", value)
        case Decimal():
            return _decimal(value)
        case datetime():
            return _moment(value)
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return _mapping(value)
        case list() | tuple():
            return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(obj: object) -> bytes:
    """UTF-8 JSON without spaces, keys sorted by code point, text in NFC.

    Decimals are text with two places, days `2026-09-30`, moments `2026-09-30T16:00:00.000000Z` in UTC. Raises
    TypeError for floats and whatever is not data, ValueError for what would be lost (parts of a fen, naive moments).
    """
    return json.dumps(_plain(obj), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(obj: object) -> str:
    """SHA-256 in hex: of bytes as they are, of everything else in canonical form."""
    return hashlib.sha256(obj if isinstance(obj, bytes) else canonical(obj)).hexdigest()


def quoted(text: str) -> str:
    """A text as `canonical` writes it, in quotes and NFC: for those who put canonical bytes together by hand, because
    they write by the hundred thousand. Raises TypeError for what is not text."""
    if text.isascii():
        return encode_basestring(text)
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return encode_basestring(text)


def link(previous: str, content: bytes) -> str:
    """The link after `previous` (64 hex digits, "" for the first): SHA-256 of it, a line feed and the content."""
    if previous and not _DIGEST.fullmatch(previous):
        raise ValueError("the previous link is not a SHA-256 in hex")
    return hashlib.sha256(previous.encode() + b"\n" + content).hexdigest()


def chain(previous: str, obj: object) -> str:
    """The link after `previous` whose content is canonical `obj`."""
    return link(previous, canonical(obj))
