"""The body of a quarter as it stands on a page. Once published it never changes, so it is drawn once a process."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from core import clock
from core.kept import Kept
from property.publication.sheet import KEPT, Sheet

_bodies: Kept[SafeString] = Kept(4 * KEPT)


def body_of(sheet: Sheet, *, care: bool, folded: bool = False, linked: bool = False) -> SafeString:
    """The body in the reader's language. Kept only under a hash that was computed again from the stored rows.

    `folded` tables begin closed; `linked` lines lead to their own pages.
    """
    publication = sheet.publication

    def draw() -> SafeString:
        words = {"publication": publication, "sheet": sheet, "care": care, "folded": folded, "linked": linked}
        return render_to_string("property/quarter_sheet.html", words)

    if sheet.verdict != "intact" or not publication.is_out:
        return draw()
    # The hash is over all that is shown; days are written without their year while it is this one.
    return _bodies.of((publication.hash, clock.today().year, care, folded, linked), draw)
