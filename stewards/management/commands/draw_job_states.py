"""Draw docs/states/jobs.md from the table of states."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from stewards.jobs.states import document

TARGET = Path("docs/states/jobs.md")


class Command(BaseCommand):
    help = "Print the state machine of jobs as Markdown; with --write, keep it in docs/states/jobs.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="write the file instead of printing it")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        if write:
            target = Path(settings.BASE_DIR) / TARGET
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(document(), encoding="utf-8")
            self.stdout.write(f"written: {TARGET}")
        else:
            self.stdout.write(document(), ending="")
