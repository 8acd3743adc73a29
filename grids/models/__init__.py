from grids.models.care import CareTag, Pairing
from grids.models.owners import Owner, OwnerGroup, Ownership
from grids.models.people import Household, Membership, Resident
from grids.models.places import Building, BuildingInGrid, Dwelling, Estate, Grid, Unit
from grids.models.records import Consent, ErasureRequest, Merge, NotSame, Proposal
from grids.models.rosters import RosterDoubt, RosterHeading, RosterPage, RosterUpload

__all__ = [
    "Building",
    "BuildingInGrid",
    "CareTag",
    "Consent",
    "Dwelling",
    "ErasureRequest",
    "Estate",
    "Grid",
    "Household",
    "Membership",
    "Merge",
    "NotSame",
    "Owner",
    "OwnerGroup",
    "Ownership",
    "Pairing",
    "Proposal",
    "Resident",
    "RosterDoubt",
    "RosterHeading",
    "RosterPage",
    "RosterUpload",
    "Unit",
]
