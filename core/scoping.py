"""Reads fail closed: inside a web request rows come through `visible_to(user)` or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Self, TypeVar

from django.db import connection, models
from django.db.transaction import TransactionManagementError

from core.sql import Given
from core.whole import Whole, WholeRows, write_whole

_armed: ContextVar[bool] = ContextVar("scoping_armed", default=False)

Row = TypeVar("Row", bound=models.Model)


class UnscopedQuery(Exception):
    """A guarded model was read or changed without `visible_to` inside a web request."""


@contextmanager
def armed(on: bool = True) -> Iterator[None]:
    """Arm the guard for a request, or lift it (`on=False`) for a check that the framework makes by itself."""
    token = _armed.set(on)
    try:
        yield
    finally:
        _armed.reset(token)


class ScopedQuerySet(models.QuerySet[Row]):
    """A queryset that refuses to touch the database in a request until it has been narrowed."""

    _narrowed = False

    def visible_to(self, user: Any) -> Self:
        """The rows that `user` may see; each room says which."""
        raise NotImplementedError(f"{type(self).__name__} says nothing about who may see its rows")

    def scoped(self) -> Self:
        """Mark as narrowed; only `visible_to` calls it."""
        chained: Self = self._chain()  # type: ignore[attr-defined]
        chained._narrowed = True
        return chained

    def unscoped(self, *, reason: str) -> Self:
        """All rows, for an action or a job that has its object already; the reason is for whoever greps."""
        if not reason:
            raise ValueError("say why the scope is lifted")
        return self.scoped()

    def written(self) -> tuple[str, tuple[Any, ...]]:
        """As SQL and its values, for a statement around it that is written by hand; guarded as the rows are."""
        self._guard()
        sql, values = self.query.sql_with_params()
        return sql, tuple(values)

    def _guard(self) -> None:
        if _armed.get():
            self.must_be_narrowed()

    def must_be_narrowed(self) -> None:
        """Raise UnscopedQuery where nobody has said who sees these rows, inside a web request or not."""
        if not self._narrowed:
            raise UnscopedQuery(f"{self.model.__name__}: use .visible_to(user) or .unscoped(reason=…)")

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._narrowed = self._narrowed
        return clone

    def __or__(self, other: Any) -> Self:
        return self._joined(super().__or__(other), other)

    def __xor__(self, other: Any) -> Self:
        return self._joined(super().__xor__(other), other)

    def _combinator_query(self, combinator: str, *others: Any, **options: Any) -> Self:
        return self._joined(super()._combinator_query(combinator, *others, **options), *others)  # type: ignore[misc]

    def _joined(self, rows: Self, *others: Any) -> Self:
        """Rows of several querysets are narrowed when all of them are."""
        rows._narrowed = self._narrowed and all(getattr(other, "_narrowed", True) for other in others)
        return rows

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._guard()
        super()._fetch_all()

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._guard()
        return super().iterator(*args, **kwargs)

    def count(self) -> int:
        self._guard()
        return super().count()

    def exists(self) -> bool:
        self._guard()
        return super().exists()

    def contains(self, obj: Any) -> bool:
        self._guard()
        return super().contains(obj)

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._guard()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._guard()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._guard()
        return super().delete()

    def raw(self, *args: Any, **kwargs: Any) -> Any:
        self._guard()
        return super().raw(*args, **kwargs)

    def explain(self, *args: Any, **kwargs: Any) -> str:
        self._guard()
        return super().explain(*args, **kwargs)

    # Django marks these two for querysets only; keep them so when a manager is made from this class.
    delete.queryset_only = True  # type: ignore[attr-defined]
    scoped.queryset_only = False  # type: ignore[attr-defined]


def locked(row: Row) -> Row:
    """A fresh copy of `row`, locked until the transaction ends; the caller found it through `visible_to`.

    Raises DoesNotExist where it is gone, and TransactionManagementError where no transaction would hold the lock.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("a row is locked within a transaction")
    model: Any = type(row)
    found: list[Row] = _locking(model).rows(row.pk)
    if not found:
        raise model.DoesNotExist(f"{model.__name__} {row.pk} is gone")
    return found[0]


@cache
def _locking(model: type[models.Model]) -> WholeRows:
    """The statement that reads and locks a row by its key, written once for every model."""
    rows: ScopedQuerySet[Any] = ScopedQuerySet(model).unscoped(reason="a row already found")
    wanted = rows.select_for_update().filter(pk=Given(output_field=model._meta.pk)).order_by()
    return write_whole(Whole(wanted))
