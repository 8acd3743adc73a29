"""The portal and the bare project, each with a throw-away database, each under gunicorn with one sync worker."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parent.parent
BENCH = REPOSITORY / "bench"
START_SECONDS = 60
USER, PASSWORD = "bench", "bench-2026-bench"
ONE = ("--workers", "1", "--worker-class", "sync", "--timeout", "120")

Environment = dict[str, str]


@dataclass(frozen=True, slots=True)
class Server:
    """A gunicorn that answers on this machine only; `worker` is the first of its workers."""

    port: int
    worker: int
    master: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer now."""
        return _children_of(self.master)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where everything of one run lies; gone afterwards."""

    portal: Environment
    bare: Environment
    vendor: str

    def inside(self, command: str, *arguments: str, given: Any = None) -> Any:
        """Run a command of inside.py with the portal's settings; what it prints as JSON."""
        return inside(self.portal, command, *arguments, given=given)


def say(text: str) -> None:
    """Progress, for whoever waits."""
    print(text, file=sys.stderr, flush=True)


def inside(portal: Environment, command: str, *arguments: str, given: Any = None) -> Any:
    """Run a command of inside.py with a portal's settings; what it prints as JSON."""
    return json.loads(run(portal, "bench/inside.py", command, *arguments, given=json.dumps(given)))


@dataclass(frozen=True, slots=True)
class House:
    """Which Python runs, and from which folder it takes its modules first."""

    python: str = sys.executable
    folder: Path = REPOSITORY


PORTAL = House()


def run(environment: Environment, *command: str, given: str = "", house: House = PORTAL) -> str:
    """Run a Python program; its output. Its failure is the end, with its words."""
    done = subprocess.run(
        [house.python, *command],
        cwd=house.folder,
        env={**os.environ, **environment},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout


@contextmanager
def make(rows: int, keep: Path | None = None) -> Iterator[Stage]:
    """A stage with the demo community, `rows` requests more, and a bare table of as many rows.

    With `keep`, a folder, it is made there on SQLite and found again the next time.
    """
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(_folder()))
        url = os.environ.get("DATABASE_URL", "")
        if url and not url.startswith("sqlite"):
            stage = _stage(folder, *(stack.enter_context(database(url, name)) for name in ("portal", "bare")))
        else:
            stage = _stage(folder, f"sqlite:///{folder}/portal.sqlite3", f"sqlite:///{folder}/bare.sqlite3")
        if not (folder / "made").exists():
            _fill(stage, folder, rows)
            (folder / "made").touch()
        # Also for data that was kept: the files may be newer.
        run(stage.portal, "manage.py", "collectstatic", "--no-input", "--verbosity", "0")
        yield stage


def _stage(folder: Path, portal_url: str, bare_url: str) -> Stage:
    bare = {
        "DATABASE_URL": bare_url,
        "DJANGO_SETTINGS_MODULE": "bare.settings",
        "PYTHONPATH": str(BENCH),
        "SECRET_KEY": "bench-" + "0123456789" * 5,
    }
    return Stage(portal_at(folder, portal_url), bare, "SQLite" if portal_url.startswith("sqlite") else "PostgreSQL")


def portal_at(folder: Path, url: str) -> Environment:
    """The settings of a portal whose files lie in `folder` and whose rows lie at `url`."""
    return {
        "DATA_DIR": str(folder / "portal"),
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONPATH": str(REPOSITORY),
        "DEBUG": "false",
        "HTTPS": "false",
        # The same names with a hash in them as in real life, without compressing what nobody fetches here.
        "STATIC_STORAGE": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
    }


def seed(portal: Environment, folder: Path) -> None:
    """The tables, and the demo community in them."""
    run({}, "tools/make_secrets.py", str(folder / "portal"))
    run(portal, "manage.py", "migrate", "--no-input", "--verbosity", "0")
    run(portal, "manage.py", "createcachetable", "--verbosity", "0")
    run(portal, "manage.py", "seed_demo", "--seed", "1", "--json")


def _fill(stage: Stage, folder: Path, rows: int) -> None:
    say(f"{stage.vendor}: migrating and seeding the portal")
    seed(stage.portal, folder)
    say(f"{stage.vendor}: {rows:,} rows more")
    stage.inside("rows", str(rows))
    run(stage.bare, "-m", "bare.fill", str(rows), USER, PASSWORD)


@contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="portal-bench-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def database(url: str, name: str, template: str = "") -> Iterator[str]:
    """The address of a new database beside the one that `url` names, which is left as it is; a copy of `template`."""
    name = f"bench_{name}_{secrets.token_hex(4)}"
    ask(url, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    try:
        yield f"{url.rpartition('/')[0]}/{name}"
    finally:
        ask(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def ask(url: str, sql: str) -> list[Any]:
    """What a PostgreSQL answers, outside of any transaction."""
    import environ
    import psycopg2

    known = environ.Env.db_url_config(url)
    server = {"host": known["HOST"], "port": known["PORT"], "user": known["USER"], "password": known["PASSWORD"]}
    connection = psycopg2.connect(dbname=known["NAME"], **{key: value for key, value in server.items() if value})
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@contextmanager
def serving(
    application: str, environment: Environment, crew: Sequence[str] = ONE, house: House = PORTAL
) -> Iterator[Server]:
    """gunicorn on a free port of 127.0.0.1: with one sync worker, or the `crew` that the arguments ask for."""
    with socket.create_server(("127.0.0.1", 0)) as listener, tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [house.python, "-m", "gunicorn", application, "--bind", f"fd://{listener.fileno()}", *crew],
            cwd=house.folder,
            env={**os.environ, **environment},
            pass_fds=[listener.fileno()],
            stdout=log,
            stderr=log,
        )
        try:
            yield Server(listener.getsockname()[1], _worker_of(process, log), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _worker_of(process: subprocess.Popen[bytes], log: Any) -> int:
    """The id of the first worker, once it is there."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            log.seek(0)
            raise SystemExit(f"gunicorn ended\n{log.read().decode()[-4000:]}")
        workers = _children_of(process.pid)
        if workers:
            return workers[0]
        time.sleep(0.05)
    raise SystemExit("gunicorn made no worker")


def _children_of(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
