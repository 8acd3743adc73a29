"""Whole rows of a model by a statement that is written once (`community.questions.row_for`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models

from core.sql import Statement, written

if TYPE_CHECKING:
    from core.scoping import ScopedQuerySet


class Whole(NamedTuple):
    """Rows, each with those that these relations of it lead to; over one that leads to many, a row for each of them."""

    narrowed: ScopedQuerySet[Any]
    joined: tuple[str, ...] = ()


class _Part(NamedTuple):
    """Where one model's columns stand in a row of the statement, and the relation that leads to it; "" is the row."""

    key: str
    model: type[models.Model]
    names: list[str]
    start: int

    def made_of(self, row: tuple[Any, ...]) -> models.Model | None:
        values = row[self.start : self.start + len(self.names)]
        if values[self.names.index(self.model._meta.pk.attname)] is None:
            return None
        return self.model.from_db(connection.alias, self.names, values)


class WholeRows(NamedTuple):
    """The statement, and how rows are made of its answer."""

    statement: Statement
    parts: list[_Part]

    def rows(self, *given: Any) -> list[Any]:
        """The rows that it answers with now, each with what its foreign keys name."""
        found = []
        for own, *related in self.rows_of_parts(*given):
            for part, row in zip(self.parts[1:], related, strict=True):
                setattr(own, part.key, row)
            found.append(own)
        return found

    def rows_of_parts(self, *given: Any) -> list[tuple[Any, ...]]:
        """The same, each beside what was joined to it, None where there is nothing."""
        return [tuple(part.made_of(found) for part in self.parts) for found in self.statement.rows(*given)]


def write_whole(asked: Whole) -> WholeRows:
    """The statement of whole rows."""
    narrowed: Any = asked.narrowed
    model = narrowed.model
    parts: list[_Part] = []
    columns: list[str] = []
    for key in ("", *asked.joined):
        held: Any = model._meta.get_field(key).related_model if key else model
        names = [field.attname for field in held._meta.concrete_fields]
        parts.append(_Part(key, held, names, len(columns)))
        columns += [f"{key}__{name}" if key else name for name in names]
    return WholeRows(written(narrowed.values_list(*columns)), parts)
