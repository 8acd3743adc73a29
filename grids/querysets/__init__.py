"""Every read of places and people."""

from grids.querysets.care import CareTagQuerySet, PairingQuerySet
from grids.querysets.doors import doors_of
from grids.querysets.owners import OwnerGroupQuerySet, OwnerQuerySet, OwnershipQuerySet
from grids.querysets.people import HouseholdQuerySet, MembershipQuerySet, ResidentQuerySet
from grids.querysets.places import (
    BuildingInGridQuerySet,
    BuildingQuerySet,
    DwellingQuerySet,
    EstateQuerySet,
    GridQuerySet,
    UnitQuerySet,
)
from grids.querysets.records import (
    ConsentQuerySet,
    ErasureRequestQuerySet,
    MergeQuerySet,
    NotSameQuerySet,
    ProposalQuerySet,
)
from grids.querysets.rosters import (
    RosterDoubtQuerySet,
    RosterHeadingQuerySet,
    RosterPageQuerySet,
    RosterUploadQuerySet,
)
from grids.querysets.within import any_held, buildings_within, decides_about, households_within

__all__ = [
    "BuildingInGridQuerySet",
    "BuildingQuerySet",
    "CareTagQuerySet",
    "ConsentQuerySet",
    "DwellingQuerySet",
    "ErasureRequestQuerySet",
    "EstateQuerySet",
    "GridQuerySet",
    "HouseholdQuerySet",
    "MembershipQuerySet",
    "MergeQuerySet",
    "NotSameQuerySet",
    "OwnerGroupQuerySet",
    "OwnerQuerySet",
    "OwnershipQuerySet",
    "PairingQuerySet",
    "ProposalQuerySet",
    "ResidentQuerySet",
    "RosterDoubtQuerySet",
    "RosterHeadingQuerySet",
    "RosterPageQuerySet",
    "RosterUploadQuerySet",
    "UnitQuerySet",
    "any_held",
    "buildings_within",
    "decides_about",
    "doors_of",
    "households_within",
]
