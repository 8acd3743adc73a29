"""A round of a city: 1.2 million targets laid by the worker, which is killed twice half-way and goes on.

`bench/run.py --round`. The same at an eighth of the size, to see that the worker needs no more memory for more doors.
docs/bench.md says more.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stage

HOUSEHOLDS, ON_SQLITE = 760_000, 65_000
"""With the monthly visits to those in care: 1.2 million targets, and 100,000."""
SMALLER = 8
KILLED_AT = (0.3, 0.6)
LOOK = 0.25  # seconds
MOST_SECONDS = 3600
MORE_MEMORY = 1.1
WORKER = ("manage.py", "run_worker", "--interval", "0.2", "--beat", "1", "--silence", "5")

Ask = Callable[[str], list[Any]]


@dataclass
class Course:
    """What could be seen from outside while the round was being laid."""

    took: float = 0.0
    idle: float = 0.0
    """Of these seconds, those from a kill until another worker had laid its first step."""
    kills: int = 0
    laid: list[int] = field(default_factory=list)
    shown: list[tuple[int, int]] = field(default_factory=list)
    """What the job said: so many done of so many, each once."""
    memory: list[int] = field(default_factory=list)
    """The most that each worker had in memory, in KiB."""


def bench(households: int) -> dict[str, Any]:
    """Both sizes on one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        url = os.environ.get("DATABASE_URL", "")
        on_postgres = url.startswith("postgres")
        demo = stack.enter_context(stage.database(url, "demo")) if on_postgres else f"sqlite:///{folder}/demo.sqlite3"
        alone = stage.portal_at(folder, demo)
        stage.say(f"{'PostgreSQL' if on_postgres else 'SQLite'}: migrating and seeding the demo")
        stage.seed(alone, folder)
        rounds = []
        for number in (households // SMALLER, households):
            with _grown(alone, folder, on_postgres) as portal:
                rounds.append(_round(portal, number))
        return {"database": "PostgreSQL" if on_postgres else "SQLite", "rounds": rounds, "wrong": _wrong(rounds)}


@contextmanager
def _grown(alone: stage.Environment, folder: Path, on_postgres: bool) -> Iterator[stage.Environment]:
    """A database of its own, with the demo in it."""
    url = alone["DATABASE_URL"]
    if on_postgres:
        with stage.database(os.environ["DATABASE_URL"], "city", template=url.rpartition("/")[2]) as copy:
            yield stage.portal_at(folder, copy)
        return
    city = folder / "city.sqlite3"
    city.unlink(missing_ok=True)
    shutil.copy(url.removeprefix("sqlite:///"), city)
    yield stage.portal_at(folder, f"sqlite:///{city}")


def _round(portal: stage.Environment, number: int) -> dict[str, Any]:
    stage.say(f"  {number:,} households")
    start = time.perf_counter()
    grown = stage.inside(portal, "round_grow", str(number))
    copied_in = time.perf_counter() - start
    opened = stage.inside(portal, "round_open")
    stage.say(
        f"  {grown['households']:,} households copied in {copied_in:.0f} s; laying {opened['expected']:,} targets"
    )
    with _asking(portal) as ask:
        course = _watched(portal, opened, ask)
    found = stage.inside(portal, "round_found")
    return {**grown, **opened, **found, "copied_in": copied_in, **_of(course, found)}


def _watched(portal: stage.Environment, opened: dict[str, Any], ask: Ask) -> Course:
    """Workers one after the other until the round is open; the first two are killed half-way."""
    course, kills = Course(), list(KILLED_AT)
    words = (
        "SELECT c.laid, j.state, j.done, j.total FROM visits_campaign c, core_job j "
        f"WHERE c.id = '{opened['campaign']}' AND j.id = '{opened['job']}'"
    )
    start, killed_at, peak = time.perf_counter(), 0.0, 0
    worker = _worker(portal)
    try:
        while time.perf_counter() - start < MOST_SECONDS:
            laid, job, done, total = ask(words)[0]
            if killed_at and course.laid and laid > course.laid[-1]:
                course.idle += time.perf_counter() - killed_at
                killed_at = 0.0
            if not course.laid or laid != course.laid[-1]:
                course.laid.append(laid)
            if total and (not course.shown or course.shown[-1] != (done, total)):
                course.shown.append((done, total))
            peak = max(peak, _peak_of(worker.pid))
            if job in {"done", "failed"}:
                break
            if kills and not killed_at and laid >= kills[0] * opened["expected"]:
                kills.pop(0)
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                killed_at, course.kills = time.perf_counter(), course.kills + 1
                course.memory.append(peak)
                worker, peak = _worker(portal), 0
            time.sleep(LOOK)
        course.took = time.perf_counter() - start
        course.memory.append(peak)
    finally:
        worker.terminate()
        worker.wait()
    return course


def _worker(portal: stage.Environment) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, *WORKER],
        cwd=stage.REPOSITORY,
        env={**os.environ, **portal},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _peak_of(process: int) -> int:
    """The most memory that a process has had, in KiB; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except FileNotFoundError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)


@contextmanager
def _asking(portal: stage.Environment) -> Iterator[Ask]:
    """Ask the portal's database from outside of it, past its worker."""
    url = portal["DATABASE_URL"]
    if not url.startswith("sqlite"):
        yield lambda sql: stage.ask(url, sql)
        return
    import sqlite3

    connection = sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True, timeout=60)
    try:
        yield lambda sql: connection.execute(sql).fetchall()
    finally:
        connection.close()


def _of(course: Course, found: dict[str, Any]) -> dict[str, Any]:
    return {
        "took": course.took,
        "idle": course.idle,
        "kills": course.kills,
        "per_second": found["targets"] / max(course.took - course.idle, 0.001),
        "memory_mib": [round(one / 1024) for one in course.memory],
        "laid_never_fell": course.laid == sorted(course.laid),
        "seen": len(course.shown),
        "shown": course.shown[:: max(len(course.shown) // 8, 1)][-9:],
    }


def _wrong(rounds: list[dict[str, Any]]) -> list[str]:
    """Which aims were missed."""
    wrong = []
    for one in rounds:
        size = f"{one['households']:,} households"
        if not (one["state"] == "open" and one["targets"] == one["wanted"] == one["laid"] == one["expected"]):
            wrong.append(f"{size}: {one['state']}, {one['targets']} targets, not {one['wanted']} ({one['laid']} laid)")
        wrong += [f"{size}: {one[name]} {name}" for name in ("doubled", "lacking", "told_twice") if one[name]]
        wrong += [] if one["laid_never_fell"] else [f"{size}: what was laid became less"]
        wrong += [] if one["kills"] == len(KILLED_AT) else [f"{size}: only {one['kills']} workers killed"]
        wrong += [] if one["seen"] > len(KILLED_AT) else [f"{size}: no progress to be seen"]
    small, large = (max(one["memory_mib"]) for one in rounds)
    wrong += [f"memory grows: {small} MiB, then {large} MiB"] if large > MORE_MEMORY * small else []
    return wrong


def table(result: dict[str, Any]) -> str:
    """One database's result for the terminal."""
    lines = []
    for one in result["rounds"]:
        memory = ", ".join(str(mib) for mib in one["memory_mib"])
        shown = ", ".join(f"{done:,}/{total:,}" for done, total in one["shown"])
        lines += [
            f"\n== {result['database']}: {one['households']:,} households, {one['targets']:,} targets",
            f"counted before the button in {one['counted_in']:.2f} s, button answered in {one['pressed_in']:.2f} s",
            f"laid in {one['took']:.0f} s, {one['idle']:.0f} s of them until a killed worker's job went on: "
            f"{one['per_second']:,.0f} targets/s",
            f"most memory of each of the {len(one['memory_mib'])} workers: {memory} MiB",
            f"seen from outside {one['seen']} times: {shown}",
            f"doubled {one['doubled']}, lacking {one['lacking']}; {one['told']} walkers told, {one['events']} events",
        ]
    wrong = result["wrong"]
    return "\n".join([*lines, "MISSED: " + "; ".join(wrong) if wrong else "every aim is met"])
