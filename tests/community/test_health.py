"""/healthz tells a monitor whether all is well, and nothing else."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest

from community import health
from core import clock, jobs
from core.models import Worker

pytestmark = pytest.mark.django_db


def test_all_well(client):
    jobs.heartbeat("w1")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "database": True, "worker": True, "disk": True})
    assert Worker.objects.count() == 1
    assert not answer.cookies


def test_a_silent_worker(client):
    assert client.get("/healthz").status_code == 503
    with clock.at(clock.now() - timedelta(minutes=3)):
        jobs.heartbeat("w1")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["worker"], answer.json()["ok"]) == (503, False, False)


def test_a_full_disk(client, monkeypatch):
    jobs.heartbeat("w1")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10, 9, 1))
    assert client.get("/healthz").json()["disk"] is False
    assert health.LOW_DISK > 1


def test_a_database_that_does_not_write(client, monkeypatch):
    from django.db import DatabaseError

    def refuse(*args, **given):
        raise DatabaseError("secret detail")

    jobs.heartbeat("w1")
    monkeypatch.setattr(Worker.objects, "create", refuse)
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert "secret" not in answer.text
