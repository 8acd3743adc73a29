"""The hash of a published quarter. Pure: whoever has the content computes the same, here or elsewhere.

The content (head, and the root over the frozen lines and the households' payments) is hashed when the first office
signs, and every office signs that hash. What is published is the hash of the content's hash, the signatures, and the
notice. The check code is its beginning. Lines and payments go in by their roots, so that a household can follow its own
payment from its leaf up to the code on the wall without being given anything else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from core.hashing import digest
from property.proofs.trees import root_of

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


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 of what every office signs (`content_of`)."""
    return digest(content)


def content_of(
    book: str,
    head: Mapping[str, Any],
    corrects: str,
    lines: Mapping[str, Any],
    payments: Mapping[str, Any],
    unit: str = "CNY",
) -> dict[str, Any]:
    """The head (HEAD) and the root over the frozen lines and the households' payments, with what it is made of.

    `book` names the book, `corrects` is the hash of the version before, "" for the first; `lines` and `payments` are
    the summaries of the two trees (property.proofs.trees).
    """
    return {
        "book": book,
        "unit": unit,
        "head": {name: head[name] for name in HEAD},
        "corrects": corrects,
        "lines": dict(lines),
        "payments": dict(payments),
        "root": root_of(lines, payments),
    }


def published_hash(published: Mapping[str, Any]) -> str:
    """SHA-256 of what is published (`published_of`)."""
    return digest(published)


def published_of(content: str, notice: Mapping[str, Any], signatures: Iterable[tuple[str, str, Any]]) -> dict[str, Any]:
    """The content's hash, the notice (NOTICE) and the signatures (office, name, moment), given in any order."""
    return {
        "content": content,
        "notice": {name: notice[name] for name in NOTICE},
        "signatures": [list(signature) for signature in sorted(signatures)],
    }


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
