"""What changes about an activity: its plan, who comes, who was there, what is told of it."""

from alliance.activities.actions.attending import check_in, settle, take_back_check_in, walk_in
from alliance.activities.actions.joining import join, leave, move_up
from alliance.activities.actions.planning import (
    announce,
    call_off,
    change_activity,
    change_slot,
    plan_activity,
)
from alliance.activities.actions.telling import add_photos, close, drop_photo, give_feedback, publish, take_back

__all__ = [
    "add_photos",
    "announce",
    "call_off",
    "change_activity",
    "change_slot",
    "check_in",
    "close",
    "drop_photo",
    "give_feedback",
    "join",
    "leave",
    "move_up",
    "plan_activity",
    "publish",
    "settle",
    "take_back",
    "take_back_check_in",
    "walk_in",
]
