"""Jobs: progress, refusals, and what becomes of work whose worker was killed, with real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core import clock, jobs
from core.management.commands import run_worker
from core.models import Job, Worker
from tests.core import slow_work
from tests.factories import UserFactory

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def drain() -> None:
    """A worker that does what is queued and goes; signals stay with pytest."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT)}
    try:
        call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0, reload=False)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_at_once():
    job = jobs.start("x", "数一数", owner=UserFactory(), task=slow_work.count, args=[3], at_once=True)
    assert (job.state, job.done, job.total, job.result["url"]) == ("done", 3, 3, "/")
    assert job.message == "counted 3"


def test_what_is_refused_is_told():
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.refuse, at_once=True)
    assert (job.state, job.message) == ("failed", "第 3 行看不懂，请改好再来。")


def test_what_breaks_off_says_no_secret():
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.break_off, at_once=True)
    assert job.state == "failed"
    assert "secret" not in job.message
    assert "再试一次" in job.message


def test_progress_is_written_once_a_second(django_assert_num_queries):
    job = Job.objects.create(kind="x", label="x", owner=UserFactory())
    with django_assert_num_queries(2):
        for number in range(1000):
            jobs.progress(job, number + 1, 1000)
    job.refresh_from_db()
    assert (job.done, job.total) == (1000, 1000)


def test_the_page_is_the_owners(client):
    owner = UserFactory()
    job = Job.objects.create(kind="x", label="导入名册", owner=owner, state="running", done=820, total=1400)
    client.force_login(owner)
    page = client.get(job.get_absolute_url())
    assert "820 / 1400" in page.text
    assert page["Refresh"] == "2"
    jobs.finish(job, {"url": "/places/", "words": "导入了 1,400 户。"})
    page = client.get(job.get_absolute_url())
    assert 'href="/places/"' in page.text
    assert "Refresh" not in page
    jobs.fail(job, "没有办成的原因")
    assert "没有办成的原因" in client.get(job.get_absolute_url()).text
    client.force_login(UserFactory())
    assert client.get(job.get_absolute_url()).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_queue():
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.count, args=[3])
    assert job.state == "waiting"
    drain()
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db(transaction=True)
def test_a_task_that_cannot_be_loaded_ends_its_job():
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.count, args=[3])
    DBTaskResult.objects.filter(pk=job.task_id).update(task_path="no.such.task")
    drain()
    assert jobs.reap() == (0, 1)
    job.refresh_from_db()
    assert job.state == "failed"


def left_behind(worker: str, runs: int) -> Job:
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.count, args=[3])
    Job.objects.filter(pk=job.pk).update(state="running", alive_at=clock.now())
    DBTaskResult.objects.filter(pk=job.task_id).update(
        status=TaskResultStatus.RUNNING, started_at=clock.now() - timedelta(minutes=5), worker_ids=[worker] * runs
    )
    return job


def test_work_of_a_silent_worker_is_put_back_twice_then_given_up():
    with clock.at(clock.now() - timedelta(minutes=2)):
        jobs.heartbeat("silent")
    jobs.heartbeat("alive")
    once, twice, thrice = (left_behind("silent", runs) for runs in (1, 2, 3))
    busy, unknown = left_behind("alive", 1), left_behind("never heard of", 1)
    assert jobs.reap() == (3, 2)
    states = {job.pk: job.state for job in Job.objects.all()}
    assert [states[job.pk] for job in (once, twice, thrice, busy, unknown)] == [
        "waiting",
        "waiting",
        "failed",
        "running",
        "waiting",
    ]
    assert jobs.reap() == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_long_tidying_does_not_silence_the_worker(monkeypatch):
    begun, let_go = threading.Event(), threading.Event()

    def tidy(*args: object, **options: object) -> None:
        begun.set()
        let_go.wait(120)

    monkeypatch.setattr(run_worker, "call_command", tidy)
    pulse = run_worker.Pulse("tidying", beat=0.1, silence=timedelta(seconds=60))
    pulse.start()
    try:
        assert begun.wait(120)
        before = clock.now()
        wait_for(lambda: Worker.objects.filter(pk="tidying", alive_at__gt=before).exists())
    finally:
        let_go.set()
        pulse.over.set()
        pulse.join(60)
        pulse.tidying.join(60)


def address_of_database() -> str:
    """The test database as DATABASE_URL, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@pytest.fixture
def workers() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts real workers; all are gone afterwards."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": address_of_database(),
        "DATA_DIR": str(settings.DATA_DIR),
    }

    def start(*options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "run_worker", "--interval=0.1", "--beat=0.3", "--silence=1.5", *options]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def wait_for(happened: Callable[[], bool], seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.1)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_is_survived_by_its_work(workers, tmp_path):
    trace = tmp_path / "trace"
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.linger, args=[str(trace), 600])
    first = workers()
    wait_for(trace.exists)
    first.kill()
    first.wait()
    second = workers()
    wait_for(lambda: Job.objects.get(pk=job.pk).state == "done")
    assert trace.read_text() == "run\nrun\n"
    assert Worker.objects.count() == 2
    second.terminate()
    assert second.wait(timeout=120) == 0


@pytest.mark.django_db(transaction=True)
def test_slow_work_of_a_living_worker_is_left_alone(workers, tmp_path):
    trace = tmp_path / "trace"
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.linger, args=[str(trace), 7])
    # On a busy machine a living worker is silent for a while as well.
    workers("--silence=4")
    workers("--silence=4")
    wait_for(lambda: Job.objects.get(pk=job.pk).state == "done")
    assert trace.read_text() == "run\n"


@pytest.mark.django_db(transaction=True)
def test_work_that_kills_every_worker_is_given_up(workers, tmp_path):
    trace = tmp_path / "trace"
    job = jobs.start("x", "x", owner=UserFactory(), task=slow_work.hang, args=[str(trace)])
    for run in range(1, jobs.ATTEMPTS + 1):
        worker = workers()
        wait_for(lambda run=run: trace.exists() and trace.read_text().count("run") == run)
        worker.kill()
        worker.wait()
    workers()
    wait_for(lambda: Job.objects.get(pk=job.pk).state == "failed")
    assert "试了几次" in Job.objects.get(pk=job.pk).message
    assert DBTaskResult.objects.get(pk=job.task_id).status == TaskResultStatus.FAILED
