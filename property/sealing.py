"""The seal of a posted voucher: SHA-256 over the whole of its content, chained to the voucher posted before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from core.fields import plain_of
from core.hashing import chain, digest
from core.sql import Given, Statement, written

if TYPE_CHECKING:
    from property.models import Voucher

FIELDS = (
    "id",
    "sequence",
    "month__month",
    "number",
    "kind",
    "day",
    "summary",
    "payee",
    "amount",
    "resolution_ref",
    "reverses__month__month",
    "reverses__number",
    "reverses__hash",
    "created_at",
    "drafted_by_id",
    "drafted_at",
    "returned_by_id",
    "returned_at",
    "return_note",
    "reviewed_by_id",
    "reviewed_at",
    "settled_by_id",
    "settled_at",
    "settled_on",
    "means",
    "settled_ref",
)
POSTING_FIELDS = ("id", "created_at", "line", "account__code", "fund", "debit", "credit", "note")
PAPER_FIELDS = (
    "id",
    "created_at",
    "line",
    "attachment_id",
    "attachment__sha256",
    "attachment__name",
    "attachment__content_type",
    "is_resolution",
)


def values_of(row: Any, fields: Iterable[str] = FIELDS) -> dict[str, Any]:
    """The named values of a row in memory, as `.values(*fields)` would read them."""
    return {field: _follow(row, field) for field in fields}


def _follow(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name) if row is not None else None
    return row


def seal(
    previous: str,
    book: str,
    voucher: Mapping[str, Any],
    postings: Iterable[Iterable[Any]],
    papers: Iterable[Iterable[Any]],
) -> str:
    """The link after `previous` (hex, "" for the first).

    `voucher` has FIELDS, `postings` are rows of POSTING_FIELDS and `papers` rows of PAPER_FIELDS, each in the order
    of their lines; `book` names the book. The payee goes in as a digest salted with the voucher's id, so that whoever
    is shown the content to check it does not read a name.
    """
    return chain(previous, content_of(book, voucher, postings, papers))


def content_of(
    book: str, voucher: Mapping[str, Any], postings: Iterable[Iterable[Any]], papers: Iterable[Iterable[Any]]
) -> dict[str, Any]:
    """What is sealed, before it is canonical bytes; `property.resealing` writes these bytes at once."""
    content: dict[str, Any] = {field: voucher[field] for field in FIELDS if field != "payee"}
    payee = plain_of(voucher["payee"])
    content["payee"] = digest([voucher["id"], payee]) if payee else ""
    content["book"] = book
    content["postings"] = [list(row) for row in postings]
    content["papers"] = [list(row) for row in papers]
    return content


def seal_of(voucher: Voucher, previous: str) -> str:
    """The link of a voucher in memory, its lines and papers read from the database."""
    lines, papers = (statement.rows(voucher.pk) for statement in _asked())
    name = book_name(voucher.book.community.code, voucher.book.estate.code)
    return seal(previous, name, values_of(voucher), lines, papers)


@cache
def _asked() -> tuple[Statement, Statement]:
    """The lines and the papers of a voucher that is being posted, written once."""
    from property.models import Posting, VoucherAttachment

    reason = "what is sealed"
    return (
        _of_voucher(Posting.objects.unscoped(reason=reason), POSTING_FIELDS),
        _of_voucher(VoucherAttachment.objects.unscoped(reason=reason), PAPER_FIELDS),
    )


def _of_voucher(rows: Any, fields: Iterable[str]) -> Statement:
    return written(rows.filter(voucher=Given()).order_by("line").values_list(*fields))


def book_name(community_code: str, estate_code: str) -> str:
    """How a book is named in every seal: "321102001005/225"."""
    return f"{community_code}/{estate_code}"
