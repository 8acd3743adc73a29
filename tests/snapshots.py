"""The whole test database kept and brought back, where a rollback cannot undo a test.

Django empties every table after a test that commits; here rows that guards forbid to delete (posted vouchers, audit
events) and rows that migrations made would be in the way of that. So the database as it was is brought back whole.
"""

import sqlite3
from pathlib import Path

from django.conf import settings
from django.db import connection, connections

PRISTINE = "pristine"
_taken: set[str] = set()


def _sqlite_copy(source: str, target: str) -> None:
    reading, writing = sqlite3.connect(source), sqlite3.connect(target, timeout=20)
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
