from grids.models.people import CareTag, Household, Membership, Resident
from grids.models.places import Building, Dwelling, Estate, Grid, Unit
from grids.models.rosters import RosterUpload

__all__ = [
    "Building",
    "CareTag",
    "Dwelling",
    "Estate",
    "Grid",
    "Household",
    "Membership",
    "Resident",
    "RosterUpload",
    "Unit",
]
