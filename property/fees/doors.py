"""The households of an estate as its cashier finds them: by door or by a name, shown by door and surname alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from community.search import Sought
from core.templatetags.portal import day
from grids.models import Household, Membership
from grids.querysets.matching import door_matches, name_matches

if TYPE_CHECKING:
    from property.models import Book

AT_MOST = 20
_WHY = "the households of an estate whose book was found through visible_to"


@dataclass(frozen=True, slots=True)
class Door:
    """A household as a list of the committee shows it: `name` is "王＊＊", `mark` says that it has moved away."""

    pk: UUID
    label: str
    name: str
    mark: str


def households_of(book: Book) -> Any:
    """The households of the estate of a book, those that have moved away among them; merged ones left out."""
    rows = Household.objects.unscoped(reason=_WHY).filter(community=book.community_id, merged_into=None)
    return rows.filter(building__estate=book.estate_id).select_related("dwelling", "head", "building")


def find(book: Book, words: str, most: int = AT_MOST) -> list[Door]:
    """Who lives, or lived, behind the door or has a member of the name that the words mean; those who live there first.

    Two queries at most. Numbers of telephones and identity cards are not looked for: who pays says where they live.
    """
    sought = Sought.of(words)
    if sought.is_empty or sought.is_long or sought.is_private:
        return []
    found = households_of(book).filter(_meant(sought, book.estate.code))
    ordered = found.order_by(
        F("left_on").asc(nulls_first=True),
        "building__order",
        "building",
        "dwelling__unit__number",
        "dwelling__room_no",
        "pk",
    )
    return [door_of(one) for one in ordered.defer("head__id_number")[:most]]


def door_of(household: Household) -> Door:
    """A household that was read with its dwelling and head."""
    left = household.left_on
    return Door(
        pk=household.pk,
        label=household.dwelling.label,
        name=surname(household.head.name) if household.head else "",
        mark=_("%(day)s搬走了") % {"day": day(left)} if left else "",
    )


def surname(name: str) -> str:
    """王＊＊: as much of a name as a list needs."""
    return f"{name[:1]}＊＊" if name else ""


def _meant(sought: Sought, code: str) -> Any:
    door = door_matches(sought, codes=(code,), prefix="dwelling__")
    person = name_matches(sought, "resident__")
    if sought.latin and person is not None:
        person |= Q(resident__pinyin__startswith=sought.latin) | Q(resident__initials__startswith=sought.latin)
    found: Any = Q(pk__in=[]) if door is None else door
    if person is not None:
        members = Membership.objects.unscoped(reason=_WHY).filter(person, household=OuterRef("pk"))
        found |= Exists(members)
    return found
