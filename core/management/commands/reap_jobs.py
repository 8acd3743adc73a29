"""Take up, or give up, the work that killed workers left; the running worker does the same by itself."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from core import jobs


class Command(BaseCommand):
    help = "Put jobs of workers without a sign of life back into the queue (at most twice), then give them up."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--silence", type=float, default=60, help="seconds without a sign of life (60)")

    def handle(self, *args: Any, **options: Any) -> None:
        put_back, given_up = jobs.reap(timedelta(seconds=options["silence"]))
        self.stdout.write(f"put back: {put_back}, given up: {given_up}")
