"""Statements written by hand, for what every request asks: the ORM takes longer to write them than the database to
answer. Only where no rule about who sees what is part of them; the names of tables come from the models."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction

from core import clock

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
    return rows_within_each(Within(narrowed, columns, statement, values))


class Within(NamedTuple):
    """A statement about a queryset, with its values, as `rows_within` takes them; `width` is how many columns it
    answers with, and has to be said of one that is asked together with others (`core.together`)."""

    narrowed: ScopedQuerySet[Any]
    columns: str
    statement: str
    values: tuple[Any, ...] = ()
    width: int = 0


def rows_within_each(*parts: Within) -> list[tuple[Any, ...]]:
    """The rows of several such statements, which have the same columns, in one query and in no order between them."""
    return written_within(parts).rows()


class Statement(NamedTuple):
    """A statement as it goes to the database, with what makes values of Python out of its columns; "" asks nothing.

    `columns` are the fields that they come from, None for one that is worked out by hand.
    """

    text: str = ""
    values: tuple[Any, ...] = ()
    converters: Mapping[int, tuple[list[Any], Any]] = {}
    columns: tuple[models.Field[Any, Any] | None, ...] = ()

    def rows(self, *given: Any) -> list[tuple[Any, ...]]:
        """The rows that it answers with now; `given` are the values of its `Given`s."""
        found = rows(self.text, *filled(self.values, given)) if self.text else []
        return [self.converted(row) for row in found] if self.converters else found

    def converted(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row as Python knows its values."""
        values = list(row)
        for place, (converters, column) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return tuple(values)


def written(narrowed: ScopedQuerySet[Any]) -> Statement:
    """The statement of rows that are read as columns (`values_list`)."""
    try:
        text, values = narrowed.written()
    except EmptyResultSet:
        return Statement()
    compiler = narrowed.query.get_compiler(connection=connection)
    compiler.setup_query()
    selected = [column for column, *_sql in compiler.select]
    fields = tuple(getattr(column, "output_field", None) for column in selected)
    return Statement(text, values, compiler.get_converters(selected), fields)


def written_within(parts: Iterable[Within]) -> Statement:
    """The one statement of several about querysets, which have the same columns."""
    texts: list[str] = []
    values: list[Any] = []
    width = 0
    for part in parts:
        try:
            narrowing, narrowed_by = part.narrowed.written()
        except EmptyResultSet:
            continue
        texts.append(f"WITH narrowed ({part.columns}) AS ({narrowing}) {part.statement}")
        values += [*narrowed_by, *part.values]
        width = part.width
    if len(texts) > 1:
        texts = [f"SELECT * FROM ({one}) part_{number}" for number, one in enumerate(texts)]  # noqa: S608 written here
    return Statement(" UNION ALL ".join(texts), tuple(values), columns=(None,) * width)


class Now(models.Expression):
    """This moment, or so much later, in a statement that is written once and asked at many moments."""

    output_field = models.DateTimeField()

    def __init__(self, later: timedelta = timedelta(0)) -> None:
        super().__init__()
        self.later = later

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (_Moment(self.later),)


class Given(models.Expression):
    """A value that is given each time that a kept statement is asked, such as the id in an address; by its place."""

    def __init__(self, place: int = 0, output_field: models.Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=output_field)
        self.place = place

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (_Gap(self.place),)


class _Gap(NamedTuple):
    """Where a given value belongs among the values of a statement."""

    place: int


def filled(values: Iterable[Any], given: Sequence[Any]) -> list[Any]:
    """The values of a statement with what was given in their gaps; IndexError where too little was given."""
    return [given[value.place] if isinstance(value, _Gap) else value for value in values]


class _Moment:
    """The value of a `Now`: the driver asks it what it is when the statement leaves."""

    def __init__(self, later: timedelta) -> None:
        self._later = later

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Moment) and self._later == other._later

    def __hash__(self) -> int:
        return hash(self._later)

    def __conform__(self, protocol: Any) -> Any:
        """What a driver is given: SQLite's the text of the moment, psycopg2 what quotes itself."""
        return _fitted(clock.now() + self._later) if protocol is sqlite3.PrepareProtocol else self

    def getquoted(self) -> bytes:
        """The moment within a statement of PostgreSQL."""
        return f"'{(clock.now() + self._later).isoformat()}'::timestamptz".encode()


def changed(statement: str, *values: Any) -> int:
    """How many rows a statement has written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [_fitted(value) for value in values])
        return int(cursor.rowcount)


def insert(new: Iterable[models.Model], *, asking: str = "") -> list[Any]:
    """Write new rows of one model, a hundred in a statement, as `save` and `bulk_create` do: same values, keys given.

    `asking` is an expression about each row, such as a subquery upon its columns: what it is for each comes back with
    the keys, without a statement of its own. No signal is sent. Raises TypeError for a row that is written already, and
    ValueError for one that leads to a row which is not.
    """
    made = list(new)
    if any(not row._state.adding for row in made):
        raise TypeError("a row is written once")
    answers: list[Any] = []
    with transaction.atomic(savepoint=False) if len(made) > _AT_ONCE else nullcontext(), connection.cursor() as cursor:
        for start in range(0, len(made), _AT_ONCE):
            answers += _insert(cursor, made[start : start + _AT_ONCE], asking)
    return answers


_AT_ONCE = 100


def _insert(cursor: Any, made: list[models.Model], asking: str) -> list[Any]:
    fields, into, values, returning = _inserting(type(made[0]), asking)
    _know_keys(made, [field for field in fields if field.is_relation])
    opened = cursor.db  # Fields ask it a question or two for every value; the proxy looks it up for each.
    columns = [_fitted_column(field, made, opened) for field in fields]
    given = [value for row in zip(*columns, strict=True) for value in row]
    cursor.execute(f"{into} {', '.join([values] * len(made))} {returning}", given)
    answers = cursor.fetchall() if returning else [(row.pk, None) for row in made]
    for row, (key, *_asked) in zip(made, answers, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, opened.alias
    return [answer[1] for answer in answers] if asking else []


def _fitted_column(field: models.Field[Any, Any], made: Iterable[models.Model], opened: Any) -> Iterator[Any]:
    """What the rows have in a column, as the database takes it. The rows that they lead to and the moments are often
    the same, and are fitted once; words are not, because equal ones are encrypted to different ones."""
    known: dict[Any, Any] = {}
    in_common = field.is_relation or isinstance(field, models.DateField)
    for row in made:
        value = field.pre_save(row, add=True)
        if not in_common:
            yield field.get_db_prep_save(value, connection=opened)
            continue
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection=opened)
        yield known[value]


def rewrite(row: models.Model) -> None:
    """Write every column of a row that is there, as `save` does. No signal is sent.

    Raises DoesNotExist where it is gone, ValueError where it leads to a row which is not written, and TypeError for a
    model that says itself how its rows are saved.
    """
    model: Any = type(row)
    fields, statement = _rewriting(model)
    _know_keys([row], [field for field in fields if field.is_relation])
    with connection.cursor() as cursor:
        opened = cursor.db
        given = [field.get_db_prep_save(field.pre_save(row, add=False), connection=opened) for field in fields]
        cursor.execute(statement, given)
        if not cursor.rowcount:
            raise model.DoesNotExist(f"{model.__name__} {row.pk} is gone")


@cache
def _rewriting(model: type[models.Model]) -> tuple[list[models.Field[Any, Any]], str]:
    """The columns of a row, its key last, and the statement, which is written once for every model."""
    if model.save is not models.Model.save:
        raise TypeError(f"{model.__name__} says itself how its rows are saved")
    meta, quoted = model._meta, connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not field.generated and not field.primary_key]
    columns = ", ".join(f"{quoted(str(field.column))} = %s" for field in fields)
    table, key = quoted(meta.db_table), quoted(str(meta.pk.column))
    return [*fields, meta.pk], f"UPDATE {table} SET {columns} WHERE {key} = %s"  # noqa: S608 names come from the models


def _know_keys(made: Iterable[Any], relations: Sequence[Any]) -> None:
    """Rows that lead to one which has been written since they were made learn its key; ValueError where it has none."""
    for row in made:
        if any(getattr(row, field.attname) is None and field.is_cached(row) for field in relations):
            row._prepare_related_fields_for_save("insert")


@cache
def _inserting(model: type[models.Model], asking: str) -> tuple[list[models.Field[Any, Any]], str, str, str]:
    """The columns that a new row fills, and the parts of the statement, which is written once for every model."""
    meta, quoted = model._meta, connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not field.generated and field is not meta.auto_field]
    columns = ", ".join(quoted(str(field.column)) for field in fields)
    into = f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES"
    back = [quoted(str(meta.auto_field.column))] if meta.auto_field else []
    if asking:
        back = [quoted(str(meta.pk.column)), asking]
    returning = f"RETURNING {', '.join(back)}" if back else ""
    return fields, into, f"({', '.join(['%s'] * len(fields))})", returning


def as_uuid(value: Any) -> UUID | None:
    """An id as SQLite keeps it (text) or as PostgreSQL gives it."""
    return UUID(value) if isinstance(value, str) else value


def as_day(value: Any) -> date | None:
    """A day that a statement has worked out, as SQLite gives it (text) or PostgreSQL."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def as_moment(value: Any) -> datetime | None:
    """A moment that a statement has worked out, as SQLite gives it (text or without its zone, in UTC) or PostgreSQL."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def _fitted(value: Any) -> Any:
    """Ids, moments and days as the columns of this database take them."""
    if isinstance(value, UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
