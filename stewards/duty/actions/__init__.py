"""Writes around the duty roster."""

from stewards.duty.actions.answers import accept, accept_all, decline
from stewards.duty.actions.rosters import drop, make, publish, search, send, take_best
from stewards.duty.actions.seats import call_up, lock, put_in, take_out, unlock
from stewards.duty.actions.templates import add_template, change_template, retire, take_up, wish

__all__ = [
    "accept",
    "accept_all",
    "add_template",
    "call_up",
    "change_template",
    "decline",
    "drop",
    "lock",
    "make",
    "publish",
    "put_in",
    "retire",
    "search",
    "send",
    "take_best",
    "take_out",
    "take_up",
    "unlock",
    "wish",
]
