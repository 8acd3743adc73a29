"""Every list of the portal: one queryset gives the filter form, the sorting, the page, the count and the spreadsheet.

Pages go by key, not by offset: the link to the next page carries the values that the last row is sorted by, so that no
row is shown twice or lost when others are added meanwhile, and page 400 costs as much as page 1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from cryptography.fernet import InvalidToken
from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django_filters import FilterSet

from core.fields import decrypt, encrypt, plain_of
from core.spreadsheets import csv_rows, write_xlsx
from core.sql import rows_within

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
Columns = Sequence[tuple[str, str | Callable[[Any], object]]]

_SORT, _AFTER, _BEFORE, _FORMAT = "sort", "after", "before", "format"
_CHUNK = 500
_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class SortLink:
    """Where the heading of a column leads; `direction` is "ascending", "descending" or "" as `aria-sort` has it."""

    url: str
    direction: str


@dataclass(frozen=True, slots=True)
class _Key:
    """A column that rows are ordered by; rows without a value stand at the end in both directions."""

    path: str
    alias: str
    descending: bool
    nullable: bool
    nulls_last: bool = True

    def reversed(self) -> _Key:
        return replace(self, descending=not self.descending, nulls_last=not self.nulls_last)

    def order(self) -> OrderBy:
        nulls: dict[str, Any] = {}
        if self.nullable:
            nulls = {"nulls_last": True} if self.nulls_last else {"nulls_first": True}
        return OrderBy(F(self.alias), descending=self.descending, **nulls)

    def same(self, value: object) -> Q:
        return Q(**{f"{self.alias}__isnull": True}) if value is None else Q(**{self.alias: value})

    def beyond(self, value: object) -> Q | None:
        """The rows that come strictly later by this column alone; None where there can be none."""
        if value is None:
            return None if self.nulls_last else Q(**{f"{self.alias}__isnull": False})
        later = Q(**{f"{self.alias}__{'lt' if self.descending else 'gt'}": value})
        return later | Q(**{f"{self.alias}__isnull": True}) if self.nullable and self.nulls_last else later


class ListPage:
    """One page of a list, evaluated when it is shown: one query for `rows` and one for `count`.

    `form` (None without a filter), `active` (something is filtered), `reset_url`, `xlsx_url`, `previous_url` and
    `next_url` ("" when there is none), `sort`, and `sorts`, the link of each heading by its name.
    """

    def __init__(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
        *,
        filterset_class: type[FilterSet] | None,
        sorts: Mapping[str, Sequence[str]],
        default_sort: str,
        size: int,
        within: Q,
        columns: Sequence[str],
        csv: bool = False,
    ) -> None:
        self._request = request
        self._columns = columns
        self._sorts = sorts
        self._size = size
        self._within = within
        filterset = filterset_class(request.GET, queryset=queryset, request=request) if filterset_class else None
        self.form: forms.Form | None = filterset.form if filterset else None
        self._filtered: QuerySet[Any] = filterset.qs if filterset else queryset
        self.active = any(request.GET.get(name, "").strip() for name in (self.form.fields if self.form else ()))
        asked = request.GET.get(_SORT, "")
        self.sort = asked if asked.removeprefix("-") in sorts else default_sort
        self._keys = self._sort_keys()
        self.wants_xlsx = request.GET.get(_FORMAT) == "xlsx"
        self.reset_url = request.path
        self.xlsx_url = self._url({_AFTER: None, _BEFORE: None, _FORMAT: "xlsx"})
        self.wants_csv = csv and request.GET.get(_FORMAT) == "csv"
        self.csv_url = self._url({_AFTER: None, _BEFORE: None, _FORMAT: "csv"}) if csv else ""

    @property
    def queryset(self) -> QuerySet[Any]:
        """Everything that the filter lets through, in the order of the list."""
        return self._ordered(self._keys)

    @cached_property
    def count(self) -> int | str:
        """How many rows there are on all pages; "1000+" where there are more: nobody pages through them."""
        some: Any = self._filtered.order_by().values_list("pk")[: _COUNTED + 1]
        found = rows_within(some, "pk", "SELECT COUNT(*) FROM narrowed")
        count: int = found[0][0] if found else 0
        return count if count <= _COUNTED else f"{_COUNTED}+"

    @property
    def rows(self) -> list[Any]:
        """The rows of this page; tuples where the list has `columns`."""
        rows = self._page[0]
        return [row[: len(self._columns)] for row in rows] if self._columns else rows

    @property
    def previous_url(self) -> str:
        return self._page[1]

    @property
    def next_url(self) -> str:
        return self._page[2]

    @cached_property
    def sorts(self) -> dict[str, SortLink]:
        """The links of the headings: the first click sorts upwards, the next the other way."""
        links = {}
        for name in self._sorts:
            on = self.sort.removeprefix("-") == name
            down = on and self.sort.startswith("-")
            url = self._url({_SORT: f"-{name}" if on and not down else name, _AFTER: None, _BEFORE: None})
            links[name] = SortLink(url, ("descending" if down else "ascending") if on else "")
        return links

    def as_xlsx(
        self, title: str, columns: Columns, whole: Callable[[Any], QuerySet[Any]] | None = None
    ) -> HttpResponse:
        """All rows that the filter lets through as a spreadsheet; a column is its heading and an attribute path
        ("household.dwelling", called when it is a method) or a function of the row. Masked values stay masked.

        `whole` adds to the queryset what the columns need, where the list itself reads less."""
        content = write_xlsx(title, [heading for heading, _source in columns], self._cells(columns, whole))
        return HttpResponse(content, content_type=XLSX, headers=_as_file(f"{title}.xlsx"))

    def as_csv(
        self, title: str, columns: Columns, whole: Callable[[Any], QuerySet[Any]] | None = None
    ) -> StreamingHttpResponse:
        """The same rows as a csv, sent line by line as they are read."""
        lines = csv_rows([heading for heading, _source in columns], self._cells(columns, whole))
        return StreamingHttpResponse(lines, content_type=CSV, headers=_as_file(f"{title}.csv"))

    def _cells(self, columns: Columns, whole: Callable[[Any], QuerySet[Any]] | None) -> Iterator[list[object]]:
        rows = whole(self.queryset) if whole else self.queryset
        return ([value_of(row, source) for _heading, source in columns] for row in rows.iterator(_CHUNK))

    @cached_property
    def _page(self) -> tuple[list[Any], str, str]:
        """Rows, link back, link on."""
        after, before = self._values(_AFTER), self._values(_BEFORE)
        if before is not None:
            rows = self._beyond([key.reversed() for key in self._keys], before)
            more, rows = len(rows) > self._size, rows[: self._size][::-1]
            return rows, self._link(_BEFORE, rows[:1]) if more else "", self._link(_AFTER, rows[-1:])
        rows = self._beyond(self._keys, after)
        more, rows = len(rows) > self._size, rows[: self._size]
        back = self._link(_BEFORE, rows[:1]) if after is not None else ""
        return rows, back, self._link(_AFTER, rows[-1:]) if more else ""

    def _sort_keys(self) -> list[_Key]:
        backwards = self.sort.startswith("-")
        paths = list(self._sorts[self.sort.removeprefix("-")])
        if paths[-1].removeprefix("-") not in {"pk", "id"}:
            paths.append("pk")
        model = self._filtered.model
        return [
            _Key(
                path=path.removeprefix("-"),
                alias=f"list_key_{index}",
                descending=path.startswith("-") != backwards,
                nullable=_nullable(model, path.removeprefix("-")),
            )
            for index, path in enumerate(paths)
        ]

    def _ordered(self, keys: Sequence[_Key]) -> QuerySet[Any]:
        aliases = {key.alias: F(key.path) for key in keys}
        rows = self._filtered.filter(self._within)
        ordered: QuerySet[Any] = rows.annotate(**aliases).order_by(*(key.order() for key in keys))
        return ordered

    def _beyond(self, keys: Sequence[_Key], values: Sequence[object] | None) -> list[Any]:
        """One row more than a page after `values` in the order of `keys`, to know whether there are others."""
        rows = self._ordered(keys)
        if values is not None:
            later, same = Q(), Q()
            for key, value in zip(keys, values, strict=True):
                beyond = key.beyond(value)
                if beyond is not None:
                    later |= same & beyond
                same &= key.same(value)
            rows = rows.filter(later)
        if self._columns:
            rows = rows.values_list(*self._columns, *(key.alias for key in keys))
        return list(rows[: self._size + 1])

    def _values(self, parameter: str) -> list[object] | None:
        """What the cursor in the URL says; None when there is none, it is not ours, or belongs to another sort."""
        try:
            sort, values = json.loads(decrypt(self._request.GET.get(parameter, "")))
            if sort != self.sort or len(values) != len(self._keys):
                return None
            annotations = self.queryset.query.annotations
            return [
                None if value is None else annotations[key.alias].output_field.to_python(value)
                for key, value in zip(self._keys, values, strict=True)
            ]
        except (InvalidToken, ValueError, TypeError, ValidationError):
            return None

    def _link(self, parameter: str, rows: Sequence[Any]) -> str:
        """The link to what lies before or after a row, or to the first page when there is no row to go by."""
        values = [_plain(value) for row in rows for value in self._place_of(row)]
        token = encrypt(json.dumps([self.sort, values])) if rows else None
        return self._url({_AFTER: None, _BEFORE: None, parameter: token})

    def _place_of(self, row: Any) -> Sequence[object]:
        """What a row is sorted by."""
        return row[len(self._columns) :] if self._columns else [getattr(row, key.alias) for key in self._keys]

    def _url(self, changes: Mapping[str, str | None]) -> str:
        """This page with other parameters; encrypted, since a sort value may be a name and URLs end up in logs."""
        query = self._request.GET.copy()
        query.pop(_FORMAT, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        return f"{self._request.path}?{query.urlencode()}"


def list_page(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    filterset_class: type[FilterSet] | None = None,
    sorts: Mapping[str, Sequence[str]],
    default_sort: str,
    size: int = 25,
    within: Q | None = None,
    columns: Sequence[str] = (),
    csv: bool = False,
) -> ListPage:
    """The page of `queryset` that the URL asks for.

    `sorts` names the ways to sort and their columns, {"due": ("due_at", "number")}; a "-" turns a column or, in the
    URL and in `default_sort`, the whole sort around. The primary key is added. What the URL has wrong is left aside.
    `within` says once more of all rows what the index of the order begins with, their community: databases that see
    many ways to find the rows then walk that index to the end of the page, instead of fetching and sorting them all.
    With `columns` the rows of the page are tuples of these, read and made in less time than objects. `csv` offers the
    rows as a csv too.
    """
    return ListPage(
        request,
        queryset,
        filterset_class=filterset_class,
        sorts=sorts,
        default_sort=default_sort,
        size=size,
        within=within or Q(),
        columns=columns,
        csv=csv,
    )


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": content_disposition_header(True, name) or "attachment"}


def _nullable(model: type[Model], path: str) -> bool:
    """Whether a column may be without a value; of what is not a plain field of the model nothing is known: yes."""
    try:
        found = model._meta.pk if path == "pk" else model._meta.get_field(path)
    except FieldDoesNotExist:
        return True
    return not isinstance(found, Field) or found.null


def _plain(value: Any) -> object:
    """A sort value as JSON, masked ones in plain: the cursor is encrypted; the column's own field reads it back."""
    value = plain_of(value)
    if value is None or isinstance(value, str | int):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)


def value_of(row: Any, source: str | Callable[[Any], object]) -> object:
    """What a column of a spreadsheet says of a row; see `ListPage.as_xlsx`."""
    if callable(source):
        return source(row)
    value = row
    for name in source.split("."):
        value = getattr(value, name, None)
        if callable(value):
            value = value()
    return value
