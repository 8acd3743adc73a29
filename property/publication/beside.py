"""What stands beside a published quarter on its page: other versions and quarters, and what people have added."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.sql import as_uuid, rows
from grids.models import Building, Household
from property.models import AuditPetition, PostingPhoto, Publication, PublicationQuestion

_QUESTION, _PHOTO = PublicationQuestion._meta.db_table, PostingPhoto._meta.db_table
_PETITION, _PUBLICATION = AuditPetition._meta.db_table, Publication._meta.db_table
_HOUSEHOLD, _BUILDING = Household._meta.db_table, Building._meta.db_table
_OUT = ", ".join(f"'{state}'" for state in Publication.OUT)
# The page of a quarter is the most read of all; what is counted is asked once, not once a row.
_BESIDE = (
    "SELECT id, quarter, version, state, "  # noqa: S608 the names of tables and states
    f"(SELECT COUNT(*) FROM {_QUESTION} WHERE publication_id = %s AND state <> 'withdrawn'), "
    f"(SELECT COUNT(*) FROM {_QUESTION} WHERE publication_id = %s AND state = 'open'), "
    f"(SELECT COUNT(*) FROM {_PHOTO} WHERE publication_id = %s), "
    f"(SELECT id FROM {_PETITION} WHERE publication_id = %s ORDER BY opened_at DESC LIMIT 1), "
    "{lives} "
    f"FROM {_PUBLICATION} WHERE book_id = %s AND state IN ({_OUT}) ORDER BY quarter DESC, version DESC"
)
_LIVES = (
    f"EXISTS (SELECT 1 FROM {_HOUSEHOLD} h JOIN {_BUILDING} b ON b.id = h.building_id "  # noqa: S608 the same
    "WHERE b.estate_id = %s AND h.id IN ({homes}))"
)


@dataclass(frozen=True)
class Beside:
    """`publications` are all that are out, the newest first; the rest is about the one that was asked for."""

    publications: list[Publication]
    asked: int = 0
    waiting: int = 0
    photos: int = 0
    petition: UUID | None = None
    lives_there: bool = False


def beside(publication: Publication, households: Collection[Any]) -> Beside:
    """What belongs to a publication found already; `households` are the reader's own. One query."""
    own = publication.pk
    lives, homes = "0", []
    if households:
        lives = _LIVES.replace("{homes}", ", ".join(["%s"] * len(households)))
        homes = [publication.book.estate_id, *households]
    statement = _BESIDE.replace("{lives}", lives)
    found = rows(statement, own, own, own, own, *homes, publication.book_id)
    if not found:
        return Beside([])
    *_named, asked, waiting, photos, petition, lives_there = found[0]
    return Beside(
        [
            Publication(id=as_uuid(row[0]), book_id=publication.book_id, quarter=row[1], version=row[2], state=row[3])
            for row in found
        ],
        asked,
        waiting,
        photos,
        as_uuid(petition),
        bool(lives_there),
    )
