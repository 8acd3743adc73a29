"""Writes of jobs: one step each, in one transaction with its request's."""

from stewards.jobs.actions.after import confirm, confirm_for, doubt, lapse
from stewards.jobs.actions.answering import accept, decline, give_back, pass_on
from stewards.jobs.actions.asking import ask, move_all_on, move_on, stop, widen
from stewards.jobs.actions.going import arrive, arrive_for, check_visitor, finish, rebook, set_out, try_code
from stewards.jobs.actions.parts import claim

__all__ = [
    "accept",
    "arrive",
    "arrive_for",
    "ask",
    "check_visitor",
    "claim",
    "confirm",
    "confirm_for",
    "decline",
    "doubt",
    "finish",
    "give_back",
    "lapse",
    "move_all_on",
    "move_on",
    "pass_on",
    "rebook",
    "set_out",
    "stop",
    "try_code",
    "widen",
]
