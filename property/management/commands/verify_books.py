"""Read a whole book again: seals, chain, files, numbers, sums, people, balances."""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from property.models import Book
from property.verification import verify


class Command(BaseCommand):
    help = (
        "Recompute the content hashes, the chain, attachment files, numbers, sums, signatures and monthly balances of "
        "an estate's books. Names the first wrong row and exits 1; exits 0 when all is well."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--estate", required=True, help="code of the estate, such as 225")
        parser.add_argument("--community", default="", help="12-digit code, where several have such an estate")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        book = _find(options["estate"], options["community"])
        began = time.monotonic()
        verdict = verify(book, processes=_processors())
        seconds = time.monotonic() - began
        if options["json"]:
            answer = {
                "community": book.community.code,
                "estate": book.estate.code,
                "ok": verdict.is_good,
                "vouchers": verdict.vouchers,
                "postings": verdict.postings,
                "attachments": verdict.papers,
                "head": verdict.head,
                "row": verdict.row,
                "wrong": verdict.wrong,
                "seconds": round(seconds, 3),
            }
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        elif verdict.is_good:
            words = {
                "book": book,
                "vouchers": verdict.vouchers,
                "postings": verdict.postings,
                "papers": verdict.papers,
                "head": verdict.head[:16],
            }
            self.stdout.write(
                _("%(book)s：%(vouchers)d 张凭证、%(postings)d 行分录、%(papers)d 份附件，全部一致（%(head)s）。")
                % words
            )
        if not verdict.is_good:
            raise CommandError(f"{verdict.row}: {verdict.wrong}", returncode=1)


def _processors() -> int:
    """How many processes may read; one where a transaction is open, which no other process sees into."""
    return 1 if connection.in_atomic_block else len(os.sched_getaffinity(0))


def _find(estate: str, community: str) -> Book:
    books = Book.objects.unscoped(reason="the book named on the command line").select_related("estate", "community")
    books = books.filter(estate__code=estate)
    if community:
        books = books.filter(community__code=community)
    found = list(books[:2])
    if not found:
        raise CommandError(_("没有编号为 %(estate)s 的小区账本。") % {"estate": estate}, returncode=2)
    if len(found) > 1:
        raise CommandError(
            _("几个社区都有编号为 %(estate)s 的小区，请加 --community。") % {"estate": estate}, returncode=2
        )
    book: Book = found[0]
    return book
