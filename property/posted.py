"""Posted vouchers with their lines and papers as the database keeps them, in the order in which they were posted.

For those who read a whole book: nothing is made into a model, a Decimal or a moment, and no more than a window of it is
in memory. A day, a moment and an amount come as each database keeps them; `form_of` says how each is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.db.models import F, Func

from core.hashing import quoted
from property.models import Book, Posting, Voucher, VoucherAttachment

WINDOW = 2_000
REASON = "a whole book is read"
# Each voucher of a window is looked up, and so are its lines: PostgreSQL would rather read all of the table for them,
# or begin further processes for every window, which takes longer than to read it.
_STEADY = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
    "max_parallel_workers_per_gather": "0",
}
_HEX = re.compile(r"[0-9a-f]{32}")

Row = tuple[Any, ...]
Form = Callable[[Any], str]


class Window(NamedTuple):
    """Some vouchers one after the other, and all lines and papers of theirs in the same order."""

    vouchers: list[Row]
    postings: list[Row]
    papers: list[Row]


def windows(
    book: Book,
    *,
    voucher: tuple[str, ...],
    posting: tuple[str, ...],
    paper: tuple[str, ...] = (),
    after: int | None = None,
    up_to: int | None = None,
    until: date | None = None,
) -> Iterator[Window]:
    """The posted vouchers after one place in the chain and up to another (None: all), of days as far as `until`.

    The row of a voucher begins with its id and its place in the chain, each other one with the voucher's place; then
    come the named columns. Without names of papers' columns no papers are read.
    """
    asked = Voucher.objects.unscoped(reason=REASON).filter(book=book, state=Voucher.State.POSTED)
    if up_to is not None:
        asked = asked.filter(sequence__lte=up_to)
    if until is not None:
        asked = asked.filter(day__lte=until)
    while True:
        some = asked if after is None else asked.filter(sequence__gt=after)
        vouchers = list(some.order_by("sequence").values_list(*as_kept("id", "sequence", *voucher))[:WINDOW])
        if not vouchers:
            return
        reach = vouchers[0][1], vouchers[-1][1]
        yield Window(
            vouchers,
            _rows(Posting, book, reach, until, posting),
            _rows(VoucherAttachment, book, reach, until, paper) if paper else [],
        )
        after = reach[1]


@contextmanager
def steady() -> Iterator[None]:
    """While windows are read: PostgreSQL reads each as an index has it, whatever it thinks of the size of the book."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for setting, value in _STEADY.items():
            cursor.execute(f"SET LOCAL {setting} = {value}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                for setting in _STEADY:
                    cursor.execute(f"SET LOCAL {setting} TO DEFAULT")


def _rows(
    model: type[models.Model], book: Book, reach: tuple[int, int], until: date | None, names: tuple[str, ...]
) -> list[Row]:
    asked = model._default_manager.unscoped(reason=REASON).filter(  # type: ignore[attr-defined]
        community=book.community_id,
        voucher__book=book,
        voucher__state=Voucher.State.POSTED,
        voucher__sequence__range=reach,
    )
    if until is not None:
        asked = asked.filter(voucher__day__lte=until)
    return list(asked.order_by("voucher__sequence", "line").values_list(*as_kept("voucher__sequence", *names)))


class _AsKept(Func):
    """A column as the database itself keeps it; PostgreSQL's ids, days, moments and amounts as text."""

    arity = 1
    template = "%(expressions)s"
    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # A sum is no column: what Django would read a day or a moment with is not asked.
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        column: Any = self.source_expressions[0]
        kind = type(_target(column.target))
        return self.as_sql(compiler, connection, template=_WRITTEN_BY_POSTGRESQL.get(kind, self.template), **context)


_WRITTEN_BY_POSTGRESQL: dict[Any, str] = {
    models.UUIDField: "%(expressions)s::text",
    models.DecimalField: "%(expressions)s::text",
    models.DateField: "%(expressions)s::text",
    models.DateTimeField: "(%(expressions)s AT TIME ZONE 'UTC')::text",
}


def as_kept(*names: str) -> list[_AsKept]:
    """Columns for `values_list`, each to be read as the database keeps it."""
    return [_AsKept(F(name)) for name in names]


def _target(field: Any) -> Any:
    """The field that holds the value: that of the row a foreign key points to."""
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    return field


def form_of(model: type[models.Model], path: str) -> Form:
    """How a column that was read here is written in canonical JSON: what `core.hashing.canonical` makes of its value.

    A value that cannot be one of its kind (SQLite keeps any text anywhere) is written as what it is not, or raises
    TypeError or ValueError.
    """
    found: Any = None
    for name in path.split("__"):
        found = model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
        model = found.related_model or model
    return _FORMS.get(type(_target(found)), _text)


def _text(value: str | None) -> str:
    return quoted(value) if value else '""' if value == "" else "null"


def _number(value: int | None) -> str:
    return "null" if value is None else repr(value)


def _flag(value: Any) -> str:
    return "true" if value == 1 else "false" if value == 0 else repr(value)


def _id(value: str | None) -> str:
    if value is None:
        return "null"
    if len(value) == 32 and _HEX.fullmatch(value):
        return f'"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"'
    return quoted(value)


def _day(value: str | None) -> str:
    return "null" if value is None else f'"{value}"' if len(value) == 10 else quoted(value)


def _moment(value: str | None) -> str:
    """Both keep `2026-09-30 16:00:00` in UTC and, where there are any, up to six digits of the second."""
    if value is None:
        return "null"
    size = len(value)
    if size == 26:
        return f'"{value[:10]}T{value[11:]}Z"'
    if size == 19:
        return f'"{value[:10]}T{value[11:]}.000000Z"'
    if 20 < size < 26:
        return f'"{value[:10]}T{value[11:]:0<15}Z"'
    raise ValueError(f"not a moment: {value}")


def _money(value: Any) -> str:
    return f'"{amount_kept(value)[0]}"'


def amount_kept(value: Any) -> tuple[str, int]:
    """An amount in yuan with two places, as text, and in fen. PostgreSQL gives it as text; SQLite keeps the
    nearest binary fraction. Raises ValueError or TypeError for one that is not in whole fen."""
    text = value if type(value) is str else "%.2f" % value  # noqa: UP031 the fastest way, for every line of a book
    if (text is not value and float(text) != value) or text[-3] != ".":
        raise ValueError(f"not in whole fen: {value}")
    return text, int(text[:-3] + text[-2:])


_FORMS: dict[Any, Form] = {
    models.UUIDField: _id,
    models.DateField: _day,
    models.DateTimeField: _moment,
    models.DecimalField: _money,
    models.BooleanField: _flag,
    models.PositiveIntegerField: _number,
    models.PositiveSmallIntegerField: _number,
    models.IntegerField: _number,
    models.BigIntegerField: _number,
    models.BigAutoField: _number,
}
