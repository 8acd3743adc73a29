"""Fill an empty database with the invented community."""

import gc
import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import translation

from community.models import Community
from demo import story
from demo.officers import SignIn, told


class Command(BaseCommand):
    help = (
        "Fill an empty database with an invented community: places, people, requests, visits and books, all made "
        "through the same actions as real ones. Refuses on a database that holds a real community."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed invents the same people (default 1)")
        parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is a community already; prints no sign-ins"
        )
        parser.add_argument("--sign-ins", action="store_true", help="only print the sign-ins of a demo that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        there = Community.objects.first()
        if options["sign_ins"]:
            if there is not None and there.is_demo:
                self._tell(story.sign_ins_of(there), {}, options)
            return
        if there is not None and not there.is_demo:
            if options["if_empty"]:
                return
            raise CommandError(f"{there} is a real community: the demo goes into an empty database only.")
        if there is not None:
            if not options["if_empty"]:
                raise CommandError("The demo is in this database already.")
            return
        with _uncollected(), transaction.atomic(), translation.override("zh-hans"):
            sign_ins, counts = story.tell(seed=options["seed"])
        self._tell(sign_ins, counts, options)

    def _tell(self, sign_ins: list[SignIn], counts: dict[str, int], options: dict[str, Any]) -> None:
        if options["json"]:
            rows = [vars(one) for one in sign_ins]
            self.stdout.write(json.dumps({"sign_ins": rows, "password": story.PASSWORD, **counts}, ensure_ascii=False))
            return
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        if not options["if_empty"]:
            with translation.override("zh-hans"):
                self.stdout.write(told(sign_ins))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nobody looks for cycles meanwhile: that takes an eighth of the time and finds little among rows."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
