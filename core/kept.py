"""HTML that is the same for everybody, drawn once a process and language, with gaps for what differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

from django.template.loader import render_to_string
from django.utils.functional import LazyObject, Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

Made = TypeVar("Made")


class Kept(Generic[Made]):
    """What was made for a key in the reader's language; at most `most` at a time, then it begins anew."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made: dict[Hashable, Made] = {}

    def of(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What was made before for an equal key, or what `make` gives now."""
        whole = (get_language(), key)
        try:
            return self._made[whole]
        except KeyError:
            # Another thread may clear it at any moment: nothing is asked of it twice.
            made = make()
        if len(self._made) >= self._most:
            self._made.clear()
        return self._made.setdefault(whole, made)


class Blank:
    """Drawn HTML with gaps: wherever one of the words `gaps` stands in it."""

    def __init__(self, html: str, *gaps: str) -> None:
        self._parts = re.split(f"({'|'.join(map(re.escape, gaps))})", html) if gaps else [html]

    def filled(self, words: Mapping[str, Any]) -> SafeString:
        """With the words in their gaps, escaped; words that hold the name of a gap stay as they are."""
        parts = list(self._parts)
        escaped = {gap: conditional_escape(text) for gap, text in words.items()}
        parts[1::2] = [escaped[gap] for gap in parts[1::2]]
        return mark_safe("".join(parts))  # noqa: S308 drawn by a template; what is filled in is escaped


_pieces: Kept[Blank] = Kept(512)


def piece(template: str, known: Mapping[str, Any], gaps: Mapping[str, Any]) -> SafeString:
    """A template, drawn once for equal `known`: they are all that it is given, so that nothing else can be kept in it.

    What is another on every page, the key of a form or a name, goes into `gaps`: the template shows it with `{{ }}`
    and may ask nothing of it.
    """
    given = {name: _comparable(value) for name, value in known.items()}
    marks = {name: f"\ue000{name}\ue001" for name in gaps}
    blank = _pieces.of(
        (template, *given.items()),
        lambda: Blank(render_to_string(template, {**given, **marks}).strip(), *marks.values()),
    )
    return blank.filled({marks[name]: value for name, value in gaps.items()})


def _comparable(value: Any) -> Hashable:
    """What a key may hold: nothing that is worked out later, which would keep alive what it is worked out from, and no
    mark of safety, which two equal texts need not share."""
    if isinstance(value, list):
        return tuple(value)
    return str(value) + "" if isinstance(value, str | LazyObject | Promise) else value
