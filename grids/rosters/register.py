"""The people of a community as a roster is compared with them."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from community.models import Community
from core import clock
from grids.models import CareTag, Household, Membership, Proposal, Resident

_WHY = "the roster import compares with all people of its community"


class Register:
    """Everybody who is registered today, read in five queries; encrypted numbers are not decrypted.

    What ends today or later still holds, and what begins later is known as well: both would clash with a new home.
    """

    def __init__(self, community: Community) -> None:
        of_community = {"community": community}
        holding = Q(ends_on__isnull=True) | Q(ends_on__gte=clock.today())
        households = Household.objects.unscoped(reason=_WHY).filter(**of_community, left_on__isnull=True)
        households = households.select_related("dwelling").order_by("created_at", "pk")
        residents = Resident.objects.unscoped(reason=_WHY).filter(**of_community, merged_into__isnull=True)
        residents = residents.filter(forgotten_on__isnull=True).defer("id_number", "pinyin", "initials", "phone_tail")
        memberships = Membership.objects.unscoped(reason=_WHY).filter(holding, **of_community, is_primary=True)
        tags = CareTag.objects.unscoped(reason=_WHY).filter(holding, **of_community)
        proposals = Proposal.objects.unscoped(reason=_WHY).open().filter(**of_community, kind=Proposal.Kind.LEAVE)
        self.residents: dict[Any, Resident] = {resident.pk: resident for resident in residents}
        self.by_hash = {resident.id_hash: resident for resident in self.residents.values() if resident.id_hash}
        self.households: dict[Any, Household] = {household.pk: household for household in households}
        self.at_dwelling: dict[Any, list[Household]] = {}
        for household in self.households.values():
            self.at_dwelling.setdefault(household.dwelling_id, []).append(household)
        self._take_memberships(memberships.order_by("starts_on", "pk"))
        self._take_tags(tags)
        self.leaving: dict[Any, list[Proposal]] = {}
        for proposal in proposals:
            self.leaving.setdefault(proposal.resident_id, []).append(proposal)

    def _take_memberships(self, memberships: Any) -> None:
        self.homes: dict[Any, list[Membership]] = {}
        self.members: dict[Any, list[Membership]] = {}
        for membership in memberships:
            if membership.resident_id in self.residents and membership.household_id in self.households:
                self.homes.setdefault(membership.resident_id, []).append(membership)
                self.members.setdefault(membership.household_id, []).append(membership)

    def _take_tags(self, tags: Any) -> None:
        self.tags: dict[tuple[Any, str], CareTag] = {}
        self.household_tags: set[tuple[Any, str]] = set()
        for tag in tags:
            if tag.resident_id:
                self.tags[tag.resident_id, tag.category] = tag
            else:
                self.household_tags.add((tag.household_id, tag.category))

    def people_in(self, household: Household) -> list[Resident]:
        """Who belongs to a household."""
        members = self.members.get(household.pk, ())
        return list({one.resident_id: self.residents[one.resident_id] for one in members}.values())
