"""The search in the head: what somebody typed, and the rooms that look for it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from community.access import Permission
from community.phones import clean_phone
from core import pinyin

if TYPE_CHECKING:
    from community.models import User

LONGEST = 60
AT_MOST = 50
"""What one page shows in all: who gets more has to type more."""

_WHOLE_NUMBER = re.compile(r"\d{15}|\d{17}[\dX]")
_LONG_NUMBER = re.compile(r"\d{7}")


@dataclass(frozen=True)
class Sought:
    """What somebody typed, folded once for all rooms."""

    text: str

    @classmethod
    def of(cls, typed: str) -> Self:
        """Half-width, one space where there were several, without characters that nobody can see."""
        folded = unicodedata.normalize("NFKC", typed)
        seen = "".join(" " if char.isspace() else char for char in folded if char.isspace() or _is_seen(char))
        return cls(" ".join(seen.split()))

    @cached_property
    def bare(self) -> str:
        """The text without any space."""
        return self.text.replace(" ", "")

    @cached_property
    def latin(self) -> str:
        """The text as pinyin or initials are stored; "" when it can be neither."""
        return pinyin.typed(self.text)

    @cached_property
    def tail(self) -> str:
        """The last four digits of a phone; "" when the text is not just four digits."""
        return self.bare if re.fullmatch(r"[0-9]{4}", self.bare) else ""

    @cached_property
    def phones(self) -> tuple[str, ...]:
        """A whole phone number in the spellings in which it can be stored; a part of one is not enough.

        A longer tail would let somebody guess the hidden digits one after another.
        """
        try:
            return (clean_phone(self.text),)
        except ValidationError:
            digits = re.sub(r"[-()]", "", self.bare)
            landline = digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 12
            return tuple({self.text, self.bare, digits}) if landline else ()

    @property
    def is_empty(self) -> bool:
        return not self.text

    @property
    def is_short(self) -> bool:
        """One letter or digit, which would find half the community. One Chinese character is a surname."""
        return len(self.bare) == 1 and self.bare.isascii()

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONGEST

    @property
    def is_private(self) -> bool:
        """Whether it holds a whole phone or identity number, which has no business in an address or a server's log."""
        number = re.sub(r"[\s-]", "", self.text).upper()
        return bool(_LONG_NUMBER.search(self.bare) or _WHOLE_NUMBER.fullmatch(number) or _is_mobile(self.text))


@dataclass(frozen=True)
class Hit:
    """One thing that was found: what, where it leads, and why it is here."""

    title: str
    url: str
    because: str = ""
    matched: str = ""
    """The part that was matched, such as `张三` beside "姓名"; masked where it is sensitive."""
    detail: str = ""
    mark: str = ""
    """What sets it apart: moved away, vacant."""
    confirmed: Any = None
    """The row whose phone or identity number this answer confirms; it goes into the record who asked."""
    household_id: Any = None


Find = Callable[["User", Sought, int], Sequence[Hit]]


@dataclass(frozen=True)
class Section:
    """What one room finds: `find(user, sought, most)` gives at most so many hits, within what the user may see."""

    key: str
    heading: str | Promise
    find: Find
    needs: Permission
    order: int = 50


@dataclass(frozen=True)
class Group:
    """The hits of one section; `has_more` where the room knows of others."""

    key: str
    heading: str
    hits: Sequence[Hit]
    has_more: bool


_sections: list[Section] = []


def register(section: Section) -> None:
    """Add what a room finds to the search."""
    _sections.append(section)
    _sections.sort(key=lambda one: one.order)


def is_open_to(user: User) -> bool:
    """Whether there is anything that this user could find; asks no query."""
    return any(user.scope.may(section.needs) for section in _sections)


def find(user: User, sought: Sought, only: str = "") -> list[Group]:
    """What every section finds, at most AT_MOST in all; `only` is the key of the section to show as far as that."""
    if sought.is_empty or sought.is_long:
        return []
    open_sections = [one for one in _sections if user.scope.may(one.needs)]
    asked = [one for one in open_sections if one.key == only] or open_sections
    most = AT_MOST // len(asked) if asked else 0
    groups = []
    for section in asked:
        hits = section.find(user, sought, most + 1)
        if hits:
            groups.append(Group(section.key, str(section.heading), hits[:most], len(hits) > most))
    return groups


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _is_mobile(text: str) -> bool:
    try:
        return bool(clean_phone(text))
    except ValidationError:
        return False
