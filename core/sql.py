"""Statements written by hand, for what every request asks: the ORM takes longer to write them than the database to
answer. Only where no rule about who sees what is part of them; the names of tables come from the models."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection

if TYPE_CHECKING:
    from core.scoping import ScopedQuerySet


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows that a statement answers with. Days and moments are such; an id may be text, see `as_uuid`."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [_fitted(value) for value in values])
        return list(cursor.fetchall())


def rows_within(narrowed: ScopedQuerySet[Any], columns: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement about `narrowed`, which it finds as a table of this name with these columns.

    Who sees what is said by the queryset; without a row that could be seen nothing is asked, and the answer is empty.
    """
    try:
        narrowing, narrowed_by = narrowed.written()
    except EmptyResultSet:
        return []
    return rows(f"WITH narrowed ({columns}) AS ({narrowing}) {statement}", *narrowed_by, *values)


def changed(statement: str, *values: Any) -> int:
    """How many rows a statement has written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [_fitted(value) for value in values])
        return int(cursor.rowcount)


def as_uuid(value: Any) -> UUID | None:
    """An id as SQLite keeps it (text) or as PostgreSQL gives it."""
    return UUID(value) if isinstance(value, str) else value


def as_day(value: Any) -> date | None:
    """A day that a statement has worked out, as SQLite gives it (text) or PostgreSQL."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _fitted(value: Any) -> Any:
    """Ids, moments and days as the columns of this database take them."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
