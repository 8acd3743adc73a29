"""Writes around who the red stewards are."""

from stewards.members.actions.beginning import begin, catch_up, enrol, react

__all__ = ["begin", "catch_up", "enrol", "react"]
