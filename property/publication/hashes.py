"""The hashes of a publication in memory, and what they are over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from property.models import Publication, PublicationSignature
from property.proofs.leaves import payments_summary
from property.proofs.trees import LineTree
from property.publication import seal
from property.sealing import book_name


def hash_of(publication: Publication, signed: Iterable[PublicationSignature]) -> str:
    """The published hash of a publication in memory, from its stored content hash."""
    return seal.published_hash(published_of(publication, signed))


def published_of(publication: Publication, signed: Iterable[PublicationSignature]) -> dict[str, Any]:
    """What the published hash is over."""
    return seal.published_of(
        publication.content_hash,
        {name: getattr(publication, name) for name in seal.NOTICE},
        [(row.office, row.name, row.at) for row in signed],
    )


def content_hash_of(publication: Publication, lines: Iterable[tuple[int, int, str]]) -> str:
    """The content's hash, from the head in memory, these lines (section, position, cells) and the payments' root."""
    return seal.content_hash(content_of(publication, LineTree.of(lines).summary))


def content_of(publication: Publication, lines: Mapping[str, Any]) -> dict[str, Any]:
    """What the content's hash is over; `lines` is the summary of the lines' tree."""
    book = publication.book
    before = publication.supersedes
    return seal.content_of(
        book_name(book.community.code, book.estate.code),
        {name: getattr(publication, name) for name in seal.HEAD},
        before.hash if before is not None else "",
        lines,
        payments_summary(publication),
    )
