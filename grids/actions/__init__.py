"""Every change to places and people that somebody would want to find in the log."""

from grids.actions.care import change_care, end_care, set_care
from grids.actions.families import change_head, join_households, set_up_household, split_household
from grids.actions.moves import add_member, born, died, move_out, move_within
from grids.actions.pairing import end_pairing, pair, pair_all
from grids.actions.people import change_household, change_resident
from grids.actions.places import add_estate, add_grid
from grids.actions.regrid import assign_building, begin_in_grid

__all__ = [
    "add_estate",
    "add_grid",
    "add_member",
    "assign_building",
    "begin_in_grid",
    "born",
    "change_care",
    "change_head",
    "change_household",
    "change_resident",
    "died",
    "end_care",
    "end_pairing",
    "join_households",
    "move_out",
    "move_within",
    "pair",
    "pair_all",
    "set_care",
    "set_up_household",
    "split_household",
]
