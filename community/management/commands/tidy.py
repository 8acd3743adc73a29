"""Daily: forget what is of no use any more, and do what every room does once a day."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django_tasks_db.models import DBTaskResult

from community import letters, retention
from community.models import Community
from core import clock, daily
from core.models import Job, Worker

SEALED_LETTERS = timedelta(days=1)
JOBS = timedelta(days=30)


class Command(BaseCommand):
    help = (
        "Forget what is of no use any more, and do the daily duties of every room, the retention rules among them "
        "(`manage.py forget --dry-run` counts those). The worker runs it once a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        now = clock.now()
        old = {
            "jobs": Job.objects.filter(finished_at__lt=now - JOBS),
            "tasks": DBTaskResult.objects.finished().filter(finished_at__lt=now - JOBS),
            "workers": Worker.objects.filter(alive_at__lt=now - JOBS),
        }
        counts = {name: rows.count() if options["dry_run"] else rows.delete()[0] for name, rows in old.items()}
        if options["dry_run"]:
            due = [retention.due(one) for one in Community.objects.all()]
            counts["what has had its time"] = sum(sum(numbers.values()) for numbers in due)
        else:
            counts["letters nobody fetched"] = letters.forget_waiting((now - SEALED_LETTERS).timestamp())
            counts |= daily.perform()
        if options["verbosity"]:
            for name, count in counts.items():
                self.stdout.write(f"{name}: {count}")
