"""Read a whole book again: seals, chain, files, numbers, sums, people, balances."""

from __future__ import annotations

import json
import os
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from django.utils.translation import gettext as _

from property.management.book_command import BookCommand, find_book
from property.verification import verify


class Command(BookCommand):
    help = (
        "Recompute the content hashes, the chain, attachment files, numbers, sums, signatures and monthly balances of "
        "an estate's books. Names the first wrong row and exits 1; exits 0 when all is well."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        book = find_book(options["estate"], options["community"])
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
