"""Forget what has had its time, as the retention rules say."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from community import retention
from community.models import Community


class Command(BaseCommand):
    help = (
        "Forget what has had its time, by the retention rules of every room; what was forgotten is recorded in "
        "numbers. The worker does it once a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--community", metavar="CODE", help="only this one (12 digits); all otherwise")
        parser.add_argument("--dry-run", action="store_true", help="only count what is due now")
        parser.add_argument("--json", action="store_true", help="the numbers as JSON: {community: {rule: rows}}")

    def handle(self, *args: Any, **options: Any) -> None:
        communities = Community.objects.all()
        if options["community"]:
            communities = communities.filter(code=options["community"])
            if not communities:
                raise CommandError(f"no community {options['community']}")
        if options["dry_run"]:
            numbers = {one.code: retention.due(one) for one in communities}
        else:
            numbers = retention.run(communities)
        if options["json"]:
            self.stdout.write(json.dumps(numbers, indent=2))
            return
        for code, rules in numbers.items():
            for slug, count in rules.items():
                self.stdout.write(f"{code} {slug}: {count}")
