"""The whole test database kept and brought back, where a rollback cannot undo a test.

Django empties every table after a test that commits; here rows that guards forbid to delete (posted vouchers, audit
events) and rows that migrations made would be in the way of that. So the database as it was is brought back whole.

To migrate an empty database takes longer than most rooms take to test. So that is done once for the same sources: on
SQLite the outcome is a file in var/tests, on PostgreSQL a database beside the others of the cluster.
"""

import fcntl
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "tests"
SOURCES = ["config", "core", "community", "grids", "helpdesk", "visits", "stewards", "alliance", "property", "demo"]
PRISTINE = "pristine"
_taken: set[str] = set()


def _sqlite_copy(source: str, target: str) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(target, timeout=120)
    try:
        reading.backup(writing)
    finally:
        reading.close()
        writing.close()


def _postgres_copy(source: str, target: str) -> None:
    with connection._nodb_cursor() as cursor:
        # Not every connection is this thread's to close: a page's last request may still hold one.
        cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [source])
        cursor.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')


def _copy(source: str, target: str) -> None:
    connections.close_all()
    if connection.vendor == "sqlite":
        _sqlite_copy(source, target)
    else:
        _postgres_copy(source, target)


def _name_of(snapshot: str) -> str:
    return f"{settings.DATABASES['default']['NAME']}_{snapshot}"


def _digest_of_sources() -> str:
    """What a migrated database depends on: any source, since migrations may call any, and the packages."""
    found = hashlib.sha256()
    files = [path for source in SOURCES for path in (ROOT / source).glob("**/*.py")]
    for path in sorted([*files, ROOT / "tests" / "settings.py", ROOT / "requirements-dev.txt"]):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time look for the migrated database or make it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fetch_migrated(test_database: str) -> bool:
    """Make this test database what these sources' migrations make of an empty one, if that has been kept."""
    if connection.vendor == "sqlite":
        kept = KEPT / f"migrated-{_digest_of_sources()}.sqlite3"
        if kept.exists():
            _sqlite_copy(str(kept), test_database)
        return kept.exists()
    kept_database = f"migrated_{_digest_of_sources()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [kept_database])
        found = cursor.fetchone() is not None
    if found:
        _copy(kept_database, test_database)
    return found


def keep_migrated(test_database: str) -> None:
    """Keep this test database, just migrated, for others; those of other sources go."""
    if connection.vendor == "sqlite":
        for old in KEPT.glob("migrated-*"):
            old.unlink()
        half = KEPT / "migrated-half.sqlite3"
        _copy(test_database, str(half))
        half.rename(KEPT / f"migrated-{_digest_of_sources()}.sqlite3")
        return
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'migrated_')")
        for (old,) in cursor.fetchall():
            cursor.execute(f'DROP DATABASE "{old}" WITH (FORCE)')
    _copy(test_database, f"migrated_{_digest_of_sources()}")


def folder() -> Path:
    """Where this run keeps its files."""
    return Path(settings.DATA_DIR)


def taken(snapshot: str) -> bool:
    """Whether there is such a snapshot in this run."""
    return snapshot in _taken


def take(snapshot: str) -> None:
    """Keep the test database as it is now under this name."""
    _copy(str(settings.DATABASES["default"]["NAME"]), _name_of(snapshot))
    _taken.add(snapshot)


def restore(snapshot: str) -> None:
    """Make the test database what it was when the snapshot was taken; open connections elsewhere are cut."""
    _copy(_name_of(snapshot), str(settings.DATABASES["default"]["NAME"]))


def forget_all() -> None:
    """Drop the snapshots that a database server would keep; files go with their folder."""
    if connection.vendor == "postgresql":
        for snapshot in sorted(_taken):
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{_name_of(snapshot)}" WITH (FORCE)')
    _taken.clear()
