"""A category found by the words in which people say what is the matter: 漏水 is plumbing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from helpdesk.categories import SYNONYMS

if TYPE_CHECKING:
    from helpdesk.models import Category

_BETWEEN = re.compile(r"[\s，。、；：,.;:!?！？（）()]+")
# A synonym is worth more than a word of the name or the examples, and these than letters in common.
_SYNONYM, _NAME = 2, 1


def words_of(category: Category) -> str:
    """What the category can be found by, one blank between: its name, its examples, what else people say."""
    said = " ".join([category.name, category.label, category.hint, category.hint_text])
    return " ".join([*_pieces(said), *(_folded(one) for one in SYNONYMS.get(category.slug, ()))])


def meant(text: str, categories: Iterable[Category]) -> list[Category]:
    """The categories that `text` may mean, the likeliest first; none where nothing fits."""
    asked = _folded(text)
    pieces = _pieces(text)
    if not asked:
        return []
    ranked = [(_weight(asked, pieces, one), one) for one in categories]
    return [one for weight, one in sorted(ranked, key=lambda pair: -pair[0]) if weight]


def _weight(asked: str, pieces: list[str], category: Category) -> int:
    """How much of what was asked the category has; the longest word counts, so that 楼道灯 goes before 楼道."""
    synonyms = [_folded(one) for one in SYNONYMS.get(category.slug, ())]
    named = _pieces(" ".join([category.name, category.label, category.hint, category.hint_text]))
    return max(_longest(asked, pieces, synonyms) * _SYNONYM, _longest(asked, pieces, named) * _NAME)


def _longest(asked: str, pieces: list[str], words: list[str]) -> int:
    found = [len(word) for word in words if _says(asked, word)]
    found += [len(piece) for piece in pieces for word in words if len(piece) > 1 and piece in word]
    return max(found, default=0)


def _says(asked: str, word: str) -> bool:
    """Whether the word stands in what was asked; a word of letters as a word or its beginning, not inside another."""
    if word.isascii():
        return re.search(rf"(?<![a-z]){re.escape(word)}", asked) is not None
    return word in asked


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _pieces(text: str) -> list[str]:
    return [one for one in _BETWEEN.split(_folded(text)) if one]
