"""All posted vouchers of an estate for hledger or beancount."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from property.export.beancount import BEANCOUNT
from property.export.hledger import HLEDGER
from property.export.journal import written
from property.management.book_command import BookCommand, day, find_book

FORMATS = {"hledger": HLEDGER, "beancount": BEANCOUNT}


class Command(BookCommand):
    help = (
        "Write all posted vouchers of an estate as a journal. It has one account for each account and fund with any "
        "posting, and their balances are those of trial_balance. Payees are masked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--format", required=True, choices=sorted(FORMATS), help="the tool that is to read it")
        parser.add_argument("--to", type=day, help="only vouchers of days as far as this one, such as 2026-09-30")
        parser.add_argument("--output", type=Path, help="a file to write to, in place of the terminal")

    def handle(self, *args: Any, **options: Any) -> None:
        book = find_book(options["estate"], options["community"])
        pieces = written(book, FORMATS[options["format"]], options["to"])
        if options["output"] is None:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            return
        with options["output"].open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(pieces)
