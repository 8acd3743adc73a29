"""Every change to places and people that somebody would want to find in the log."""

from grids.actions.care import change_care, end_care, set_care
from grids.actions.doors import add_dwelling, add_unit, change_area
from grids.actions.families import change_head, join_households, set_up_household, split_household
from grids.actions.merging import merge_households, merge_residents, not_the_same, undo_merge
from grids.actions.moves import add_member, born, died, move_out, move_within
from grids.actions.owners import (
    add_owner,
    add_owner_group,
    change_owner,
    change_owner_group,
    join_owner_groups,
    remove_owner,
)
from grids.actions.ownership import end_ownership, give_dwelling
from grids.actions.pairing import end_pairing, pair, pair_all
from grids.actions.people import change_household, change_resident
from grids.actions.places import (
    add_building,
    add_estate,
    add_grid,
    change_building,
    change_estate,
    change_grid,
    change_grid_limits,
    record_work_group_test,
    set_work_group,
)
from grids.actions.regrid import assign_building, begin_in_grid

__all__ = [
    "add_building",
    "add_dwelling",
    "add_estate",
    "add_grid",
    "add_member",
    "add_owner",
    "add_owner_group",
    "add_unit",
    "assign_building",
    "begin_in_grid",
    "born",
    "change_area",
    "change_building",
    "change_care",
    "change_estate",
    "change_grid",
    "change_grid_limits",
    "change_head",
    "change_household",
    "change_owner",
    "change_owner_group",
    "change_resident",
    "died",
    "end_care",
    "end_ownership",
    "end_pairing",
    "give_dwelling",
    "join_households",
    "join_owner_groups",
    "merge_households",
    "merge_residents",
    "move_out",
    "move_within",
    "not_the_same",
    "pair",
    "pair_all",
    "record_work_group_test",
    "remove_owner",
    "set_care",
    "set_up_household",
    "set_work_group",
    "split_household",
    "undo_merge",
]
