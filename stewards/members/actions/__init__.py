"""Writes around who the red stewards are."""

from stewards.members.actions.beginning import begin, catch_up, enrol, react
from stewards.members.actions.office import (
    bring_together,
    change_about,
    keep_apart,
    note,
    one_at,
    two_at,
    two_for,
)
from stewards.members.actions.settings import add_kind, change_kind
from stewards.members.actions.skills import add_skill, change_skill, confirm_skill, drop_skill, send_back
from stewards.members.actions.times import pause, resume, say, set_week, take_back

__all__ = [
    "add_kind",
    "add_skill",
    "begin",
    "bring_together",
    "catch_up",
    "change_about",
    "change_kind",
    "change_skill",
    "confirm_skill",
    "drop_skill",
    "enrol",
    "keep_apart",
    "note",
    "one_at",
    "pause",
    "react",
    "resume",
    "say",
    "send_back",
    "set_week",
    "take_back",
    "two_at",
    "two_for",
]
