"""The hash of a published quarter. Pure: whoever has the content computes the same, here or elsewhere.

The content (head and lines) is hashed when the first office signs, and every office signs that hash. What is published
is the hash of the content's hash, the signatures, and the notice. The check code is its beginning.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from core.hashing import digest

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
HEAD = (
    "quarter",
    "version",
    "title",
    "issuer",
    "reason",
    "places",
    "contact",
    "inspection_hours",
    "notes",
)
NOTICE = ("notice_from", "notice_to", "published_at")


def content_hash(
    book: str, head: Mapping[str, Any], corrects: str, lines: Iterable[tuple[int, int, str]], unit: str = "CNY"
) -> str:
    """SHA-256 of the head (HEAD) and the lines (section, position, cells), in order of section and position.

    `book` names the book, `corrects` is the hash of the version before, "" for the first.
    """
    return digest(
        {
            "book": book,
            "unit": unit,
            "head": {name: head[name] for name in HEAD},
            "corrects": corrects,
            "lines": [list(line) for line in sorted(lines)],
        }
    )


def published_hash(content: str, notice: Mapping[str, Any], signatures: Iterable[tuple[str, str, Any]]) -> str:
    """SHA-256 of the content's hash, the notice (NOTICE) and the signatures (office, name, moment) in any order."""
    return digest(
        {
            "content": content,
            "notice": {name: notice[name] for name in NOTICE},
            "signatures": [list(signature) for signature in sorted(signatures)],
        }
    )


def code_of(published: str) -> str:
    """The check code: the first 60 bits of the hash in Crockford's base 32."""
    number = int(published[:15], 16)
    return "".join(CROCKFORD[number >> shift & 31] for shift in range(5 * (CODE_LENGTH - 1), -1, -5))


def read_code(typed: str) -> str:
    """A check code as somebody typed it, tidied: "k7-0oil…" is "K7001 1…"; "" for what can be none."""
    text = unicodedata.normalize("NFKC", typed).upper()
    text = re.sub(r"[\s\-.·]", "", text).translate(str.maketrans("OIL", "011"))
    return text if len(text) == CODE_LENGTH and set(text) <= set(CROCKFORD) else ""


def grouped(text: str, size: int = 4) -> str:
    """The text in groups, as it is printed and read aloud."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))
