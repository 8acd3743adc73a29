"""Duties: what is due is done once, whoever does it; nothing stops the heartbeat or the other duties."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection

from core import clock, daily
from core.management.commands import run_worker
from core.models import Duty, Worker
from tests.core.test_jobs import wait_for

pytestmark = pytest.mark.django_db
EVERY = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def own_duties(monkeypatch):
    monkeypatch.setattr(daily, "_daily", {})
    monkeypatch.setattr(daily, "_frequent", {})


def broken() -> int:
    raise RuntimeError("on purpose")


def test_a_daily_duty_that_raises_stops_no_other():
    daily.register("first", lambda: 1)
    daily.register("broken", broken)
    done: list[int] = []
    daily.register("last", lambda: done.append(1) or 2)
    with pytest.raises(ExceptionGroup) as found:
        daily.perform()
    assert done == [1]
    assert [str(one) for one in found.value.exceptions] == ["on purpose"]


def test_frequent_duties_are_no_daily_ones():
    daily.register("daily", lambda: 1)
    daily.register("often", lambda: 1, every=EVERY)
    assert daily.perform() == {"daily": 1}
    assert [one.name for one in daily.frequent()] == ["often"]


def test_it_is_claimed_once_for_each_stretch_of_time():
    daily.register("often", lambda: 1, every=EVERY)
    (one,) = daily.frequent()
    now = clock.now()
    for after, claimed in ((0, True), (1, False), (299, False), (300, True), (301, False), (10_000, True)):
        with clock.at(now + timedelta(seconds=after)):
            assert one.claim() is claimed, after


def test_how_it_went_is_written_down():
    daily.register("often", lambda: 7, every=EVERY)
    daily.register("broken", broken, every=EVERY)
    often, bad = daily.frequent()
    assert (often.claim(), bad.claim()) == (True, True)
    assert often.perform() == 7
    with pytest.raises(RuntimeError):
        bad.perform()
    assert list(Duty.objects.order_by("-name").values_list("name", "done", "broke_off")) == [
        ("often", 7, False),
        ("broken", 0, True),
    ]
    assert not Duty.objects.filter(ended_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_it_once():
    done: list[str] = []
    daily.register("often", lambda: done.append("") or 1, every=EVERY)
    start = threading.Barrier(4)

    def look() -> None:
        rota = daily.Rota()
        start.wait(60)
        rota.look()
        rota.wait(60)
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(done) == 1


@pytest.mark.django_db(transaction=True)
def test_neither_a_long_duty_nor_a_broken_one_stops_the_heart_or_the_others(monkeypatch):
    begun, let_go, other = threading.Event(), threading.Event(), threading.Event()

    def long() -> int:
        begun.set()
        let_go.wait(120)
        return 1

    daily.register("broken", broken, every=timedelta(milliseconds=1))
    daily.register("long", long, every=timedelta(milliseconds=1))
    daily.register("other", lambda: other.set() or 1, every=timedelta(milliseconds=1))
    monkeypatch.setattr(run_worker, "call_command", lambda *args, **options: None)
    pulse = run_worker.Pulse("with duties", beat=0.1, silence=timedelta(seconds=60))
    pulse.start()
    try:
        assert begun.wait(120)
        before = clock.now()
        other.clear()
        wait_for(lambda: Worker.objects.filter(pk="with duties", alive_at__gt=before).exists())
        assert other.wait(120), "the others go on"
        assert list(pulse.rota.running) == ["broken", "long", "other"]
        assert Duty.objects.get(pk="long").ended_at is None, "it is not begun again beside itself"
    finally:
        let_go.set()
        pulse.over.set()
        pulse.join(60)
        pulse.rota.wait(60)
    assert Duty.objects.get(pk="long").done == 1
    assert Duty.objects.get(pk="broken").broke_off
