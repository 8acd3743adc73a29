"""Every read of places and people."""

from grids.querysets.care import CareTagQuerySet
from grids.querysets.people import HouseholdQuerySet, MembershipQuerySet, ResidentQuerySet
from grids.querysets.places import BuildingQuerySet, DwellingQuerySet, EstateQuerySet, GridQuerySet, UnitQuerySet
from grids.querysets.rosters import RosterUploadQuerySet
from grids.querysets.within import buildings_within, door_matches, households_within

__all__ = [
    "BuildingQuerySet",
    "CareTagQuerySet",
    "DwellingQuerySet",
    "EstateQuerySet",
    "GridQuerySet",
    "HouseholdQuerySet",
    "MembershipQuerySet",
    "ResidentQuerySet",
    "RosterUploadQuerySet",
    "UnitQuerySet",
    "buildings_within",
    "door_matches",
    "households_within",
]
