"""A worker that is killed while it registers a roster: nothing is half done, the upload is there, the work goes on."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from community.models import AuditEvent, User
from community.roles import Role
from core import jobs
from core.models import Job
from grids.models import Building, Estate, Household, Membership, Resident, RosterDoubt, RosterUpload
from tests.factories import CommunityFactory, appoint
from tests.grids.roster_pages import decide, send, work_off
from tests.grids.rosters import HEADINGS, large_roster, row, workbook

ROOT = Path(__file__).resolve().parents[2]
HOUSEHOLDS = 1_500
State = RosterUpload.State

pytestmark = pytest.mark.django_db(transaction=True)


def address_of_database() -> str:
    """The test database as DATABASE_URL, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"


@pytest.fixture
def worker() -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts real workers; all are gone afterwards."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": address_of_database(),
        "DATA_DIR": str(settings.DATA_DIR),
    }

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "run_worker", "--interval=0.1", "--beat=0.3", "--silence=1.5"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


@pytest.fixture
def staff(client: Client) -> User:
    user = appoint(Role.COMMUNITY_STAFF, CommunityFactory())
    client.force_login(user)
    return user


def wait_for(happened: Callable[[], bool], *, seconds: float = 300, every: float = 0.05) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it never happened"
        time.sleep(every)


def is_writing() -> bool:
    """Whether somebody is in the long transaction that registers a roster."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM pg_locks JOIN pg_class ON pg_class.oid = pg_locks.relation "
                "WHERE relname = 'grids_resident' AND mode = 'RowExclusiveLock' AND granted"
            )
            return cursor.fetchone() is not None
    # The short writes of a job's progress are over long before this gives up.
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0.2, isolation_level=None)) as other:
        try:
            other.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        other.execute("ROLLBACK")
        return False


def nothing_is_registered() -> bool:
    return not any(model.objects.exists() for model in (Estate, Building, Household, Resident, Membership, RosterDoubt))


def kill_while_writing(worker: Callable[[], subprocess.Popen[bytes]], job: Job) -> None:
    """Start a worker, let it get into its transaction, and kill it without a word."""
    process = worker()
    running = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
    wait_for(lambda: running.exists() and is_writing(), every=0.01)
    process.kill()
    process.wait()
    assert Job.objects.get(pk=job.pk).state == Job.State.RUNNING


def test_a_killed_worker_leaves_nothing_behind_and_the_next_one_registers_all(
    client: Client, staff: User, worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    send(client, large_roster(HOUSEHOLDS))
    upload = RosterUpload.objects.get()
    decide(client, upload, "apply")
    job = Job.objects.get(kind="roster_apply")
    kill_while_writing(worker, job)
    assert nothing_is_registered()
    upload.refresh_from_db()
    assert (upload.state, upload.content[:2]) == (State.APPLYING, b"PK")
    assert not AuditEvent.objects.filter(verb="roster_applied").exists()
    worker()
    wait_for(lambda: Job.objects.get(pk=job.pk).is_over)
    assert Job.objects.get(pk=job.pk).state == Job.State.DONE
    assert Household.objects.count() == HOUSEHOLDS
    assert AuditEvent.objects.filter(verb="roster_applied").count() == HOUSEHOLDS
    upload.refresh_from_db()
    assert (upload.state, upload.sealed_content) == (State.APPLIED, "")


def test_after_the_last_attempt_the_person_can_go_on(client: Client, staff: User) -> None:
    send(client, workbook([("一", [HEADINGS, row("225号3幢2单元501室", "户主", "张三")])]))
    upload = RosterUpload.objects.get()
    decide(client, upload, "apply")
    job = Job.objects.get(kind="roster_apply")
    assert "正在办" in client.get(upload.get_absolute_url()).content.decode()
    assert "还在办" in decide(client, upload, "again").content.decode()
    DBTaskResult.objects.filter(pk=job.task_id).delete()
    jobs.fail(job, "试了几次都中断了")
    page = client.get(upload.get_absolute_url()).content.decode()
    assert "办到一半断了" in page
    assert "接着办" in page
    decide(client, upload, "again")
    upload.refresh_from_db()
    assert upload.state == State.READY
    decide(client, upload, "apply")
    work_off()
    assert Resident.objects.get().name == "张三"


def test_a_roster_whose_reading_broke_off_is_read_again_or_given_up(client: Client, staff: User) -> None:
    send(client, workbook([("一", [HEADINGS, row("225号3幢2单元501室", "户主", "张三")])]))
    upload = RosterUpload.objects.get()
    for do, state in (("again", State.READY), ("give_up", State.ABANDONED)):
        RosterUpload.objects.filter(pk=upload.pk).update(state=State.READING)
        jobs.fail(Job.objects.get(pk=RosterUpload.objects.get().job), "办到一半出了差错")
        decide(client, upload, do)
        work_off()
        upload.refresh_from_db()
        assert upload.state == state
    assert upload.sealed_content == ""
