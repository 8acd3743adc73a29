"""The body of a quarter as it stands on a page. Once published it never changes, so it is drawn once a process."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core import clock
from property.publication.sheet import KEPT, Sheet


@dataclass(frozen=True, slots=True)
class _Drawing:
    """All that a published body depends on: what its hash is over, the reader's language, how days are written."""

    hash: str
    language: str | None
    year: int
    care: bool
    sheet: Sheet = field(compare=False)


def body_of(sheet: Sheet, *, care: bool) -> SafeString:
    """The body in the reader's language. Kept only under a hash that was computed again from the stored rows."""
    publication = sheet.publication
    if sheet.verdict != "intact" or not publication.is_out:
        return _draw(sheet, care=care)
    return _kept(_Drawing(publication.hash, get_language(), clock.today().year, care, sheet))


@lru_cache(maxsize=4 * KEPT)
def _kept(drawing: _Drawing) -> SafeString:
    return _draw(drawing.sheet, care=drawing.care)


def _draw(sheet: Sheet, *, care: bool) -> SafeString:
    words = {"publication": sheet.publication, "sheet": sheet, "care": care}
    return render_to_string("property/quarter_sheet.html", words)
