"""What the bookkeeper types for sections 6 to 8: kept as rows in the form in which they are later frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from core.refusal import Refused
from property.models import Publication, PublicationEntry
from property.publication.rows import TYPED, AssetRow, BrokenLine, ResolutionRow, Row, Section, StaffRow, freeze, thaw

SECTION_OF: dict[type[Row], Section] = {
    StaffRow: Section.STAFF,
    AssetRow: Section.ASSETS,
    ResolutionRow: Section.RESOLUTIONS,
}
MOST = 200


def typed_rows(publication: Publication) -> list[Row]:
    """The typed rows of a publication found already, in their order; one query."""
    found = PublicationEntry.objects.of(publication).values_list("section", "cells")
    try:
        return [thaw(section, cells) for section, cells in found]
    except BrokenLine:
        raise Refused(_("填写的内容读不出来，请重新填写。")) from None


def keep(publication: Publication, rows: Iterable[Row]) -> None:
    """Put these rows in place of those that were typed before; the draft was checked and locked by the caller."""
    by_section: dict[Section, list[Row]] = {section: [] for section in TYPED}
    for row in rows:
        by_section[SECTION_OF[type(row)]].append(row)
    if any(len(found) > MOST for found in by_section.values()):
        raise Refused(_("一个部分最多填 %(number)d 行。") % {"number": MOST})
    PublicationEntry.objects.of(publication).delete()
    PublicationEntry.objects.bulk_create(
        PublicationEntry(
            community_id=publication.community_id,
            publication=publication,
            section=section,
            position=position,
            cells=freeze(row),
        )
        for section, found in by_section.items()
        for position, row in enumerate(found, start=1)
    )


def carry(before: Publication | None, to: Publication, *, sections: Sequence[Section] = TYPED) -> None:
    """Begin with what was typed for the publication before: it changes little from quarter to quarter."""
    if before is not None:
        keep(to, [row for row in typed_rows(before) if SECTION_OF[type(row)] in sections])
