"""What a merge did, step by step, so that it can be taken back exactly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction

from core.fields import decrypt, encrypt, plain_of

Step = list[Any]
Place = tuple[str, str]


class Journal:
    """The steps of one merge in their order. `set`, `point` and `delete` do what they write down."""

    def __init__(self, steps: Iterable[Step] = ()) -> None:
        self.steps: list[Step] = list(steps)
        self.stayed = 0

    def set(self, row: models.Model, **values: Any) -> None:
        """Give fields of a row other values; a hash that hangs on one of them comes along."""
        names = [*values, *(extra for name in values if (extra := _hash_field(row, name)))]
        before = {name: _kept(row, name) for name in names}
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=names)
        changed = {name: [before[name], _kept(row, name)] for name in names}
        self.steps.append(["set", row._meta.label_lower, str(row.pk), changed])

    def point(self, rows: list[models.Model], field: str, to: models.Model) -> None:
        """Let a foreign key of rows of one model point to another row.

        A table that refuses to be changed keeps its rows where they are: they stay with the tombstone.
        """
        if not rows:
            return
        model, keys = type(rows[0]), [row.pk for row in rows]
        before = str(getattr(rows[0], model._meta.get_field(field).attname))  # type: ignore[union-attr]
        try:
            with transaction.atomic():
                model._base_manager.filter(pk__in=keys).update(**{field: to})
        except IntegrityError:
            self.stayed += len(keys)
            return
        self.steps.append(["point", model._meta.label_lower, field, before, str(to.pk), [str(key) for key in keys]])

    def delete(self, row: models.Model) -> None:
        """Take a row away; all that it said is kept."""
        values = {field.attname: _kept(row, field.attname) for field in _concrete(row)}
        self.steps.append(["delete", row._meta.label_lower, str(row.pk), values])
        type(row)._base_manager.filter(pk=row.pk).delete()

    @property
    def moved(self) -> list[list[Any]]:
        """[model, field, primary keys] of all that was re-pointed."""
        return [[label, field, keys] for _kind, label, field, *_rest, keys in self._of("point")]

    def sealed(self) -> str:
        return encrypt(json.dumps(self.steps, ensure_ascii=False, default=str))

    @classmethod
    def opened(cls, sealed: str) -> Journal:
        return cls(json.loads(decrypt(sealed)))

    def changed_since(self) -> list[Place]:
        """The rows, (model, primary key), that are not any more as the merge left them."""
        expected: dict[Place, dict[str, Any] | None] = {}
        for kind, label, *rest in self.steps:
            if kind == "delete":
                expected[label, rest[0]] = None
            elif kind == "set":
                after = {name: pair[1] for name, pair in rest[1].items()}
                expected[label, rest[0]] = {**(expected.get((label, rest[0])) or {}), **after}
            else:
                field, _before, to, keys = rest
                for key in keys:
                    expected[label, key] = {**(expected.get((label, key)) or {}), field: to}
        return [place for place, values in expected.items() if not _stands(place, values)]

    def take_back(self) -> None:
        """Undo every step, the last one first: whatever stood between two steps was legal, so it is on the way back."""
        for kind, label, *rest in reversed(self.steps):
            model = apps.get_model(label)
            if kind == "set":
                key, changed = rest
                before = {name: _read(model, name, pair[0]) for name, pair in changed.items()}
                model._base_manager.filter(pk=key).update(**before)
            elif kind == "point":
                field, was, _to, keys = rest
                model._base_manager.filter(pk__in=keys).update(**{_attname(model, field): was})
            else:
                _key, values = rest
                row = model(**{name: _read(model, name, value) for name, value in values.items()})
                row.save(force_insert=True)

    def _of(self, kind: str) -> list[Step]:
        return [step for step in self.steps if step[0] == kind]


def _stands(place: Place, values: dict[str, Any] | None) -> bool:
    label, key = place
    row = apps.get_model(label)._base_manager.filter(pk=key).first()
    if row is None or values is None:
        return row is None and values is None
    return all(_as_text(_kept(row, name)) == _as_text(value) for name, value in values.items())


def _as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)


def _kept(row: models.Model, name: str) -> Any:
    return plain_of(getattr(row, _attname(type(row), name)))


def _attname(model: type[models.Model], name: str) -> str:
    return str(next(field.attname for field in model._meta.concrete_fields if name in (field.name, field.attname)))


def _read(model: type[models.Model], name: str, value: Any) -> Any:
    """A kept value as its field has it."""
    field: Any = next(one for one in model._meta.concrete_fields if name in (one.name, one.attname))
    if value is None or isinstance(field, models.JSONField):
        return value
    if not field.is_relation:
        return field.to_python(value)
    key = field.target_field.to_python(value)
    return key if name == field.attname else field.related_model._base_manager.get(pk=key)


def _concrete(row: models.Model) -> list[Any]:
    return [field for field in row._meta.concrete_fields if not isinstance(field, models.GeneratedField)]


def _hash_field(row: models.Model, name: str) -> str:
    return str(getattr(row._meta.get_field(name), "hash_field", ""))
