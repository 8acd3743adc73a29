"""The record, told to people: each event as a line of a timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from community.models import AuditEvent

_words: dict[str, str | Promise] = {}
_readings: set[str] = {"reveal"}
_apart: set[str] = set()


@dataclass(frozen=True)
class Entry:
    """One line of a timeline, as the component draws it."""

    title: str
    who: str
    at: datetime
    text: str


def register(words: Mapping[str, str | Promise]) -> None:
    """The words of a room for its verbs: {"household_changed": _("修改了住户信息")}."""
    _words.update(words)


def register_readings(*verbs: str) -> None:
    """Verbs of the record by which somebody has read what is otherwise masked; residents see them apart."""
    _readings.update(verbs)


def keep_apart(*rooms: str) -> None:
    """Rooms whose records touch a household and are between it and those who keep them: money. Whoever else works with
    the household does not find them in its history."""
    _apart.update(rooms)


def rooms_apart() -> list[str]:
    """The rooms that are kept apart, in a fixed order."""
    return sorted(_apart)


def reading_verbs() -> list[str]:
    """The verbs that mean a reading, in a fixed order."""
    return sorted(_readings)


def words_for(verb: str) -> str:
    """What a verb of the record means to people."""
    return str(_words.get(verb, _("有新的记录")))


def known_verbs() -> frozenset[str]:
    """The verbs that have words."""
    return frozenset(_words)


def tell(events: Iterable[AuditEvent]) -> list[Entry]:
    """Events as timeline entries, in the order given."""
    return [_entry(event) for event in events]


def _entry(event: AuditEvent) -> Entry:
    who = f"{event.actor_role} {event.actor_name}".strip()
    return Entry(title=words_for(event.verb), who=who, at=event.at, text=_text(event))


def _text(event: AuditEvent) -> str:
    model = apps.get_model(event.target_type)
    if event.verb == "reveal":
        field = _label(model, str(event.changes.get("field", "")))
        return _("查看了%(whose)s的%(field)s，用途：%(purpose)s") % {
            "whose": event.target_label,
            "field": field,
            "purpose": event.reason,
        }
    parts = [
        _change(model, name, *pair) for name, pair in event.changes.items() if isinstance(pair, list) and len(pair) == 2
    ]
    return _("；").join([*parts, *([event.reason] if event.reason else [])])


def _change(model: type[models.Model], name: str, before: Any, after: Any) -> str:
    """One field: before and after, or what it is where nothing stood before."""
    words = {"field": _label(model, name), "after": _value(model, name, after)}
    if before in (None, ""):
        return _("%(field)s：%(after)s") % words
    return _("%(field)s：%(before)s → %(after)s") % {**words, "before": _value(model, name, before)}


def _label(model: type[models.Model], name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return name


def _value(model: type[models.Model], name: str, value: Any) -> str:
    if value in (None, ""):
        return _("（空）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    try:
        choices = dict(getattr(model._meta.get_field(name), "flatchoices", []) or [])
    except FieldDoesNotExist:
        choices = {}
    return str(choices.get(value, value))
