"""Read a published quarter again: lines, households' payments, signatures, hashes, paper, and the books behind it."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from core.quarters import Quarter
from property.management.book_command import find_book
from property.models import Publication
from property.proofs.verification import verify
from property.publication import seal


class Command(BaseCommand):
    help = (
        "Recompute a published quarter of an estate in all its versions: frozen lines, the households' payments, the "
        "root over both, signatures, hash, check code, the posted PDF, and the vouchers and receipts behind them. "
        "Names the first wrong thing and exits 1; exits 0 when all is well, 2 when nothing is published."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", help="code of the estate, such as 225")
        parser.add_argument("quarter", help='such as "2026Q3"')
        parser.add_argument("--community", default="", help="12-digit code, where several have such an estate")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        book = find_book(options["code"], options["community"])
        try:
            quarter = Quarter.parse(options["quarter"])
        except ValueError:
            raise CommandError(_("季度要写成 2026Q3 这样。"), returncode=2) from None
        if not Publication.objects.of_book(book).filter(quarter=str(quarter)).out().exists():
            words = {"book": book, "quarter": quarter.label}
            raise CommandError(_("%(book)s的%(quarter)s还没有公示。") % words, returncode=2)
        verdict = verify(book, quarter)
        if options["json"]:
            names = {"community": book.community.code, "estate": book.estate.code, "quarter": str(quarter)}
            answer = {**names, "ok": verdict.is_good, **asdict(verdict)}
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        elif verdict.is_good:
            words = {
                "book": book,
                "quarter": quarter.label,
                "versions": verdict.versions,
                "lines": verdict.lines,
                "leaves": verdict.leaves,
                "vouchers": verdict.vouchers,
                "code": seal.grouped(seal.code_of(verdict.hash)),
            }
            self.stdout.write(
                _(
                    "%(book)s %(quarter)s：%(versions)d 版、%(lines)d 行、%(leaves)d 份交费和账本里的 "
                    "%(vouchers)d 张凭证，全部一致（%(code)s）。"
                )
                % words
            )
        if not verdict.is_good:
            raise CommandError(f"{verdict.row}: {verdict.wrong}", returncode=1)
