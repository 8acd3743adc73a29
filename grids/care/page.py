"""The care of one household, as its page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from community.access import Permission
from grids.care import gaps
from grids.care.gaps import Gap, Tie
from grids.care.listing import review_tone
from grids.care.reasons import explain
from grids.models import CareTag, Household
from grids.querysets import decides_about

if TYPE_CHECKING:
    from community.models import User


@dataclass(frozen=True)
class TagLine:
    """A tag with whom it is about ("" for the household as a whole) and how urgent its review is."""

    tag: CareTag
    who: str
    tone: str


@dataclass(frozen=True)
class TieLine:
    """One kind of pairing: who it is, and why not, where nobody fits."""

    tie: Tie
    gap: Gap | None

    @property
    def since(self) -> date | None:
        return self.tie.pairing.starts_on if self.tie.pairing else None


@dataclass(frozen=True)
class CareSection:
    """What is shown; `may_decide` says whether the reader sets, changes, ends and pairs."""

    tags: list[TagLine]
    ties: list[TieLine]
    may_decide: bool


def section_of(household: Household, user: User) -> CareSection:
    """The care of a household that came with its members and tags (`with_members`); no query where there is none."""
    names = {one.resident_id: one.resident.name for one in household.members}  # type: ignore[attr-defined]
    cares: list[CareTag] = household.cares  # type: ignore[attr-defined]
    tags = [TagLine(tag, names.get(tag.resident_id, ""), review_tone(tag)) for tag in cares]
    return CareSection(tags, _ties(household, cares), may_decide(household, user))


def may_decide(household: Household, user: User) -> bool:
    """The leader of the grid, and the office."""
    return user.scope.may(Permission.CARE_MANAGE) and decides_about(user.scope, household)


def _ties(household: Household, cares: list[CareTag]) -> list[TieLine]:
    looked = gaps.look_at(household, cares)
    found = {gap.kind: gap for gap in explain(looked)}
    return [TieLine(tie, found.get(tie.kind)) for tie in looked.ties]
