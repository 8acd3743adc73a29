"""What every room does by itself: once a day by `manage.py tidy`, or more often; the worker calls both.

A duty may be begun twice at the same time, and it may be killed half-way: it locks what it changes, looks again, and
writes in small transactions. It runs in a thread of its own, outside any request.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from core import clock
from core.models import Duty as Row

log = logging.getLogger(__name__)

Duty = Callable[[], int]
_daily: dict[str, Duty] = {}
_frequent: dict[str, Frequent] = {}


@dataclass(frozen=True)
class Frequent:
    """A duty that is done whenever so much time has passed since it was last begun, by whichever worker is first."""

    name: str
    duty: Duty
    every: timedelta

    def claim(self) -> bool:
        """Whether it is due and nobody else has begun it; then it counts as begun now."""
        now = clock.now()
        Row.objects.get_or_create(pk=self.name)
        due = Row.objects.filter(pk=self.name).exclude(begun_at__gt=now - self.every)
        return bool(due.update(begun_at=now))

    def perform(self) -> int:
        """Do it now, and write down how it went; gives how many rows it dealt with, and raises what it raises."""
        done, broke_off = 0, True
        try:
            done, broke_off = self.duty(), False
        finally:
            Row.objects.filter(pk=self.name).update(ended_at=clock.now(), done=done, broke_off=broke_off)
        return done


def register(name: str, duty: Duty, every: timedelta | None = None) -> None:
    """A room's duty, registered when its app is ready; it gives how many rows it dealt with.

    Without `every` it is done once a day; a name that is registered again takes the place of the first.
    """
    if every is None:
        _daily[name] = duty
    else:
        _frequent[name] = Frequent(name, duty, every)


def perform() -> dict[str, int]:
    """Do all daily ones; how many rows each dealt with. One that raises stops no other; at the end it is raised."""
    done: dict[str, int] = {}
    troubles: list[Exception] = []
    for name, duty in _daily.items():
        try:
            done[name] = duty()
        except Exception as trouble:
            log.exception("the daily duty %s broke off", name)
            troubles.append(trouble)
    if troubles:
        raise ExceptionGroup("daily duties broke off", troubles)
    return done


def frequent() -> list[Frequent]:
    """All that are done more often than once a day."""
    return list(_frequent.values())


class Running(threading.Thread):
    """A frequent duty at work: the heartbeat does not wait for it, and what it raises is logged."""

    def __init__(self, one: Frequent) -> None:
        super().__init__(daemon=True, name=one.name)
        self.one = one

    def run(self) -> None:
        try:
            self.one.perform()
        except Exception:
            log.exception("the duty %s broke off", self.one.name)
        finally:
            connection.close()


class Rota:
    """The frequent duties of one process: a look begins what is due, unless this process is still at it."""

    def __init__(self) -> None:
        self.running: dict[str, Running] = {}

    def look(self) -> list[str]:
        """Begin what is due, each in a thread; the names of what was begun."""
        begun = []
        for one in frequent():
            at_it = self.running.get(one.name)
            if (at_it is None or not at_it.is_alive()) and one.claim():
                self.running[one.name] = Running(one)
                self.running[one.name].start()
                begun.append(one.name)
        return begun

    def wait(self, seconds: float) -> None:
        """Give what is under way so much time to end, each."""
        for one in self.running.values():
            one.join(timeout=seconds)
