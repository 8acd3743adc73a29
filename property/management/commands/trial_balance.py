"""What every account and fund of an estate's books has come to."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from core.money import yuan
from property.export.balances import trial_balance
from property.management.book_command import BookCommand, day, find_book


class Command(BookCommand):
    help = "Print the balance of every account and fund with any posting, debit positive, in yuan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", type=day, help="only vouchers of days as far as this one, such as 2026-09-30")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        book = find_book(options["estate"], options["community"])
        balances = trial_balance(book, options["to"])
        if not options["json"]:
            for row in balances:
                self.stdout.write(f"{row.code:<12} {row.fund:<8} {yuan(row.balance):>20}")
            return
        answer = {
            "community": book.community.code,
            "estate": book.estate.code,
            "to": options["to"].isoformat() if options["to"] else None,
            "accounts": [{"code": row.code, "fund": row.fund, "balance": str(row.balance)} for row in balances],
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
