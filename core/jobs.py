"""Long work: started from a page, done by a worker, watched on the job's own page, taken up again after a crash.

    @jobs.work
    def import_it(job: Job, path: str) -> dict[str, Any]:
        for number, row in enumerate(rows, start=1):
            jobs.progress(job, number, len(rows))
        return {"url": "/places/", "words": _("导入了 1,400 户。")}

    job = jobs.start("import", _("导入名册"), owner=user, task=import_it, args=[path])     # redirect(job)

Work may be done twice (a worker was killed half-way): it is one transaction, or it finds what it did before.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus, task
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from core import clock, scoping
from core.models import Job, Worker
from core.refusal import Refused

log = logging.getLogger(__name__)

SILENCE = timedelta(seconds=60)
ATTEMPTS = 3
State = Job.State
Work = Callable[..., dict[str, Any] | None]

# The jobs that this process is at; the heartbeat keeps them alive.
running: set[str] = set()
_last_written: dict[Any, float] = {}


def work(function: Work) -> Task[..., None]:
    """Make a function of a job (and plain arguments) into work that `start` can hand to a worker."""

    @wraps(function)
    def run(job_id: str, language: str, *args: Any) -> None:
        job = _begin(job_id)
        if job is None:
            return
        running.add(job_id)
        try:
            with translation.override(language), scoping.armed(False):
                _do(job, function, args)
        finally:
            running.discard(job_id)
            _last_written.pop(job.pk, None)

    return task(run)


def start(
    kind: str, label: str, *, owner: Any, task: Task[..., None], args: Sequence[Any] = (), at_once: bool = False
) -> Job:
    """Begin long work for the user `owner`; `args` are JSON.

    `at_once` does it here and now, where it takes a second at most.
    """
    with transaction.atomic():
        job = Job.objects.create(kind=kind, label=label[:120], owner=owner)
        given = [str(job.pk), translation.get_language() or "zh-hans", *args]
        if not at_once:
            Job.objects.filter(pk=job.pk).update(task_id=str(task.enqueue(*given).id))
    if at_once:
        task.call(*given)
    job.refresh_from_db()
    return job


def progress(job: Job, done: int, total: int) -> None:
    """Say how far the work is; written at most once a second, and at the end.

    Inside the transaction of the work itself nobody else can see it before the end.
    """
    last = _last_written.get(job.pk, 0.0)
    if done < total and time.monotonic() - last < 1:
        return
    _last_written[job.pk] = time.monotonic()
    Job.objects.filter(pk=job.pk).update(done=min(done, total), total=total, alive_at=clock.now())


def finish(job: Job, result: dict[str, Any] | None = None) -> None:
    """The work is done; `result` may hold "url" (where to look at it) and "words" (what came of it)."""
    result = result or {}
    Job.objects.filter(pk=job.pk).update(
        state=State.DONE,
        done=F("total"),
        result=result,
        message=str(result.get("words", ""))[:300],
        finished_at=clock.now(),
    )


def fail(job: Job, message: str) -> None:
    """The work could not be done; `message` says why and what to do."""
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, message=message[:300], finished_at=clock.now())


def _begin(job_id: str) -> Job | None:
    """Take the job up, unless it is over or gone."""
    begun = Job.objects.filter(pk=job_id, state__in=[State.WAITING, State.RUNNING]).update(
        state=State.RUNNING, alive_at=clock.now()
    )
    return Job.objects.get(pk=job_id) if begun else None


def _do(job: Job, function: Work, args: Sequence[Any]) -> None:
    try:
        finish(job, function(job, *args))
    except Refused as refusal:
        fail(job, str(refusal))
    except Exception:
        log.exception("job %s (%s) broke off", job.pk, job.kind)
        fail(job, _("办到一半出了差错，停下来了。请再试一次；还是不行，请告诉系统管理员。"))


def heartbeat(worker_id: str) -> None:
    """A sign of life of this process and of the jobs it is at."""
    now = clock.now()
    Worker.objects.update_or_create(pk=worker_id, defaults={"alive_at": now}, create_defaults={"alive_at": now})
    Job.objects.filter(pk__in=list(running), state=State.RUNNING).update(alive_at=now)


def reap(silence: timedelta = SILENCE) -> tuple[int, int]:
    """Put work of workers that were killed back into the queue, at most twice, then give it up.

    Returns how many were put back and how many were given up. Work done by this process is left alone.
    """
    now = clock.now()
    alive = set(Worker.objects.filter(alive_at__gte=now - silence).values_list("pk", flat=True))
    put_back = given_up = 0
    for left in DBTaskResult.objects.running().filter(started_at__lt=timezone.localtime() - silence):
        if not left.worker_ids or left.worker_ids[-1] not in alive:
            again = len(left.worker_ids) < ATTEMPTS
            put_back, given_up = put_back + again, given_up + (not again)
            _put_back(left) if again else _give_up(left)
    return put_back, given_up + _bury()


@transaction.atomic
def _put_back(left: DBTaskResult[Any, Any]) -> None:
    moved = DBTaskResult.objects.filter(pk=left.pk, status=TaskResultStatus.RUNNING, worker_ids=left.worker_ids).update(
        status=TaskResultStatus.READY, started_at=None
    )
    if moved:
        Job.objects.filter(task_id=str(left.pk), state=State.RUNNING).update(state=State.WAITING, done=0)


@transaction.atomic
def _give_up(left: DBTaskResult[Any, Any]) -> None:
    DBTaskResult.objects.filter(pk=left.pk, status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.FAILED, finished_at=timezone.localtime()
    )


def _bury() -> int:
    """Jobs whose task has ended without a word are over as well."""
    failed = DBTaskResult.objects.failed().values_list("pk", flat=True)
    stuck = Job.objects.filter(state__in=[State.WAITING, State.RUNNING], task_id__in=[str(pk) for pk in failed])
    message = _("试了几次都中断了，没有办成。请再试一次；还是不行，请告诉系统管理员。")
    return stuck.exclude(pk__in=list(running)).update(state=State.FAILED, message=message, finished_at=clock.now())
