"""HTML that is the same for everybody, drawn once a process and language, with gaps for what differs."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

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
        self._parts = re.split(f"({'|'.join(map(re.escape, gaps))})", html)

    def filled(self, words: dict[str, str]) -> SafeString:
        """With the words in their gaps, escaped; words that hold the name of a gap stay as they are."""
        parts = list(self._parts)
        escaped = {gap: conditional_escape(text) for gap, text in words.items()}
        parts[1::2] = [escaped[gap] for gap in parts[1::2]]
        return mark_safe("".join(parts))  # noqa: S308 drawn by a template; what is filled in is escaped
