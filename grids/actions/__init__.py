"""Every change to places and people that somebody would want to find in the log."""

from grids.actions.care import end_care, set_care
from grids.actions.people import add_member, change_household, change_resident
from grids.actions.places import add_estate, add_grid
from grids.actions.regrid import assign_building, begin_in_grid

__all__ = [
    "add_estate",
    "add_grid",
    "add_member",
    "assign_building",
    "begin_in_grid",
    "change_household",
    "change_resident",
    "end_care",
    "set_care",
]
