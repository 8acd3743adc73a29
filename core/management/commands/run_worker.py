"""The background process: does jobs and duties, shows that it is alive, takes up what was left, tidies daily."""

from __future__ import annotations

import logging
import threading
import time
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from core import daily, jobs

log = logging.getLogger(__name__)

DAY = 24 * 3600.0


class Tidying(threading.Thread):
    """`manage.py tidy`: it may take minutes where there are many doors, and the heartbeat must not wait for it."""

    def __init__(self) -> None:
        super().__init__(daemon=True)

    def run(self) -> None:
        try:
            call_command("tidy", verbosity=0)
        except Exception:
            log.exception("the daily tidying broke off")
        finally:
            connection.close()


class Pulse(threading.Thread):
    """Beside the work: the heartbeat, and with every beat the reaper and the duties; once a day the tidying."""

    def __init__(self, worker_id: str, *, beat: float, silence: timedelta) -> None:
        super().__init__(daemon=True)
        self.worker_id = worker_id
        self.beat = beat
        self.silence = silence
        self.over = threading.Event()
        self.tidied_at = -DAY
        self.tidying: Tidying | None = None
        self.rota = daily.Rota()

    def run(self) -> None:
        while not self.over.is_set():
            try:
                self.once()
            except DatabaseError:
                log.warning("no heartbeat this time: the database is busy", exc_info=True)
            self.over.wait(self.beat)
        connection.close()

    def once(self) -> None:
        """One beat."""
        close_old_connections()
        jobs.heartbeat(self.worker_id)
        put_back, given_up = jobs.reap(self.silence)
        if put_back or given_up:
            log.warning("work left by a killed worker: %d put back, %d given up", put_back, given_up)
        if time.monotonic() - self.tidied_at >= DAY:
            self.tidied_at = time.monotonic()
            self.tidying = Tidying()
            self.tidying.start()
        self.rota.look()


class Command(BaseCommand):
    help = "Do background jobs until stopped; also the heartbeat, the reaper, the duties and the daily tidying."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=1, help="seconds between looks at an empty queue (1)")
        parser.add_argument("--beat", type=float, default=10, help="seconds between signs of life (10)")
        parser.add_argument("--silence", type=float, default=60, help="seconds of silence after which work is taken up")
        parser.add_argument("--until-empty", action="store_true", help="end when nothing is left to do")

    def handle(self, *args: Any, **options: Any) -> None:
        worker_id = get_random_string(32)
        worker = Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=options["interval"],
            batch=options["until_empty"],
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=worker_id,
        )
        worker.configure_signals()
        jobs.heartbeat(worker_id)
        pulse = Pulse(worker_id, beat=options["beat"], silence=timedelta(seconds=options["silence"]))
        pulse.start()
        try:
            worker.run()
        finally:
            pulse.over.set()
            pulse.join(timeout=5)
            if pulse.tidying:
                pulse.tidying.join(timeout=5)
            pulse.rota.wait(5)
