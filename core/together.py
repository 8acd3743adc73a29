"""Several statements asked as one: a page that wants to know twenty small things goes to the database once.

Each keeps its own columns: a row travels as JSON. SQLite keeps moments, days and ids as text anyway; what PostgreSQL
makes text of them is read by the field that the column comes from, or by who asked (`core.sql.as_moment`, `as_day`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from sys import intern
from typing import Any, NamedTuple

from django.db import connection, models

from core.sql import Statement, as_day, as_moment, as_uuid, filled, rows

_ARRAY = {"sqlite": "json_array({})", "postgresql": "json_build_array({})::text"}
_FROM_TEXT: tuple[tuple[type[models.Field[Any, Any]], Callable[[Any], Any]], ...] = (
    (models.DateTimeField, as_moment),
    (models.DateField, as_day),
    (models.UUIDField, as_uuid),
    (models.JSONField, json.dumps),
)
# Of these JSON would make something else: a fraction of a sum, no bytes at all.
_NOT_AS_JSON = (models.DecimalField, models.FloatField, models.BinaryField, models.DurationField)

Row = tuple[Any, ...]


class Together(NamedTuple):
    """Several statements as one; "" asks nothing."""

    text: str
    values: tuple[Any, ...]
    parts: tuple[Statement, ...]

    def rows_of_each(self, *given: Any) -> list[list[Row]]:
        """The rows that each answers with now, in no order; `given` are the values of their `Given`s."""
        found: list[list[Row]] = [[] for _ in self.parts]
        for place, line in rows(self.text, *filled(self.values, given)) if self.text else ():
            found[place].append(self.parts[place].converted(json.loads(line)))
        return found


def together(statements: Sequence[Statement]) -> Together:
    """Raises TypeError for a column that does not travel as JSON, and where nobody knows how many columns there are."""
    asked = [(place, one) for place, one in enumerate(statements) if one.text]
    texts = [_part(place, one) for place, one in asked]
    values = tuple(value for _place, one in asked for value in one.values)
    # Those of a hundred readers differ in their values only: the text is kept once.
    return Together(intern(" UNION ALL ".join(texts)), values, tuple(_read_as_text(one) for one in statements))


def _part(place: int, one: Statement) -> str:
    if not one.columns:
        raise TypeError("a statement written by hand says its width here")
    for column in one.columns:
        if isinstance(column, _NOT_AS_JSON):
            raise TypeError(f"{column} does not travel as JSON")
    names = ", ".join(f"c{number}" for number in range(len(one.columns)))
    line = _ARRAY[connection.vendor].format(names)
    return f"SELECT * FROM (WITH asked ({names}) AS ({one.text}) SELECT {place}, {line} FROM asked) part_{place}"  # noqa: S608


def _read_as_text(one: Statement) -> Statement:
    """What makes a row of it: moments, days and ids are read out of text, as SQLite's own converters do."""
    if connection.vendor == "sqlite":
        return Statement(converters=one.converters)
    converters = dict(one.converters)
    for place, column in enumerate(one.columns):
        read = next((read for kind, read in _FROM_TEXT if isinstance(column, kind)), None)
        if read is not None:
            before, field = converters.get(place, ([], column))
            converters[place] = ([lambda value, _column, _connection, read=read: read(value), *before], field)
    return Statement(converters=converters)
