"""Rows of which only some columns have been read: what a model says of itself is then said once, and nothing is asked
of the database for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def part_of(model: type[Row], **columns: Any) -> Row:
    """A row of which these columns have been read; each other one is read when somebody asks for it."""
    known = [name for field in model._meta.concrete_fields if (name := field.attname) in columns]  # Django's order.
    return model.from_db(connection.alias, known, [columns[name] for name in known])


def made_of(model: type[Row], names: Sequence[str], values: Iterable[Any]) -> Row:
    """A row of columns that were read by these names (`values_list`), with the rows it hangs on: "book__estate__name".

    Ids are named as the columns are, "book_id". Raises ValueError where there are more names than values, or fewer.
    """
    own: dict[str, Any] = {}
    beyond: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, value in zip(names, values, strict=True):
        relation, _of, rest = name.partition("__")
        if rest:
            beyond[relation][rest] = value
        else:
            own[name] = value
    row = part_of(model, **own)
    for relation, found in beyond.items():
        field: Any = model._meta.get_field(relation)
        field.set_cached_value(row, made_of(field.related_model, list(found), found.values()))
    return row
