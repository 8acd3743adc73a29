"""Who somebody is to a project or a pledge: the office, the unit, and which of the two has the word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alliance.models import Pledge, Project
from alliance.partners.querysets import contacts_of
from alliance.partners.states import ASKED, ASKER, CONTACT, OFFICE, ProjectState

if TYPE_CHECKING:
    from community.models import User


def parties_of(row: Project | Pledge, user: User) -> frozenset[str]:
    """The parties that the user is. Where nobody speaks for a unit, the office writes down its answer."""
    found = set()
    if row.community_id in user.scope.offices_communities:
        found.add(OFFICE)
    if row.partner_id in user.scope.partners:
        found.add(CONTACT)
    if isinstance(row, Project):
        found |= _sides(row, user, found)
    return frozenset(found)


def _sides(row: Project, user: User, found: set[str]) -> set[str]:
    asked, asker = (OFFICE, CONTACT) if row.by_partner else (CONTACT, OFFICE)
    sides = {ASKER} if asker in found else set()
    if user.pk == row.proposed_by_id:
        return sides
    speechless = not row.by_partner and OFFICE in found and row.state == ProjectState.PROPOSED
    if asked in found or (speechless and not contacts_of(row.partner_id)):
        sides.add(ASKED)
    return sides
