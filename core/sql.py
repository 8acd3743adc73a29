"""Statements written by hand, for what every request asks: the ORM takes longer to write them than the database to
answer. Only where no rule about who sees what is part of them; the names of tables come from the models."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement answers with. Days and moments are such; an id may be text, see `as_uuid`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [_fitted(value) for value in values])
        return list(cursor.fetchall())


def changed(statement: str, *values: Any) -> int:
    """How many rows a statement has written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [_fitted(value) for value in values])
        return int(cursor.rowcount)


def as_uuid(value: Any) -> UUID | None:
    """An id as SQLite keeps it (text) or as PostgreSQL gives it."""
    return UUID(value) if isinstance(value, str) else value


def _fitted(value: Any) -> Any:
    """Ids and moments as the columns of this database take them."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
