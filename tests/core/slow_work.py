"""Work for the tests of core.jobs, in a module of its own so that a worker process can import it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from django.db import transaction

from core import jobs
from core.models import Job
from core.refusal import Refused


@jobs.work
def count(job: Job, total: int) -> dict[str, Any]:
    for number in range(total):
        jobs.progress(job, number + 1, total)
    return {"url": "/", "words": f"counted {total}"}


@jobs.work
def refuse(job: Job) -> None:
    raise Refused("第 3 行看不懂，请改好再来。")


@jobs.work
def break_off(job: Job) -> None:
    raise ZeroDivisionError("secret detail")


@jobs.work
def linger(job: Job, trace: str, seconds: float) -> None:
    """Leaves a line a run; only the first run is slow."""
    path = Path(trace)
    first = not path.exists()
    with path.open("a") as file:
        file.write("run\n")
    if first:
        time.sleep(seconds)


@jobs.work
def hang(job: Job, trace: str) -> None:
    with transaction.atomic(), Path(trace).open("a") as file:
        file.write("run\n")
    time.sleep(600)
